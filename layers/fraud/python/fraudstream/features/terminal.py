"""Features of a terminal's past: how busy it is, and how many of its transactions are now known as fraud."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.known import newest_started, stretches_sum
from fraudstream.features.ratio import divide
from fraudstream.features.registry import LABEL_DELAY_SECONDS
from fraudstream.features.rows import Rows
from fraudstream.features.windows import Windows, count_marks
from fraudstream.histories import Entries, Ledger
from fraudstream.histories.order import previous_of_pair
from fraudstream.histories.policy import DAY_MS, RETENTION_MS

_HOUR_MS = 3_600_000
_DELAY_MS = LABEL_DELAY_SECONDS * 1000
_VELOCITIES = (("1h", _HOUR_MS), ("7d", 7 * DAY_MS), ("28d", 28 * DAY_MS))
_RISKS = (("1d", DAY_MS), ("7d", 7 * DAY_MS), ("28d", 28 * DAY_MS))
_WINDOWS = sorted({length for _, length in _VELOCITIES} | {_DELAY_MS} | {_DELAY_MS + length for _, length in _RISKS})
_MARKER_POSITION = -1
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Values = dict[str, NDArray[Any]]


class _Frauds:
    """The frauds in reach of some rows, whole events and markers, sorted by history and time; who knows them when."""

    def __init__(self, windows: Windows, ledger: Ledger) -> None:
        self.windows = windows
        self.most = ledger.bounds.frauds
        self.entries, self.position = _all_frauds(windows, ledger.markers)
        self.known = windows.first_row_after(self.entries.entity, self.entries.known_at)
        self.informed = np.flatnonzero(self.count_since(RETENTION_MS))
        """The rows that know a fraud of their terminal, sorted."""
        newest = newest_started(self.known, len(windows.rows))
        self.newest = self.entries.time[newest[self.informed]]

    def count_since(self, length: int) -> Ints:
        """Return how many frauds of the window each row knows, of those it keeps: the newest so many."""
        lost = self.windows.first_row_after(self.entries.entity, self.entries.time + length)
        return np.minimum(stretches_sum(self.known, lost, 1, len(self.windows.rows)), self.most)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of a row and a fraud it knows and keeps, sorted by row, then by the fraud's time."""

    row: Ints
    time: Ints
    card: NDArray[np.uint16]
    position: Ints


def terminal_features(rows: Rows, terminals: Ledger) -> Values:
    """Return the features of the terminal of each row.

    "Due" is what is older than the label delay: by then a transaction not reported counts as genuine. Frauds count as
    soon as they are known, due or not.
    """
    windows = Windows(rows, terminals, _WINDOWS)
    frauds = _Frauds(windows, terminals)
    early = frauds.count_since(_DELAY_MS)
    values: Values = {f"terminal_count_{name}": windows.count_since(length) for name, length in _VELOCITIES}
    values["terminal_new_cards_1h"] = _new_cards(windows)
    return values | _risk(windows, frauds, early) | _run(windows, frauds, early)


def _new_cards(windows: Windows) -> NDArray[Any]:
    """Count the cards of the last hour that are at none of the kept transactions before it.

    Each is counted at its first kept transaction: that is in the last hour, and the card's one before it is not kept.
    """
    recent = windows.kept(_HOUR_MS)
    deepest = int(recent.max())
    if not deepest:
        return recent
    before = _before_by_card(windows, recent)
    first = windows.lags.of(before, depth=deepest) < windows.whole
    first &= windows.newest(recent)
    return count_marks(first)


def _before_by_card(windows: Windows, recent: NDArray[Any]) -> Ints:
    """Return for each entry the position of its card's one before it at this terminal, or -1.

    Only for what is recent to some row; and only entries of the cards there are looked at, mostly a small part.
    """
    card, end = windows.entries.counterpart, windows.end
    is_there = np.zeros(2**16, np.bool_)
    is_there[card[stretches_sum(end - recent, end, 1, len(card)) > 0]] = True
    some = np.flatnonzero(is_there[card])
    earlier = previous_of_pair(windows.entries.entity[some], card[some])
    before = np.full(len(card), -1)
    before[some] = np.where(earlier >= 0, some[earlier], -1)
    return before


def _risk(windows: Windows, frauds: _Frauds, early: Ints) -> Values:
    not_due = windows.count_since(_DELAY_MS)
    values: Values = {}
    for name, length in _RISKS:
        known = frauds.count_since(_DELAY_MS + length)
        total = windows.count_since(_DELAY_MS + length) - not_due + early
        if name != "1d":
            values[f"terminal_frauds_{name}"] = known
        values[f"terminal_risk_{name}"] = divide(known, total)
    return values


def _run(windows: Windows, frauds: _Frauds, early: Ints) -> Values:
    """Return what is known of the current run: consecutive known frauds, back from now, over what is due or known.

    Of what is due, only whole events are looked at; the k-th newest fraud among them belongs to the run if it stands k
    places before the end of what is due, that is, if no genuine transaction stands between.
    """
    rows, entries, n = windows.rows, windows.entries, len(windows.rows)
    due_end = windows.end - windows.kept(_DELAY_MS)
    length, cards = np.zeros(n, np.int64), np.zeros(n, np.int64)
    age, since_fraud = np.full(n, np.nan), np.full(n, np.nan)
    since_fraud[frauds.informed] = (rows.time[frauds.informed] - frauds.newest) / 1000
    newest_genuine = due_end - 1
    some = _may_have_a_run(windows, frauds, newest_genuine, early)
    if len(some):
        pairs = _pairs(frauds, some)
        due = rows.time[some] - _DELAY_MS
        is_due = pairs.time < due[pairs.row]
        consecutive = np.flatnonzero(is_due & (pairs.position >= windows.whole[some][pairs.row]))
        row = pairs.row[consecutive]
        place_from_end = np.searchsorted(row, row, side="right") - np.arange(len(row))
        consecutive = consecutive[pairs.position[consecutive] == due_end[some][row] - place_from_end]
        in_run = ~is_due
        in_run[consecutive] = True
        run_row = pairs.row[in_run]
        length[some] = np.bincount(run_row, minlength=len(some))
        newest_genuine[some] -= np.bincount(pairs.row[consecutive], minlength=len(some))
        oldest = np.full(len(some), np.nan)
        # Pairs are in ascending time: assigning them backwards leaves each row's oldest.
        oldest[run_row[::-1]] = pairs.time[in_run][::-1]
        age[some] = (rows.time[some] - oldest) / 1000
        distinct = np.unique(run_row << 16 | pairs.card[in_run].astype(np.int64)) >> 16
        cards[some] = np.bincount(distinct, minlength=len(some))
    since_genuine = (rows.time - entries.time[newest_genuine]) / 1000 if len(entries) else np.empty(n)
    since_genuine[newest_genuine < windows.whole] = np.nan
    return {
        "terminal_fraud_run": length,
        "terminal_fraud_run_age": age,
        "terminal_fraud_run_cards": cards,
        "terminal_seconds_since_fraud": since_fraud,
        "terminal_seconds_since_genuine": since_genuine,
    }


def _may_have_a_run(windows: Windows, frauds: _Frauds, newest_due: Ints, early: Ints) -> Ints:
    """Return the few rows worth pairing with frauds: that know an early one, or whose newest due event is one."""
    informed = frauds.informed
    if not len(windows.entries):
        return informed
    newest = newest_due[informed]
    is_fraud = (newest >= windows.whole[informed]) & windows.entries.is_fraud[newest]
    return informed[is_fraud | (early[informed] > 0)]


def _pairs(frauds: _Frauds, some: Ints) -> _Pairs:
    """Pair rows with the frauds of their terminal that were known before them: the newest `bounds.frauds` of them."""
    rows, fraud = frauds.windows.rows, frauds.entries
    time = rows.time[some]
    start, stop = (frauds.windows.searched(fraud, rows.entity[some], moment) for moment in (time - RETENTION_MS, time))
    sizes = stop - start
    row = np.repeat(np.arange(len(some)), sizes)
    before = np.cumsum(sizes) - sizes
    index = np.arange(len(row)) - before[row] + start[row]
    known = fraud.known_at[index] < time[row]
    row, index = row[known], index[known]
    newest_first = np.searchsorted(row, row, side="right") - 1 - np.arange(len(row))
    kept = newest_first < frauds.most
    row, index = row[kept], index[kept]
    return _Pairs(row, fraud.time[index], fraud.counterpart[index], frauds.position[index])


def _all_frauds(windows: Windows, markers: Entries) -> tuple[Entries, Ints]:
    """Return the frauds in reach, sorted, with their positions among the entries."""
    position = np.flatnonzero(windows.entries.is_fraud)
    frauds = windows.entries.take(position)
    markers = windows.in_reach(markers.take(markers.is_fraud)) if len(markers) else markers
    if not len(markers):
        return frauds, position
    frauds = Entries.concatenate([frauds, markers])
    position = np.concatenate((position, np.full(len(markers), _MARKER_POSITION)))
    order = np.lexsort((frauds.ident, frauds.time, frauds.entity))
    return frauds.take(order), position[order]
