"""Features of a card's past."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.known import newest_started, stretches_sum
from fraudstream.features.payment import chord_km
from fraudstream.features.ratio import divide
from fraudstream.features.registry import LABEL_DELAY_SECONDS
from fraudstream.features.rows import Rows
from fraudstream.features.windows import Windows, count_marks
from fraudstream.histories import Ledger
from fraudstream.histories.cells import degrees_of
from fraudstream.histories.policy import DAY_MS

_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_DELAY_MS = LABEL_DELAY_SECONDS * 1000
_WINDOWS = (_HOUR_MS, DAY_MS, 7 * DAY_MS, 14 * DAY_MS, 30 * DAY_MS)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Values = dict[str, NDArray[Any]]


def card_features(rows: Rows, cards: Ledger) -> Values:
    """Return the features of the card of each row: windowed ones, then those of the kept events one by one."""
    windows = Windows(rows, cards, _WINDOWS)
    amount = _narrow(windows.entries.amount, rows.amount)
    seen = np.flatnonzero(windows.count)
    return (
        _velocity(windows)
        | _spread(windows, amount)
        | _typical(windows, amount)
        | _labelled(windows)
        | {
            "card_seconds_since_last": _since(windows, windows.end[seen] - 1, seen),
            "card_terminal_visits": _visits(windows, windows.entries.counterpart, rows.counterpart),
            "card_category_visits": _known_visits(windows, windows.entries.category, rows.category),
            "card_country_visits": _known_visits(windows, windows.entries.country, rows.country),
            "card_implied_speed": _implied_speed(windows),
        }
    )


def _velocity(windows: Windows) -> Values:
    rows = windows.rows
    values: Values = {"card_count_1h": windows.count_since(_HOUR_MS)}
    for name, length in (("24h", DAY_MS), ("7d", 7 * DAY_MS), ("30d", 30 * DAY_MS)):
        count = windows.count_since(length)
        if name != "7d":
            values[f"card_count_{name}"] = count
        total = windows.sum_since(length)
        values[f"card_amount_ratio_{name}"] = divide(rows.amount * count, total)
        if name != "24h":
            values[f"card_amount_mean_{name}"] = divide(total, count * rows.units)
    return values


def _spread(windows: Windows, amount: NDArray[Any]) -> Values:
    rows = windows.rows
    count = windows.kept(30 * DAY_MS)
    mean = divide(windows.sum_from(windows.end - count), count)
    deviation = _deviation(windows, count, mean)
    return {
        "card_amount_std_30d": deviation / rows.units,
        "card_amount_zscore_30d": divide(rows.amount - mean, deviation),
        "card_amount_max_30d": divide(_largest(amount, windows.end, count), rows.units * (count > 0)),
    }


def _typical(windows: Windows, amount: NDArray[Any]) -> Values:
    """Compare with the median of the kept amounts, and with each of them."""
    mine, count = windows.rows.amount, windows.count
    amounts = windows.lags.of(amount)
    median = _lower_median(windows, amount)
    in_14d, in_7d, in_1h = (windows.newest(windows.kept(days)) for days in (14 * DAY_MS, 7 * DAY_MS, _HOUR_MS))
    twice = amounts[: len(in_7d)] > 2 * median
    twice &= in_7d
    thrice = amounts[: len(in_14d)] > 3 * median
    thrice &= in_14d
    below = amounts < mine.astype(amounts.dtype)
    below &= windows.valid
    # Ten times an amount is below the median where the amount is below a tenth of it, rounded up.
    tenth = amounts[: len(in_1h)] < -(-median // 10)
    return {
        "card_amount_median_ratio": divide(mine, median),
        "card_amount_rank": divide(count_marks(below), count),
        "card_above_2x_median_7d": count_marks(twice),
        "card_above_3x_median_14d": count_marks(thrice),
        "card_tenth_median_count_1h": count_marks(tenth & in_1h),
    }


def _labelled(windows: Windows) -> Values:
    """Tell genuine amounts, past the label delay and not known as fraud, from frauds."""
    rows, entries = windows.rows, windows.entries
    due = windows.end - windows.kept(7 * DAY_MS)
    genuine_count = due - windows.whole
    genuine_total = windows.sum_from(windows.whole, due)
    fraud = np.flatnonzero(entries.is_fraud)
    known = windows.first_row_after(entries.entity[fraud], entries.known_at[fraud])
    if len(fraud):
        forgotten = np.searchsorted(windows.whole, fraud, side="right")
        known_due = np.maximum(known, windows.first_row_after(entries.entity[fraud], entries.time[fraud] + _DELAY_MS))
        genuine_count -= stretches_sum(known_due, forgotten, 1, len(rows))
        genuine_total -= stretches_sum(known_due, forgotten, entries.amount[fraud], len(rows))
    newest = np.append(fraud, -1)[newest_started(known, len(rows))]
    informed = np.flatnonzero(newest >= windows.whole)
    return {
        "card_genuine_mean": divide(genuine_total, genuine_count * rows.units),
        "card_genuine_ratio": divide(rows.amount * genuine_count, genuine_total),
        "card_seconds_since_fraud": _since(windows, newest[informed], informed),
    }


def _since(windows: Windows, position: Ints, defined: Ints) -> Floats:
    """Return the age in seconds of the events at the positions of some rows, NaN for the others."""
    age = np.full(len(windows.rows), np.nan)
    age[defined] = (windows.rows.time[defined] - windows.entries.time[position]) / 1000
    return age


def _visits(windows: Windows, theirs: NDArray[Any], mine: NDArray[Any]) -> NDArray[Any]:
    same = windows.lags.of(theirs) == mine
    same &= windows.valid
    return count_marks(same)


def _known_visits(windows: Windows, theirs: NDArray[Any] | None, mine: NDArray[Any] | None) -> Floats:
    """Return visits to what may be unknown (0): NaN where this row's is, or the card's past has but unknown ones."""
    if mine is None:
        return np.full(1, np.nan)
    if theirs is None:
        theirs = np.zeros(len(windows.entries), mine.dtype)
    visits = _visits(windows, theirs, mine).astype(np.float64)
    known = np.zeros(len(theirs) + 1, np.int64)
    np.cumsum(theirs > 0, out=known[1:])
    none_known = known[windows.end] == known[windows.whole]
    visits[(mine == 0) | (none_known & (windows.count > 0))] = np.nan
    return visits


def _implied_speed(windows: Windows) -> Floats:
    """Return how fast a card was carried here, in km/h, from where it was last; what took no time took a minute."""
    mine, theirs = windows.rows.cell, windows.entries.cell
    if mine is None or theirs is None or not len(theirs):
        return np.full(1, np.nan)
    speed = np.full(len(mine), np.nan)
    last = np.maximum.accumulate(np.where(theirs > 0, np.arange(len(theirs)), -1))
    row = np.flatnonzero((mine > 0) & (windows.end > windows.whole))
    position = last[windows.end[row] - 1]
    there = position >= windows.whole[row]
    row, position = row[there], position[there]
    moved = chord_km(*degrees_of(theirs[position]), *degrees_of(mine[row]))
    elapsed = np.maximum(windows.rows.time[row] - windows.entries.time[position], _MINUTE_MS)
    speed[row] = moved * _HOUR_MS / elapsed
    return speed


def _narrow(amounts: Ints, mine: Ints) -> NDArray[Any]:
    """Return amounts in 32 bits where three times the largest fits: half the memory, twice the speed, the same sums."""
    largest = max(int(amounts.max(initial=0)), int(mine.max(initial=0)))
    return amounts.astype(np.int32) if 3 * largest < 2**31 else amounts


def _lower_median(windows: Windows, amount: NDArray[Any]) -> NDArray[Any]:
    """Return the middle amount of each row, the lower of the two middle ones; 0 where there is none."""
    depth, count = windows.lags.depth, windows.count
    if not depth:
        return np.zeros(len(count), amount.dtype)
    # What is older than the kept events becomes the largest number there is: all of its bits are set.
    nothing = np.arange(depth) < depth - np.arange(depth + 1)[:, None]
    largest = np.where(nothing, np.iinfo(amount.dtype).max, 0).astype(amount.dtype)
    middle = np.maximum(count - 1, 0) // 2
    median = np.empty(len(count), amount.dtype)
    for start, amounts in windows.lags.rows_of(amount):
        rows = slice(start, start + len(amounts))
        np.bitwise_or(amounts, largest.take(count[rows], axis=0), out=amounts)
        amounts.sort(axis=1)
        median[rows] = amounts.reshape(-1).take(np.arange(0, amounts.size, depth) + middle[rows])
    median[count == 0] = 0
    return median


def _deviation(windows: Windows, count: NDArray[Any], mean: Floats) -> Floats:
    """Return the standard deviation (n - 1; NaN below two) of each row's newest amounts, in minor units.

    Two passes, and the squares are added in one fixed order: newest first. What a row's total is once it has all of its
    own is noted; what is added behind is none of its business.
    """
    mean = np.where(count > 0, mean, 0.0)
    total, noted, difference = (np.zeros(len(mean)) for _ in range(3))
    by_count = np.argsort(count, kind="stable")
    first = np.searchsorted(count[by_count], np.arange(int(count.max()) + 2)).tolist()
    for lag, amounts in enumerate(windows.lags.of(windows.entries.amount, np.float64)[: int(count.max())]):
        np.subtract(amounts, mean, out=difference)
        np.multiply(difference, difference, out=difference)
        total += difference
        if first[lag + 2] > first[lag + 1]:
            complete = by_count[first[lag + 1] : first[lag + 2]]
            noted[complete] = total[complete]
    return np.sqrt(divide(noted, np.maximum(count, 1) - 1))


def _largest(amount: NDArray[Any], end: Ints, count: NDArray[Any]) -> NDArray[Any]:
    """Return the largest of each row's newest amounts; 0 where there is none.

    A sparse table (Bender and Farach-Colton, "The LCA problem revisited", 2000): with the largest of the 1, 2, 4, 8 ...
    amounts up to each position at hand, any stretch is covered by two that overlap.
    """
    levels = [np.concatenate((np.zeros(1, amount.dtype), amount))]
    for step in (1 << level for level in range(int(count.max()).bit_length() - 1)):
        longer = levels[-1].copy()
        np.maximum(longer[step:], levels[-1][:-step], out=longer[step:])
        levels.append(longer)
    level = _LEVELS[count]
    base = level * len(levels[0]) + end
    table = np.concatenate(levels)
    largest = np.maximum(table[base], table[base - np.maximum(count, 1) + (1 << level)])
    return np.where(count > 0, largest, 0)


_LEVELS = np.array([max(count.bit_length() - 1, 0) for count in range(2**12)])
