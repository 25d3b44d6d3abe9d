"""The scoring function, invoked with records as its stream would deliver them."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fraudstream.contract.masking import mask_card_numbers

from operate.redrive.contents import Waiting

MAX_RECORDS = 1_000
MAX_EVENT_BYTES = 5_500_000
"""A call's payload may have 6 MB; an entry of one record at the stream's limit of 1 MiB fits many times over."""
_TRIES = 3
_HEAD, _TAIL = '{"redrive":true,"Records":[', "]}"
_LONGEST_MESSAGE = 500


class ScoringFailedError(Exception):
    """The function failed, or came no further, at every try; its records are where this run put them."""


@dataclass(slots=True)
class Answered:
    """What the function said of the records it was given.

    Attributes
    ----------
    counts
        By the names of its metrics, such as `Decided`.
    refused
        By reason.
    unsaid
        Records taken by a function that does not say what it did: one older than this program.
    """

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unsaid: int = 0

    def add(self, other: "Answered") -> None:
        """Count another answer in."""
        self.counts.update(other.counts)
        self.refused.update(other.refused)
        self.unsaid += other.unsaid


@dataclass(frozen=True, slots=True)
class Scoring:
    """The function by synchronous calls.

    Parameters
    ----------
    client
        A boto3 client of Lambda that waits longer than the function may take.
    pause
        Waits the given seconds before another try.
    """

    client: Any
    function: str
    pause: Callable[[float], None]

    def send(self, records: Sequence[Waiting]) -> Answered:
        """Send records through, shard by shard in their order, and return what became of them.

        Raises
        ------
        ScoringFailedError
            If the function ends with an error, or resolves nothing, three times in a row.
        """
        answered = Answered()
        for batch in batches(records):
            answered.add(self._all(batch))
        return answered

    def _all(self, batch: Sequence[Waiting]) -> Answered:
        answered, trouble, failed = Answered(), "", 0
        while batch and failed < _TRIES:
            if failed:
                self.pause(2.0 ** (failed - 1))
            response = self.client.invoke(FunctionName=self.function, Payload=_event(batch))
            answer = json.loads(response["Payload"].read() or b"null")
            if "FunctionError" in response:
                trouble, failed = _told(answer), failed + 1
                continue
            done = _resolved(batch, answer)
            trouble, failed = "it resolves no record", 0 if done else failed + 1
            answered.add(_said(answer, done))
            batch = batch[done:]
        if batch:
            raise ScoringFailedError(trouble)
        return answered


def batches(records: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """Cut records into what one call takes: one shard, at most 1,000 records and 5.5 MB, in their order."""
    by_shard: dict[str, list[Waiting]] = {}
    for record in records:
        by_shard.setdefault(record.shard_id, []).append(record)
    for own in by_shard.values():
        batch: list[Waiting] = []
        size = len(_HEAD) + len(_TAIL)
        for record in own:
            if batch and (len(batch) == MAX_RECORDS or size + len(record.entry) + 1 > MAX_EVENT_BYTES):
                yield batch
                batch, size = [], len(_HEAD) + len(_TAIL)
            batch.append(record)
            size += len(record.entry) + 1
        yield batch


def _event(batch: Sequence[Waiting]) -> bytes:
    return (_HEAD + ",".join(record.entry for record in batch) + _TAIL).encode()


def _resolved(batch: Sequence[Waiting], answer: Any) -> int:
    """Return how many records are done: those before the first that the answer names. Nonsense resolves nothing."""
    if not isinstance(answer, dict) or not isinstance(answer.get("batchItemFailures"), list):
        return 0
    positions = {record.sequence_number: index for index, record in enumerate(batch)}
    named = (failure.get("itemIdentifier") for failure in answer["batchItemFailures"])
    return min((positions.get(number, 0) for number in named), default=len(batch))


def _said(answer: Any, done: int) -> Answered:
    outcome = answer.get("outcome") if isinstance(answer, dict) else None
    if not isinstance(outcome, dict):
        return Answered(unsaid=done)
    return Answered(counts=Counter(outcome["counts"]), refused=Counter(outcome["reasons"]))


def _told(error: Any) -> str:
    """Return an error in its own words, without card numbers."""
    known = error if isinstance(error, dict) else {}
    text = f"{known.get('errorType', 'error')}: {known.get('errorMessage', 'it says no more')}"
    return mask_card_numbers(text.encode())[:_LONGEST_MESSAGE].decode(errors="replace")
