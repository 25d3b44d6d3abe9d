"""Where card holders are: at home, away for a day, or on a trip; and when they are on the way and can pay online only.

Nobody is in two places at once: who pays far from home has had the time to get there, unless the card was cloned.
"""

from dataclasses import dataclass

import numpy as np

from simulator.draws import Draws, Flags, Integers
from simulator.settings import DAY_MS, HOUR_MS, Settings
from simulator.world import CITY_LATITUDE, CITY_LONGITUDE, HOME_CITIES, Cards

_AWAY_SHARE = 0.04
_DAYS_BEGIN_MS = 4 * HOUR_MS
"""When hardly anyone pays: days away begin and end then."""
_FIXED_HOURS = 2.0
_DEGREES_AN_HOUR = 7.0
"""A journey takes two hours, and one for each seven degrees (some 780 km)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Of each transaction's holder: the city, whether it is not where they live, and whether they are on the way."""

    city: Integers
    away: Flags
    on_the_way: Flags


def whereabouts(settings: Settings, draws: Draws, cards: Cards, *, card: Integers, time_ms: Integers) -> Whereabouts:
    """Return where the holders of cards are at some moments."""
    day = (time_ms - settings.start_ms - _DAYS_BEGIN_MS) // DAY_MS + 1
    days = settings.days + 1
    other_town = HOME_CITIES[draws.integers(len(HOME_CITIES), settings.cards, days)]
    excursion = draws.chance(_AWAY_SHARE, settings.cards, days)
    away_today = excursion[card, day]
    start, end = cards.trip_start_ms[card], cards.trip_end_ms[card]
    travelling = (time_ms >= start) & (time_ms < end)
    journey = _journey_ms(cards)[card]
    on_the_way = travelling & ((time_ms < start + journey) | (time_ms >= end - journey))
    city = np.where(away_today, other_town[card, day], cards.city[card])
    return Whereabouts(
        city=np.where(travelling, cards.trip_city[card], city), away=away_today | travelling, on_the_way=on_the_way
    )


def _journey_ms(cards: Cards) -> Integers:
    """Return how long each card's holder is on the way to where the trip leads."""
    north = CITY_LATITUDE[cards.trip_city] - cards.latitude
    east = CITY_LONGITUDE[cards.trip_city] - cards.longitude
    hours = _FIXED_HOURS + np.sqrt(north * north + east * east) / _DEGREES_AN_HOUR
    return np.asarray((hours * HOUR_MS).astype(np.int64))
