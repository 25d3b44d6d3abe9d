"""Features of the payment itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.targets import Targets

_HOUR_MS = 3_600_000
_EARTH_RADIUS_KM = 6371.0
_HALF_PI = 1.5707963267948966
_RADIANS = 0.017453292519943295
_SINE = (1.0, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800)


def payment_features(targets: Targets) -> dict[str, NDArray[Any]]:
    """Return the features that need no history."""
    return {
        "amount": targets.amount / targets.units,
        "hour_of_day": targets.time // _HOUR_MS % 24,
        "is_card_not_present": _or_missing(targets.card_not_present),
        "card_merchant_distance": _distance(targets),
    }


def _distance(targets: Targets) -> NDArray[np.float64]:
    places = (targets.card_lat, targets.card_lon, targets.merchant_lat, targets.merchant_lon)
    known = [degrees for degrees in places if degrees is not None]
    return chord_km(*known) if len(known) == len(places) else _or_missing(None)


def _or_missing(column: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return a column, or one NaN for all rows where the data lacks it."""
    return np.full(1, np.nan) if column is None else column


def chord_km(
    lat_a: NDArray[np.float64], lon_a: NDArray[np.float64], lat_b: NDArray[np.float64], lon_b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the length in km of the straight line through the globe between points given in degrees.

    It grows with the great-circle distance and equals it for practical purposes within a country. Chosen because it
    needs no arc function; sine and cosine are a Taylor polynomial of degree 13, so that no mathematics library can
    make two machines differ in the last bit (truncation error below 1e-9, a few millimetres).
    """
    xa, ya, za = _unit_vector(lat_a, lon_a)
    xb, yb, zb = _unit_vector(lat_b, lon_b)
    dx, dy, dz = xa - xb, ya - yb, za - zb
    return _EARTH_RADIUS_KM * np.sqrt(dx * dx + dy * dy + dz * dz)


def _unit_vector(
    lat: NDArray[np.float64], lon: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    latitude, longitude = lat * _RADIANS, lon * _RADIANS
    # cos x = sin(pi/2 - |x|); beyond a quarter turn, sin x = sin(pi - x), so arguments stay within a quarter turn.
    cos_lat = _sine(_HALF_PI - np.abs(latitude))
    cos_lon = _sine(_HALF_PI - np.abs(longitude))
    folded = np.where(np.abs(longitude) > _HALF_PI, np.sign(longitude) * 2 * _HALF_PI - longitude, longitude)
    return cos_lat * cos_lon, cos_lat * _sine(folded), _sine(latitude)


def _sine(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sine within a quarter turn either side of zero, by Horner's scheme."""
    square = x * x
    total = np.full_like(x, _SINE[-1])
    for coefficient in _SINE[-2::-1]:
        total = total * square + coefficient
    return total * x
