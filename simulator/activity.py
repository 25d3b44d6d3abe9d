"""The genuine transactions: who pays when, where, how and how much."""

from dataclasses import dataclass

import numpy as np

from simulator.draws import Draws, Flags, Floats, Integers
from simulator.places import CITIES, TRADES
from simulator.settings import HOUR_MS, MINUTE_MS, Settings
from simulator.travel import Whereabouts, whereabouts
from simulator.world import Cards, Terminals, shop_in_city

ENTRY_MODES = np.array(["chip", "contactless", "swipe", "manual", "ecom", "wallet"], dtype=object)
CHIP, CONTACTLESS, SWIPE, MANUAL, ECOM, WALLET = range(6)

_CONTACTLESS_LIMIT_MINOR = 5_000
_SMALLEST_MINOR = 50

# Shares of a day's transactions by UTC hour, and of a week's by day (Monday first).
_HOURS = np.array([2, 1, 1, 1, 1, 3, 8, 18, 30, 38, 45, 55, 62, 52, 46, 48, 56, 68, 72, 60, 42, 26, 14, 6], dtype=float)
_WEEKDAYS = np.array([9.0, 9.0, 9.5, 10.0, 12.0, 13.0, 8.5])

_TRADE_FACTOR = np.array([trade.amount_factor for trade in TRADES])
_SWIPE_COUNTRY = np.array([city.country == "US" for city in CITIES])


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Transactions as parallel arrays, in no particular order; `pattern` 0 is genuine."""

    time_ms: Integers
    card: Integers
    terminal: Integers
    amount_minor: Integers
    entry_mode: Integers
    pattern: Integers


def genuine_activity(settings: Settings, cards: Cards, terminals: Terminals) -> Activity:
    """Simulate `days * daily_transactions` genuine transactions.

    Drawing a card and a moment for each of a fixed number of transactions gives every card a Poisson process,
    conditional on the total.
    """
    draws = Draws(settings.seed, "activity")
    n = settings.days * settings.daily_transactions
    card = draws.weighted(cards.activity, n)
    time_ms = _outings(settings, draws, card, _moments(settings, draws, cards, card))
    where = whereabouts(settings, Draws(settings.seed, "travel"), cards, card=card, time_ms=time_ms)
    terminal = _places(draws, cards, terminals, card=card, where=where)
    amount = _amounts(draws, cards, terminals, card=card, terminal=terminal)
    entry = _entry_modes(draws, cards, terminals, card=card, terminal=terminal, amount=amount)
    return Activity(
        time_ms=time_ms,
        card=card,
        terminal=terminal,
        amount_minor=amount,
        entry_mode=entry,
        pattern=np.zeros(n, dtype=np.int64),
    )


def _moments(settings: Settings, draws: Draws, cards: Cards, card: Integers) -> Integers:
    """Draw moments by day of the week and hour, shifted by the card's habit, within the simulated time."""
    first_weekday = settings.start.weekday()
    by_day = _WEEKDAYS[(np.arange(settings.days) + first_weekday) % 7]
    hour = draws.weighted((by_day[:, None] * _HOURS[None, :]).ravel(), len(card))
    since_start = hour * HOUR_MS + draws.integers(HOUR_MS, len(card)) + cards.hour_shift_ms[card]
    return settings.start_ms + since_start % settings.duration_ms


def _outings(settings: Settings, draws: Draws, card: Integers, time_ms: Integers) -> Integers:
    """Move a fifth of the transactions to minutes after the card's one before: people shop in rounds."""
    order = np.lexsort((time_ms, card))
    ordered_card, ordered_time = card[order], time_ms[order]
    same_card = np.concatenate([[False], ordered_card[1:] == ordered_card[:-1]])
    follows = same_card & draws.chance(0.2, len(card))
    previous = np.concatenate([ordered_time[:1], ordered_time[:-1]])
    gap = 3 * MINUTE_MS + draws.integers(55 * MINUTE_MS, len(card))
    moved = ordered_time.copy()
    moved[follows] = np.minimum(previous[follows] + gap[follows], settings.start_ms + settings.duration_ms - 1)
    result = np.empty_like(time_ms)
    result[order] = moved
    return result


def _places(draws: Draws, cards: Cards, terminals: Terminals, *, card: Integers, where: Whereabouts) -> Integers:
    """Choose a favourite terminal, another in town, one where the holder is away, or an online shop."""
    n = len(card)
    rank = draws.popular(cards.favourites.shape[1], n)
    terminal = cards.favourites[card, rank]
    elsewhere = shop_in_city(draws, terminals, where.city)
    terminal = np.where(where.away | draws.chance(0.16, n), elsewhere, terminal)
    favourite_shop = cards.online_favourites[card, draws.integers(cards.online_favourites.shape[1], n)]
    any_shop = terminals.shops + draws.integers(terminals.online, n)
    shop = np.where(draws.chance(0.2, n), any_shop, favourite_shop)
    return np.where(where.on_the_way | draws.chance(cards.online_share[card], n), shop, terminal)


def _amounts(draws: Draws, cards: Cards, terminals: Terminals, *, card: Integers, terminal: Integers) -> Integers:
    """Draw amounts around the card's and the trade's typical amount; a few are genuinely unusual."""
    n = len(card)
    typical = cards.typical_minor[card] * _TRADE_FACTOR[terminals.trade[terminal]]
    unusual = np.where(draws.chance(0.005, n), draws.between(2.0, 5.0, n), 1.0)
    return to_minor(draws.log_normal(1.0, 0.5, n) * typical * unusual)


def to_minor(amount: Floats) -> Integers:
    """Round to whole minor units, at least fifty."""
    return np.maximum(np.floor(amount + 0.5).astype(np.int64), _SMALLEST_MINOR)


def _entry_modes(
    draws: Draws, cards: Cards, terminals: Terminals, *, card: Integers, terminal: Integers, amount: Integers
) -> Integers:
    """Choose how the card is read, by the holder's habits, the amount, the place and the kind of terminal."""
    n = len(card)
    habit, wallet = draws.uniform(n), cards.has_wallet[card] & draws.chance(0.4, n)
    contactless = (habit < cards.contactless_share[card]) & (amount <= _CONTACTLESS_LIMIT_MINOR)
    in_shop = np.where(contactless, CONTACTLESS, CHIP)
    swiped: Flags = _SWIPE_COUNTRY[terminals.city[terminal]] & draws.chance(0.5, n)
    in_shop = np.where(swiped, SWIPE, in_shop)
    in_shop = np.where(draws.chance(0.004, n), MANUAL, in_shop)
    online = terminals.is_online[terminal]
    return np.where(wallet, WALLET, np.where(online, ECOM, in_shop)).astype(np.int64)


def joined(*parts: Activity) -> Activity:
    """Put activities one after another."""
    return Activity(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("time_ms", "card", "terminal", "amount_minor", "entry_mode", "pattern")
        }
    )
