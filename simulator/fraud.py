"""Four ways of stealing with cards, each with a share of all fraud.

1. `large_amount`: one transaction of a card is replaced by a very large one.
2. `compromised_terminal`: for weeks, most transactions at a terminal are fraud and look like any other there.
3. `cloned_card`: for two weeks, a share of a card's transactions has raised amounts, half of them far away.
4. `card_testing`: a burst of tiny online amounts within minutes, then a large one.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulator.activity import ECOM, MANUAL, SWIPE, Activity, joined, to_minor
from simulator.draws import Draws, Flags, Integers
from simulator.settings import DAY_MS, MINUTE_MS, Settings
from simulator.world import CITY_LATITUDE, CITY_LONGITUDE, Cards, Terminals, shop_in_city

PATTERNS = np.array([None, "large_amount", "compromised_terminal", "cloned_card", "card_testing"], dtype=object)
GENUINE, LARGE_AMOUNT, COMPROMISED_TERMINAL, CLONED_CARD, CARD_TESTING = range(5)

_FAR_DEGREES_SQUARED = 15.0**2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Budget:
    """How many transactions of each pattern are wanted."""

    large_amount: int
    compromised_terminal: int
    cloned_card: int
    card_testing: int


def _budget(settings: Settings) -> _Budget:
    wanted = settings.days * settings.daily_transactions * settings.fraud_share
    return _Budget(
        large_amount=int(0.18 * wanted),
        compromised_terminal=int(0.32 * wanted),
        cloned_card=int(0.30 * wanted),
        card_testing=int(0.20 * wanted),
    )


def with_fraud(settings: Settings, cards: Cards, terminals: Terminals, activity: Activity) -> Activity:
    """Return the activity with the patterns in it: the first three turn genuine transactions, the last adds its own."""
    budget = _budget(settings)
    activity = _compromise_terminals(settings, terminals, activity, budget.compromised_terminal)
    activity = _clone_cards(settings, cards, terminals, activity, budget.cloned_card)
    activity = _enlarge(settings, cards, activity, budget.large_amount)
    return joined(activity, _test_cards(settings, cards, terminals, budget.card_testing))


def _enlarge(settings: Settings, cards: Cards, activity: Activity, wanted: int) -> Activity:
    draws = Draws(settings.seed, "large amounts")
    chosen = draws.sample(np.flatnonzero(activity.pattern == GENUINE), wanted)
    amount, pattern = activity.amount_minor.copy(), activity.pattern.copy()
    typical = cards.typical_minor[activity.card[chosen]]
    amount[chosen] = to_minor(typical * draws.between(9.0, 35.0, len(chosen)))
    pattern[chosen] = LARGE_AMOUNT
    return replace(activity, amount_minor=amount, pattern=pattern)


def _compromise_terminals(settings: Settings, terminals: Terminals, activity: Activity, wanted: int) -> Activity:
    """Compromise terminals of everyday traffic, in random order, until enough transactions are taken."""
    draws = Draws(settings.seed, "compromised terminals")
    traffic = np.bincount(activity.terminal, minlength=len(terminals.city)) / settings.days
    suitable = np.flatnonzero((traffic >= 0.3) & (traffic <= 4.0) & ~terminals.is_online)
    order = draws.sample(suitable, len(suitable))
    # Some compromises are under way when the simulated time begins.
    first_ms = settings.start_ms + draws.integers(settings.duration_ms + 14 * DAY_MS, len(order)) - 14 * DAY_MS
    last_ms = first_ms + (draws.between(18.0, 42.0, len(order)) * DAY_MS).astype(np.int64)
    start = np.full(len(terminals.city), np.iinfo(np.int64).max)
    end, rank = np.zeros_like(start), np.zeros_like(start)
    start[order], end[order], rank[order] = first_ms, last_ms, np.arange(len(order))
    time_ms, terminal = activity.time_ms, activity.terminal
    hit = (time_ms >= start[terminal]) & (time_ms < end[terminal]) & draws.chance(0.95, len(time_ms))
    return _mark(activity, _whole_groups(hit, rank[terminal], wanted), COMPROMISED_TERMINAL)


def _clone_cards(settings: Settings, cards: Cards, terminals: Terminals, activity: Activity, wanted: int) -> Activity:
    draws = Draws(settings.seed, "cloned cards")
    n = len(activity.card)
    order = draws.sample(np.arange(settings.cards), settings.cards)
    rank = np.empty_like(order)
    rank[order] = np.arange(settings.cards)
    start = settings.start_ms + draws.integers(settings.duration_ms + 7 * DAY_MS, settings.cards) - 7 * DAY_MS
    card = activity.card
    within = (activity.time_ms >= start[card]) & (activity.time_ms < start[card] + 14 * DAY_MS)
    hit = within & draws.chance(0.5, n) & (activity.pattern == GENUINE)
    chosen = np.flatnonzero(_whole_groups(hit, rank[card], wanted))
    amount, terminal, entry = activity.amount_minor.copy(), activity.terminal.copy(), activity.entry_mode.copy()
    amount[chosen] = to_minor(amount[chosen] * draws.between(3.5, 8.0, len(chosen)))
    far = chosen[draws.chance(0.5, len(chosen))]
    # Each thief works in one far city, so that a clone's transactions are near each other.
    thief_city = _far_city(draws, cards)
    terminal[far] = shop_in_city(draws, terminals, thief_city[card[far]])
    entry[far] = np.where(draws.chance(0.75, len(far)), SWIPE, MANUAL)
    moved = replace(activity, amount_minor=amount, terminal=terminal, entry_mode=entry)
    return _mark(moved, chosen, CLONED_CARD)


def _test_cards(settings: Settings, cards: Cards, terminals: Terminals, wanted: int) -> Activity:
    """Make bursts of 4 to 12 tiny payments, then a large one, for cards drawn by activity."""
    draws = Draws(settings.seed, "card testing")
    bursts = max(1, wanted // 9)
    sizes = 5 + draws.integers(9, bursts)
    burst = np.repeat(np.arange(bursts), sizes)
    position = np.arange(len(burst)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_last = position == np.repeat(sizes, sizes) - 1
    card = draws.weighted(cards.activity, bursts)[burst]
    # Testers stay with a few shops that check little.
    careless = terminals.shops + draws.integers(terminals.online, 12)
    shop = careless[draws.integers(len(careless), bursts)][burst]
    elsewhere = terminals.shops + draws.integers(terminals.online, len(burst))
    begin = settings.start_ms + draws.integers(settings.duration_ms - 3 * 60 * MINUTE_MS, bursts)[burst]
    pause = position * (20_000 + draws.integers(40_000, bursts)[burst]) + draws.integers(15_000, len(burst))
    cash_out = is_last * (5 * MINUTE_MS + draws.integers(60 * MINUTE_MS, len(burst)))
    large = cards.typical_minor[card] * draws.between(4.0, 15.0, len(burst))
    tiny = 50.0 + 250.0 * draws.uniform(len(burst))
    return Activity(
        time_ms=begin + pause + cash_out,
        card=card,
        terminal=np.where(is_last, elsewhere, shop),
        amount_minor=to_minor(np.where(is_last, large, tiny)),
        entry_mode=np.full(len(burst), ECOM, dtype=np.int64),
        pattern=np.full(len(burst), CARD_TESTING, dtype=np.int64),
    )


def _whole_groups(hit: Flags, rank: Integers, wanted: int) -> Flags:
    """Keep the hits of the first groups by rank, as many whole groups as `wanted` hits need."""
    by_rank = np.bincount(rank[hit], minlength=int(rank.max()) + 1)
    groups = int(np.searchsorted(np.cumsum(by_rank), wanted, side="left")) + 1
    return hit & (rank < groups) if wanted else np.zeros_like(hit)


def _far_city(draws: Draws, cards: Cards) -> Integers:
    """Draw for each card a city at least fifteen degrees from its home."""
    n = len(cards.city)
    score = draws.uniform(n, len(CITY_LATITUDE))
    north = CITY_LATITUDE[None, :] - cards.latitude[:, None]
    east = CITY_LONGITUDE[None, :] - cards.longitude[:, None]
    is_far = north * north + east * east >= _FAR_DEGREES_SQUARED
    return np.asarray(np.argmax(np.where(is_far, score, -1.0), axis=1), dtype=np.int64)


def _mark(activity: Activity, chosen: Integers | Flags, pattern: int) -> Activity:
    marked = activity.pattern.copy()
    marked[chosen] = pattern
    return replace(activity, pattern=marked)
