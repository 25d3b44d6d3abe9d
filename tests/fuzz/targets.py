"""What the fuzzer calls, and what must hold of it whatever the bytes. A target raises where it does not."""

import json
import re
from collections.abc import Callable, Mapping

import msgspec
import numpy as np
from fraudstream.archiving import archive_lines
from fraudstream.contract import Bounds, Label, Rejected, Transaction, decode_record, mask_card_numbers
from fraudstream.contract.examining import examine
from fraudstream.contract.pan import is_issued
from fraudstream.errors import EndpointUnavailableError, HistoryFormatError, PolicyError
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH
from fraudstream.histories import CARD, TERMINAL, merge
from fraudstream.histories.packing import unpack
from fraudstream.policy import BatchColumns, compile_policy, read_policy
from fraudstream.policy.published import read_published
from fraudstream.scoring import Thresholds, read_answer

NOW_MS = 1_790_000_000_000
BOUNDS = Bounds(max_record_bytes=4_096, max_event_age_ms=3_650 * 86_400_000)
ROWS = 3
_digits = re.compile(rb"[0-9]{13,19}").findall
_MATRIX = np.vstack(
    [np.full(len(FEATURE_NAMES), value, np.float32) for value in (0.0, 1.0, -1.0, 1e30, np.nan, np.inf)]
)
_TRANSACTION = (
    b'{"schema_version":1,"transaction_id":"tx-1","event_time":"2026-09-21T14:12:20.001Z","card_id":"card_a",'
    b'"terminal_id":"terminal_a","amount_minor":1250,"currency":"EUR","entry_mode":"chip"}'
)


class WrongError(AssertionError):
    """A truth does not hold."""


def decode(data: bytes) -> None:
    """A record is a transaction, a label or a reject, both ways of looking at it; its raw bytes mean the same again."""
    decoded = decode_record(data, now_ms=NOW_MS, bounds=BOUNDS)
    _hold(type(decoded) in {Transaction, Label, Rejected}, "it is something else")
    if len(data) <= BOUNDS.max_record_bytes:
        _hold(examine(data, now_ms=NOW_MS, bounds=BOUNDS) == decoded, "a close look says otherwise")
    if isinstance(decoded, Rejected):
        _hold(bool(decoded.detail), "a reject without a detail")
        _hold(not any(is_issued(run.decode()) for run in _digits(decoded.data)), "a card number is kept")
        return
    again = decode_record(decoded.raw, now_ms=NOW_MS, bounds=BOUNDS)
    _hold(type(again) is type(decoded), "its raw bytes are not accepted")
    _hold(again.payload_hash == decoded.payload_hash and again.meaning == decoded.meaning, "its raw bytes mean another")
    _hold(not {10, 13} & set(decoded.raw), "its raw bytes are several lines")
    _hold(json.loads(decoded.raw) == msgspec.json.decode(decoded.raw), "readers do not agree on its raw bytes")
    if isinstance(decoded, Label):
        archive_lines([], [decoded])


def mask(data: bytes) -> None:
    """No run of digits that is a card number is left in bytes of any kind."""
    masked = mask_card_numbers(data)
    _hold(not any(is_issued(run.decode()) for run in _digits(masked)), "a card number is left")


def histories(data: bytes) -> None:
    """Two stored histories, the first as long as two bytes say: refused, or merged to one that can be read."""
    size = int.from_bytes(data[:2], "little")
    mine, theirs = data[2 : 2 + size], data[2 + size :]
    for blob in (mine, theirs):
        try:
            unpack([blob, None])
        except HistoryFormatError:
            continue
    for bounds in (CARD, TERMINAL):
        try:
            merged = merge(bounds, mine, theirs)
        except HistoryFormatError:
            continue
        unpack([merged])


def answer(data: bytes) -> None:
    """A model's answer is refused, or has a score from 0 to 1 for every row."""
    # The feature schema's hash is for the fuzzer to know, not to guess.
    body = data.replace(b"SCHEMA", SCHEMA_HASH.encode())
    try:
        scores = read_answer(body, ROWS)
    except EndpointUnavailableError:
        return
    _hold(len(scores.values) == ROWS, "another number of scores")
    _hold(bool(np.all((scores.values >= 0) & (scores.values <= 1))), "a score that is none")
    limits = scores.thresholds
    _hold(0 <= limits.review <= limits.block <= 1, "thresholds that are none")
    for row, contributions in scores.contributions.items():
        _hold(0 <= row < ROWS and len(contributions) == len(FEATURE_NAMES) + 1, "contributions of no row")
        _hold(bool(np.isfinite(contributions).all()), "a contribution that is no number")


def rules(data: bytes) -> None:
    """A policy document is refused, or can be evaluated on any features, with a score and without."""
    try:
        read_published(data)
    except PolicyError as error:
        _hold(not any(is_issued(run.decode()) for run in _digits(str(error).encode())), "a card number is told")
    try:
        compiled = compile_policy(read_policy(data))
    except PolicyError as error:
        _hold(not any(is_issued(run.decode()) for run in _digits(str(error).encode())), "a card number is told")
        return
    decided = decode_record(_TRANSACTION, now_ms=NOW_MS, bounds=BOUNDS)
    for scores in (None, np.linspace(0, 1, len(_MATRIX))):
        columns = BatchColumns(transactions=[decided] * len(_MATRIX), features=_MATRIX, scores=scores)
        evaluated = compiled.evaluate(columns, NOW_MS)
        _hold(evaluated.matrix.shape == (len(_MATRIX), len(compiled.voices)), "not one column a rule or list")
        outcomes = evaluated.outcomes(scores, Thresholds(review=0.5, block=0.9))
        _hold(set(outcomes.tolist()) <= {0, 1, 2}, "an outcome that is none")
        for row in range(len(_MATRIX)):
            evaluated.names(row)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (decode, mask, histories, answer, rules)
}


def _hold(truth: bool, otherwise: str) -> None:  # noqa: FBT001 (it is the statement itself)
    if not truth:
        raise WrongError(otherwise)
