"""A world that changes on a day: what a model that learned before it has never seen.

From `Shift.from_day` on, by the world's own seed and by draws of its own:

1. genuine amounts are `amount_factor` times what they were (a season of gifts, prices that rise);
2. a further `online_share` of what was paid in shops is paid online;
3. thieves who took over accounts pay with them at night: `takeover_share` of all transactions, three to six payments
   of two or three times the usual size within half an hour at online shops (`account_takeover`): nobody did so before;
4. on the first day `testing_bursts` stolen cards are tested at three shops within an hour (`card_testing`).

Without a shift a simulation has the bytes it always had. Transactions before the day are the same with and without.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulator.activity import ECOM, Activity, joined, to_minor
from simulator.draws import Draws, Integers
from simulator.fraud import ACCOUNT_TAKEOVER, CARD_TESTING, GENUINE
from simulator.settings import DAY_MS, HOUR_MS, MINUTE_MS, Settings, Shift
from simulator.world import Cards, Terminals

_SHOPS = 3
_FEWEST, _MOST = 3, 6


def shifted(settings: Settings, shift: Shift, cards: Cards, terminals: Terminals, activity: Activity) -> Activity:
    """Return the activity as it is in a world that changed."""
    from_ms = settings.start_ms + shift.from_day * DAY_MS
    activity = _spent(settings, shift, terminals, activity, from_ms)
    added = [activity]
    if shift.takeover_share:
        added.append(_taken_over(settings, shift, cards, terminals, from_ms))
    if shift.testing_bursts:
        added.append(_tested(settings, shift, terminals, from_ms))
    return joined(*added)


def _spent(settings: Settings, shift: Shift, terminals: Terminals, activity: Activity, from_ms: int) -> Activity:
    """Change how much is paid, and where."""
    draws = Draws(settings.seed, "shift of spending")
    n = len(activity.card)
    after = (activity.time_ms >= from_ms) & (activity.pattern == GENUINE)
    amount = np.where(after, to_minor(activity.amount_minor * shift.amount_factor), activity.amount_minor)
    moves = after & ~terminals.is_online[activity.terminal] & draws.chance(shift.online_share, n)
    shop = terminals.shops + draws.popular(terminals.online, n)
    return replace(
        activity,
        amount_minor=amount,
        terminal=np.where(moves, shop, activity.terminal),
        entry_mode=np.where(moves, ECOM, activity.entry_mode),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bursts:
    """Payments in bursts: of each payment its burst, and its place in it."""

    burst: Integers
    position: Integers


def _bursts(sizes: Integers) -> _Bursts:
    burst = np.repeat(np.arange(len(sizes)), sizes)
    return _Bursts(burst=burst, position=np.arange(len(burst)) - np.repeat(np.cumsum(sizes) - sizes, sizes))


def _taken_over(settings: Settings, shift: Shift, cards: Cards, terminals: Terminals, from_ms: int) -> Activity:
    draws = Draws(settings.seed, "account takeover")
    days = settings.days - shift.from_day
    count = max(1, int(days * settings.daily_transactions * shift.takeover_share * 2 / (_FEWEST + _MOST)))
    made = _bursts(_FEWEST + draws.integers(_MOST - _FEWEST + 1, count))
    n = len(made.burst)
    card = draws.weighted(cards.activity, count)[made.burst]
    night = from_ms + draws.integers(days, count) * DAY_MS + draws.integers(4 * HOUR_MS, count)
    pause = made.position * (4 * MINUTE_MS) + draws.integers(4 * MINUTE_MS, n)
    return _online(
        time_ms=night[made.burst] + pause,
        card=card,
        terminal=terminals.shops + draws.integers(terminals.online, n),
        amount=cards.typical_minor[card] * shift.amount_factor * draws.between(1.5, 3.5, n),
        pattern=ACCOUNT_TAKEOVER,
    )


def _tested(settings: Settings, shift: Shift, terminals: Terminals, from_ms: int) -> Activity:
    draws = Draws(settings.seed, "testing attack")
    made = _bursts(4 + draws.integers(5, shift.testing_bursts))
    n = len(made.burst)
    shop = (terminals.shops + draws.integers(terminals.online, _SHOPS))[draws.integers(_SHOPS, shift.testing_bursts)]
    begin = from_ms + draws.integers(50 * MINUTE_MS, shift.testing_bursts)
    return _online(
        time_ms=begin[made.burst] + made.position * (30_000 + draws.integers(30_000, n)),
        card=draws.sample(np.arange(settings.cards), shift.testing_bursts)[made.burst],
        terminal=shop[made.burst],
        amount=50.0 + 250.0 * draws.uniform(n),
        pattern=CARD_TESTING,
    )


def _online(*, time_ms: Integers, card: Integers, terminal: Integers, amount: np.ndarray, pattern: int) -> Activity:
    n = len(card)
    return Activity(
        time_ms=time_ms,
        card=card,
        terminal=terminal,
        amount_minor=to_minor(amount),
        entry_mode=np.full(n, ECOM, dtype=np.int64),
        pattern=np.full(n, pattern, dtype=np.int64),
    )
