"""Four ways of stealing with cards, each with a share of all fraud.

1. `large_amount`: one transaction of a card is replaced by a very large one.
2. `compromised_terminal`: for weeks, most transactions at a terminal are fraud and look like any other there.
3. `cloned_card`: for two weeks, a share of a card's transactions are a thief's: higher amounts for what can be sold on.
   Half of them are far away, most of those sooner after the holder's last payment at a till than anyone could travel.
4. `card_testing`: several stolen cards at one online shop within an hour, each a burst of tiny amounts within minutes,
   then a large one elsewhere.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulator.activity import ECOM, MANUAL, SWIPE, Activity, joined, to_minor
from simulator.draws import Draws, Flags, Integers
from simulator.places import TRADES
from simulator.settings import DAY_MS, HOUR_MS, MINUTE_MS, Settings
from simulator.world import CITY_LATITUDE, CITY_LONGITUDE, Cards, Terminals, shop_in_city

_KINDS = (None, "large_amount", "compromised_terminal", "cloned_card", "card_testing", "account_takeover")
PATTERNS = np.array(_KINDS, dtype=object)
GENUINE, LARGE_AMOUNT, COMPROMISED_TERMINAL, CLONED_CARD, CARD_TESTING, ACCOUNT_TAKEOVER = range(6)
"""The last one only in a world that shifted: see simulator/shift.py."""

_FAR_DEGREES_SQUARED = 15.0**2
_SOLD_ON = np.array([trade.mcc in {"5732", "5651", "5311", "5816", "4511"} for trade in TRADES])
"""Electronics, clothing, department stores, digital goods, flights: what thieves buy."""
_TRIES = 5


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
    return _mark(activity, _first_groups(hit, rank[terminal], time_ms, wanted), COMPROMISED_TERMINAL)


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
    chosen = np.flatnonzero(_first_groups(hit, rank[card], activity.time_ms, wanted))
    amount, terminal, entry = activity.amount_minor.copy(), activity.terminal.copy(), activity.entry_mode.copy()
    amount[chosen] = to_minor(amount[chosen] * draws.between(1.5, 7.0, len(chosen)))
    is_far = draws.chance(0.5, len(chosen))
    far, near = chosen[is_far], chosen[~is_far]
    # Each thief works in one far city, so that a clone's transactions are near each other.
    thief_city = _far_city(draws, cards)
    terminal[far] = _for_sale(draws, terminals, thief_city[card[far]])
    entry[far] = np.where(draws.chance(0.75, len(far)), SWIPE, MANUAL)
    online = near[terminals.is_online[terminal[near]]]
    in_town = near[~terminals.is_online[terminal[near]]]
    terminal[online] = terminals.shops + draws.integers(terminals.online, len(online))
    terminal[in_town] = _for_sale(draws, terminals, cards.city[card[in_town]])
    time_ms = activity.time_ms.copy()
    soon = far[draws.chance(0.7, len(far))]
    time_ms[soon] = _soon_after(draws, terminals, activity, soon, hit)
    moved = replace(activity, time_ms=time_ms, amount_minor=amount, terminal=terminal, entry_mode=entry)
    return _mark(moved, chosen, CLONED_CARD)


def _for_sale(draws: Draws, terminals: Terminals, city: Integers) -> Integers:
    """Draw a shop of each city, of a few the first whose goods can be sold on."""
    shops = shop_in_city(draws, terminals, np.repeat(city, _TRIES)).reshape(len(city), _TRIES)
    return np.asarray(shops[np.arange(len(city)), np.argmax(_SOLD_ON[terminals.trade[shops]], axis=1)], dtype=np.int64)


def _soon_after(draws: Draws, terminals: Terminals, activity: Activity, rows: Integers, hit: Flags) -> Integers:
    """Move moments of a thief to within four hours of the holder's last payment at a till, if there was one before."""
    order = np.lexsort((activity.time_ms, activity.card))
    at_a_till = ~hit & ~terminals.is_online[activity.terminal] & (activity.pattern == GENUINE)
    newest = np.maximum.accumulate(np.where(at_a_till[order], np.arange(len(order)), -1))
    last = np.full(len(order), -1)
    last[order] = np.where(newest >= 0, order[newest], -1)
    last = last[rows]
    known = (last >= 0) & (activity.card[last] == activity.card[rows])
    soon = activity.time_ms[last] + 15 * MINUTE_MS + draws.integers(4 * HOUR_MS - 15 * MINUTE_MS, len(rows))
    return np.where(known, np.minimum(soon, activity.time_ms[rows]), activity.time_ms[rows])


def _test_cards(settings: Settings, cards: Cards, terminals: Terminals, wanted: int) -> Activity:
    """Make bursts of 4 to 12 tiny payments, then a large one, for cards drawn by activity; a few bursts a campaign."""
    draws = Draws(settings.seed, "card testing")
    bursts = max(1, wanted // 9)
    campaign = np.repeat(np.arange(bursts), 3 + draws.integers(4, bursts))[:bursts]
    sizes = 5 + draws.integers(9, bursts)
    burst = np.repeat(np.arange(bursts), sizes)
    position = np.arange(len(burst)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_last = position == np.repeat(sizes, sizes) - 1
    card = draws.weighted(cards.activity, bursts)[burst]
    # Testers stay with a few shops that check little.
    careless = terminals.shops + draws.integers(terminals.online, 12)
    shop = careless[draws.integers(len(careless), bursts)][campaign][burst]
    elsewhere = terminals.shops + draws.integers(terminals.online, len(burst))
    first = settings.start_ms + draws.integers(settings.duration_ms - 4 * HOUR_MS, bursts)[campaign]
    begin = (first + draws.integers(50 * MINUTE_MS, bursts))[burst]
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


def _first_groups(hit: Flags, rank: Integers, time_ms: Integers, wanted: int) -> Flags:
    """Keep as many hits as wanted: those of the first groups by rank, and of the last of these the earliest."""
    hits = np.flatnonzero(hit)
    kept = np.zeros_like(hit)
    kept[hits[np.lexsort((time_ms[hits], rank[hits]))][:wanted]] = True
    return kept


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
