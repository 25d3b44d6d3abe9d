"""Times of files as epoch milliseconds, UTC."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NOT_A_TIME = np.iinfo(np.int64).min
EARLIEST_MS, LATEST_MS = 946_684_800_000, 4_102_444_800_000
"""2000 (the contract's first year) and 2100: seconds read as milliseconds, or the other way round, fall outside."""

_OFFSET = r"(?:[zZ]|[+-]\d\d:?\d\d)$"
_UNITS = {"s": 1_000, "ms": 1}
_FINE_UNITS = {"us": 1_000, "ns": 1_000_000}
NUMERIC_FORMATS = (*_UNITS, *_FINE_UNITS)


def to_milliseconds(values: pd.Series, time_format: str = "iso", timezone: str = "UTC") -> NDArray[np.int64]:
    """Return times as epoch milliseconds, `NOT_A_TIME` for what is missing or not a time in that format.

    Times without an offset are of `timezone`; of an hour that a clock shows twice the first is taken, and an hour that
    a clock skips is moved to the next that exists.
    """
    if time_format in NUMERIC_FORMATS:
        return _from_numbers(values, time_format)
    if pd.api.types.is_datetime64_any_dtype(values):
        return _epoch(_localised(values, timezone))
    if pd.api.types.is_numeric_dtype(values):
        return np.full(len(values), NOT_A_TIME)
    texts = values.astype("object")
    given = texts.notna()
    aware = given & texts.astype(str).str.contains(_OFFSET, regex=True)
    result = np.full(len(values), NOT_A_TIME)
    if aware.any():
        result[aware.to_numpy()] = _epoch(_parsed(texts[aware], time_format, utc=True))
    naive = (given & ~aware).to_numpy()
    if naive.any():
        result[naive] = _epoch(_localised(_parsed(texts[naive], time_format, utc=False), timezone))
    return result


def epoch_ms(times: pd.Series) -> NDArray[np.int64]:
    """Return a column of aware times as epoch milliseconds, `NOT_A_TIME` where there is none."""
    return _epoch(times)


def from_epoch_ms(milliseconds: NDArray[np.int64]) -> pd.Series:
    """Return epoch milliseconds as a column of aware UTC times; `NOT_A_TIME` is missing."""
    return pd.Series(milliseconds.astype("datetime64[ms]")).dt.tz_localize("UTC")


def _from_numbers(values: pd.Series, unit: str) -> NDArray[np.int64]:
    numbers = pd.to_numeric(values, errors="coerce")
    known = numbers.notna().to_numpy()
    result = np.full(len(values), NOT_A_TIME)
    plain = numbers[known].to_numpy()
    if unit in _UNITS:
        plain = plain * _UNITS[unit] if plain.dtype.kind == "i" else np.round(plain * _UNITS[unit])
    else:
        plain = plain // _FINE_UNITS[unit]
    result[known] = np.where(np.abs(plain) < LATEST_MS, plain, 0).astype(np.int64)
    return result


def _parsed(texts: pd.Series, time_format: str, *, utc: bool) -> pd.Series:
    if time_format != "iso":
        return pd.to_datetime(texts, format=time_format, errors="coerce", utc=utc)
    if int(pd.__version__.split(".")[0]) >= 2:
        return pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=utc)
    return pd.to_datetime(texts, errors="coerce", utc=utc)


def _localised(times: pd.Series, timezone: str) -> pd.Series:
    if times.dt.tz is not None:
        return times
    if timezone == "UTC":
        return times.dt.tz_localize("UTC")
    first = np.ones(len(times), bool)
    return times.dt.tz_localize(timezone, ambiguous=first, nonexistent="shift_forward")


def _epoch(times: pd.Series) -> NDArray[np.int64]:
    naive = times.dt.tz_convert("UTC").dt.tz_localize(None) if times.dt.tz is not None else times
    # NaT is the smallest integer in every unit, which is NOT_A_TIME.
    return naive.to_numpy().astype("datetime64[ms]").astype(np.int64)
