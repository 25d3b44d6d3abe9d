"""Features of a terminal's past: how busy it is, and how many of its transactions are now known as fraud."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.card import divide
from fraudstream.features.registry import LABEL_DELAY_SECONDS
from fraudstream.features.targets import Targets
from fraudstream.features.windows import Windows
from fraudstream.histories import Entries, Ledger
from fraudstream.histories.policy import DAY_MS, RETENTION_MS

_HOUR_MS = 3_600_000
_DELAY_MS = LABEL_DELAY_SECONDS * 1000
_VELOCITIES = (("1h", _HOUR_MS), ("24h", DAY_MS), ("7d", 7 * DAY_MS), ("28d", 28 * DAY_MS))
_RISKS = (("1d", DAY_MS), ("7d", 7 * DAY_MS), ("28d", 28 * DAY_MS))
_MARKER_POSITION = -1
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Frauds:
    """Pairs of a row and a fraud known to it, sorted by row, then by the fraud's time."""

    row: Ints
    time: Ints
    card: NDArray[np.uint16]
    position: Ints


def terminal_features(targets: Targets, terminals: Ledger) -> dict[str, Floats]:
    """Return the features of the terminal of each target.

    "Due" is what is older than the label delay: by then a transaction not reported counts as genuine. Frauds count as
    soon as they are known, due or not.
    """
    windows = Windows(terminals, targets.terminal, targets.time)
    frauds = _known_frauds(targets, terminals)
    values = {f"terminal_count_{name}": _float(windows.since(targets.time - window)[0]) for name, window in _VELOCITIES}
    return values | _risk(targets, windows, frauds) | _run(targets, terminals, windows, frauds)


def _risk(targets: Targets, windows: Windows, frauds: _Frauds) -> dict[str, Floats]:
    n = len(targets)
    due = targets.time - _DELAY_MS
    not_due = windows.since(due)[0]
    early = np.bincount(frauds.row[frauds.time >= due[frauds.row]], minlength=n)
    values: dict[str, Floats] = {}
    for name, window in _RISKS:
        known = np.bincount(frauds.row[frauds.time >= (due - window)[frauds.row]], minlength=n)
        total = windows.since(due - window)[0] - not_due + early
        values[f"terminal_frauds_{name}"] = _float(known)
        values[f"terminal_risk_{name}"] = divide(known, total)
    return values


def _run(targets: Targets, terminals: Ledger, windows: Windows, frauds: _Frauds) -> dict[str, Floats]:
    """Return what is known of the current run: consecutive known frauds, back from now, over what is due or known.

    Only whole events are looked at; the k-th newest fraud that is due belongs to the run if it stands k places before
    the end of what is due, that is, if no genuine transaction stands between.
    """
    n = len(targets)
    entries = terminals.entries
    due_time = targets.time - _DELAY_MS
    due_end = windows.position(due_time)
    is_due = frauds.time < due_time[frauds.row]
    due_count = np.bincount(frauds.row[is_due], minlength=n)
    first_pair = np.searchsorted(frauds.row, np.arange(n))
    place_from_end = due_count[frauds.row] - (np.arange(len(frauds.row)) - first_pair[frauds.row])
    whole = frauds.position >= windows.whole[frauds.row]
    in_due_run = is_due & whole & (frauds.position == due_end[frauds.row] - place_from_end)
    in_run = in_due_run | ~is_due
    run_row = frauds.row[in_run]
    length = np.bincount(run_row, minlength=n)
    oldest = np.full(n, np.nan)
    newest = np.full(n, np.nan)
    # Pairs are in ascending time: assigning them backwards leaves each row's oldest, forwards its newest.
    oldest[run_row[::-1]] = frauds.time[in_run][::-1]
    newest[frauds.row] = frauds.time
    cards = np.unique(run_row << 16 | frauds.card[in_run].astype(np.int64)) >> 16
    genuine = due_end - 1 - np.bincount(frauds.row[in_due_run], minlength=n)
    has_genuine = genuine >= windows.whole
    genuine_time = entries.time[np.where(has_genuine, genuine, 0)] if len(entries) else targets.time
    return {
        "terminal_fraud_run": _float(length),
        "terminal_fraud_run_age": (targets.time - oldest) / 1000,
        "terminal_fraud_run_cards": _float(np.bincount(cards, minlength=n)),
        "terminal_seconds_since_fraud": (targets.time - newest) / 1000,
        "terminal_seconds_since_genuine": np.where(has_genuine, (targets.time - genuine_time) / 1000, np.nan),
    }


def _known_frauds(targets: Targets, terminals: Ledger) -> _Frauds:
    """Pair each row with the frauds of its terminal that were known before it: the newest `bounds.frauds` of them."""
    fraud, position = _all_frauds(terminals)
    origin = int(min(targets.time.min(initial=2**62), fraud.time.min(initial=2**62))) - 2 * RETENTION_MS
    span = int(max(targets.time.max(initial=0), fraud.time.max(initial=0))) - origin + 1
    keys = fraud.entity * span + (fraud.time - origin)
    row_key = targets.terminal * span - origin
    start = np.searchsorted(keys, row_key + targets.time - RETENTION_MS)
    sizes = np.searchsorted(keys, row_key + targets.time) - start
    row = np.repeat(np.arange(len(targets)), sizes)
    before = np.cumsum(sizes) - sizes
    index = np.arange(len(row)) - before[row] + start[row]
    known = fraud.known_at[index] < targets.time[row]
    row, index = row[known], index[known]
    newest_first = np.searchsorted(row, row, side="right") - 1 - np.arange(len(row))
    kept = newest_first < terminals.bounds.frauds
    row, index = row[kept], index[kept]
    return _Frauds(row, fraud.time[index], fraud.counterpart[index], position[index])


def _all_frauds(terminals: Ledger) -> tuple[Entries, Ints]:
    """Return the frauds among whole events and markers, sorted, and their positions in the ledger."""
    where = np.flatnonzero(terminals.entries.is_fraud)
    frauds, position = terminals.entries.take(where), where
    markers = terminals.markers.take(terminals.markers.is_fraud)
    if len(markers):
        frauds = Entries.concatenate([frauds, markers])
        position = np.concatenate((position, np.full(len(markers), _MARKER_POSITION)))
        order = np.lexsort((frauds.ident, frauds.time, frauds.entity))
        frauds, position = frauds.take(order), position[order]
    return frauds, position


def _float(values: Ints) -> Floats:
    return values.astype(np.float64)
