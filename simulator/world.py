"""The cards and terminals of a simulation, as parallel arrays."""

from dataclasses import dataclass

import numpy as np

from simulator.draws import Draws, Flags, Floats, Integers
from simulator.places import CITIES, TRADES
from simulator.settings import DAY_MS, HOUR_MS, Settings

_FAVOURITES = 12
_ONLINE_FAVOURITES = 6
_CANDIDATES = 4
_TERMINALS_A_MERCHANT = 1.6
_KM_A_DEGREE = 111.2

CITY_LATITUDE = np.array([city.latitude for city in CITIES])
CITY_LONGITUDE = np.array([city.longitude for city in CITIES])
HOME_CITIES = np.array([i for i, city in enumerate(CITIES) if city.card_weight > 0], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminals:
    """Terminals in shops first, grouped by city, then one terminal for each online shop.

    `city` of an online shop is where its company sits; `first` and `count` give the shop terminals of each city.
    """

    city: Integers
    merchant: Integers
    trade: Integers
    latitude: Floats
    longitude: Floats
    is_online: Flags
    first: Integers
    count: Integers

    @property
    def shops(self) -> int:
        """Number of terminals that stand in shops."""
        return int(self.count.sum())

    @property
    def online(self) -> int:
        """Number of online shops."""
        return len(self.city) - self.shops


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Cards: where their holders live, how much, how often, when, where and how they pay."""

    city: Integers
    latitude: Floats
    longitude: Floats
    typical_minor: Floats
    activity: Floats
    hour_shift_ms: Integers
    online_share: Floats
    contactless_share: Floats
    has_wallet: Flags
    favourites: Integers
    online_favourites: Integers
    trip_city: Integers
    trip_start_ms: Integers
    trip_end_ms: Integers


def kilometres(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    """Return the distance on a flat map around the first point, good within a city (cosine by its series)."""
    angle = lat * (np.pi / 180.0)
    square = angle * angle
    shrink = 1.0 - square * (0.5 - square / 24.0)
    north, east = other_lat - lat, (other_lon - lon) * shrink
    return np.asarray(np.sqrt(north * north + east * east) * _KM_A_DEGREE)


def build_terminals(settings: Settings) -> Terminals:
    """Place merchants in cities by weight, and terminals with merchants."""
    draws = Draws(settings.seed, "terminals")
    shops = settings.terminals
    merchants = max(1, int(shops / _TERMINALS_A_MERCHANT))
    weights = np.array([city.shop_weight for city in CITIES])
    merchant_city = np.sort(draws.weighted(weights, merchants), kind="stable")
    merchant_trade = draws.weighted(np.array([t.shop_weight for t in TRADES]), merchants)
    merchant_lat = CITY_LATITUDE[merchant_city] + 0.05 * draws.normal(merchants)
    merchant_lon = CITY_LONGITUDE[merchant_city] + 0.07 * draws.normal(merchants)
    spare = draws.integers(merchants, max(0, shops - merchants))
    merchant = np.sort(np.concatenate([np.arange(merchants), spare])[:shops], kind="stable")
    online = settings.online_shops
    online_city = draws.weighted(weights, online)
    missing = np.full(online, np.nan)
    count = np.bincount(merchant_city[merchant], minlength=len(CITIES)).astype(np.int64)
    return Terminals(
        city=np.concatenate([merchant_city[merchant], online_city]),
        merchant=np.concatenate([merchant, merchants + np.arange(online)]),
        trade=np.concatenate(
            [merchant_trade[merchant], draws.weighted(np.array([t.online_weight for t in TRADES]), online)]
        ),
        latitude=np.concatenate([merchant_lat[merchant], missing]),
        longitude=np.concatenate([merchant_lon[merchant], missing]),
        is_online=np.arange(shops + online) >= shops,
        first=np.cumsum(count) - count,
        count=count,
    )


def build_cards(settings: Settings, terminals: Terminals) -> Cards:
    """Give every card a home, habits, favourite terminals near it and perhaps a trip."""
    draws = Draws(settings.seed, "cards")
    n = settings.cards
    city = draws.weighted(np.array([c.card_weight for c in CITIES]), n)
    latitude = CITY_LATITUDE[city] + 0.06 * draws.normal(n)
    longitude = CITY_LONGITUDE[city] + 0.08 * draws.normal(n)
    candidates = shop_in_city(draws, terminals, np.repeat(city, _FAVOURITES * _CANDIDATES))
    candidates = candidates.reshape(n, _FAVOURITES, _CANDIDATES)
    home = latitude[:, None, None], longitude[:, None, None]
    distance = kilometres(*home, terminals.latitude[candidates], terminals.longitude[candidates])
    nearest = np.argmin(distance, axis=2)
    online = draws.uniform(n)
    start_ms = settings.start_ms + draws.integers(settings.duration_ms, n)
    # A third of the holders travel once; the others get a trip of no length.
    trip_ms = np.where(draws.chance(0.33, n), draws.integers(9, n) + 3, 0) * DAY_MS
    return Cards(
        city=city,
        latitude=latitude,
        longitude=longitude,
        typical_minor=draws.log_normal(2_600.0, 0.45, n),
        activity=draws.log_normal(1.0, 0.6, n),
        hour_shift_ms=((draws.uniform(n) * 4.0 - 2.0) * HOUR_MS).astype(np.int64),
        online_share=0.05 + 0.45 * online * online,
        contactless_share=draws.between(0.3, 0.95, n),
        has_wallet=draws.chance(0.25, n),
        favourites=np.take_along_axis(candidates, nearest[:, :, None], axis=2)[:, :, 0],
        online_favourites=terminals.shops + draws.popular(terminals.online, n, _ONLINE_FAVOURITES),
        trip_city=draws.integers(len(CITIES), n),
        trip_start_ms=start_ms,
        trip_end_ms=start_ms + trip_ms,
    )


def shop_in_city(draws: Draws, terminals: Terminals, city: Integers) -> Integers:
    """Draw a shop terminal for each wanted city, popular ones more often; a city without any gets the largest one's."""
    with_shops = np.where(terminals.count[city] > 0, city, int(np.argmax(terminals.count)))
    return terminals.first[with_shops] + draws.popular(terminals.count[with_shops], len(with_shops))
