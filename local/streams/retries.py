"""What to do next with a batch: call the function, wait, or give records up. Pure: the clock is an argument."""

from collections import deque
from dataclasses import dataclass

from .answers import Answer, NotInvoked, unresolved_from
from .mapping import Mapping
from .records import Record

RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
AGE_EXCEEDED = "RecordAgeExceeded"

# Lambda does not publish its backoff. Quick at first, so that a local run recovers as fast as its cause.
_FIRST_BACKOFF_SECONDS = 0.2
_LONGEST_BACKOFF_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoke:
    """Call the function with these records, and report the outcome."""

    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Come back after that many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """Send these records to the failure destination, if there is one; they are then done with."""

    records: tuple[Record, ...]
    condition: str
    invocations: int
    last_answer: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A run of consecutive records that is delivered together."""

    records: tuple[Record, ...]
    failures: int = 0
    invocations: int = 0
    last_answer: Answer | None = None


class BatchWork:
    """One batch on its way to being resolved, record by record, in order.

    Ask `next_step`, carry it out, report an `Invoke` with `answered`; repeat until `next_step` returns None.

    Parameters
    ----------
    records : tuple of Record
        The batch, in stream order.
    mapping : Mapping
        Its retry settings.
    """

    def __init__(self, records: tuple[Record, ...], mapping: Mapping) -> None:
        self._mapping = mapping
        self._parts = deque([_Part(records=records)])
        self._not_before_seconds = 0.0
        self._refusals = 0

    def next_step(self, now: float) -> Invoke | Wait | Discard | None:
        """Return what is to be done now; None once every record is resolved."""
        if not self._parts:
            return None
        part = self._parts[0]
        if expired := self._expired(part, now):
            return self._give_up(part, expired, AGE_EXCEEDED)
        limit = self._mapping.maximum_retry_attempts
        if limit >= 0 and part.failures > limit:
            return self._give_up(part, len(part.records), RETRIES_EXHAUSTED)
        if now < self._not_before_seconds:
            return Wait(seconds=self._not_before_seconds - now)
        return Invoke(records=part.records)

    def answered(self, outcome: Answer | NotInvoked, now: float) -> tuple[Record, ...]:
        """Take the outcome of the last `Invoke`; return the records it resolved."""
        part = self._parts[0]
        if isinstance(outcome, NotInvoked):
            # As on AWS: what did not reach the function is no attempt, and is tried until the records' age ends it.
            self._refusals += 1
            self._not_before_seconds = now + _backoff_seconds(self._refusals)
            return ()
        self._refusals = 0
        first = unresolved_from(
            outcome, [r.sequence_number for r in part.records], partial_answers=self._mapping.partial_answers
        )
        self._parts.popleft()
        if first is None:
            return part.records
        self._parts.extendleft(reversed(self._remaining(part, first, outcome, now)))
        return part.records[:first]

    def _remaining(self, part: _Part, first: int, answer: Answer, now: float) -> list[_Part]:
        """Return how the records from `first` on are delivered again."""
        rest, invocations = part.records[first:], part.invocations + 1
        if self._mapping.bisect_on_error and (first > 0 or len(rest) > 1):
            # A split at the reported record, or in the middle if that is the first one; no attempt is counted,
            # as AWS says, because no batch is sent twice. So a poison record ends up alone.
            middle = len(rest) if first > 0 else len(rest) // 2
            pieces = [piece for piece in (rest[:middle], rest[middle:]) if piece]
            return [_Part(records=piece, invocations=invocations, last_answer=answer) for piece in pieces]
        # Failures are counted for the record that holds the batch up: one that moved on starts afresh, so that a
        # function which is merely out of time, and reports so, never exhausts its attempts by making progress.
        failures = 1 if first > 0 else part.failures + 1
        self._not_before_seconds = now + (0.0 if first > 0 else _backoff_seconds(failures))
        return [_Part(records=rest, failures=failures, invocations=invocations, last_answer=answer)]

    def _expired(self, part: _Part, now: float) -> int:
        limit = self._mapping.maximum_record_age_seconds
        if limit < 0:
            return 0  # on AWS the stream's retention ends it, a day at least; no local run retries that long
        young = (i for i, record in enumerate(part.records) if now - record.arrived_at_seconds < limit)
        return next(young, len(part.records))

    def _give_up(self, part: _Part, count: int, condition: str) -> Discard:
        self._parts.popleft()
        self._not_before_seconds = 0.0
        if rest := part.records[count:]:
            self._parts.appendleft(_Part(records=rest, invocations=part.invocations, last_answer=part.last_answer))
        return Discard(
            records=part.records[:count],
            condition=condition,
            invocations=part.invocations,
            last_answer=part.last_answer,
        )


def _backoff_seconds(failures: int) -> float:
    return min(_LONGEST_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2.0 ** min(failures - 1, 16))
