"""The redrive itself: take an object, send its records, put it away; what was interrupted goes first."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from operate.redrive.bucket import Item, QuarantineBucket
from operate.redrive.contents import NotUnderstoodError, Waiting, read, without_payload
from operate.redrive.scoring import Answered, Scoring


@dataclass(slots=True)
class Tally:
    """What a run has done so far.

    Attributes
    ----------
    objects, records
        Taken and sent through.
    again
        Records that an object before held, too: sent once.
    held
        Records left where they are because their bytes are not those that came, by why.
    elsewhere
        Objects that another run took in the meantime.
    not_understood
        Keys of objects that nobody here wrote; they stay.
    """

    objects: int = 0
    records: int = 0
    again: int = 0
    answered: Answered = field(default_factory=Answered)
    held: Counter[str] = field(default_factory=Counter)
    elsewhere: int = 0
    not_understood: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """Sends what waits in a quarantine bucket through the scoring function.

    Attributes
    ----------
    reason
        Only records refused for it; None for all, and for what was given up.
    on_object
        Called before each object with its number, from 1, and how many there are.
    """

    bucket: QuarantineBucket
    scoring: Scoring
    stream_arn: Callable[[str], str]
    reason: str | None
    on_object: Callable[[int, int], object]

    def run(self, tally: Tally) -> None:
        """Send everything once, counting into `tally` as it goes.

        Both lists are made first, and an object that is not what was listed is passed over: so what the function
        refuses anew, which may come under the key it had, waits for the next run.

        Raises
        ------
        ScoringFailedError
            The function does not work. What was taken and not finished is the first that the next run takes.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
            The bucket or Lambda refused; the same holds.
        """
        done: set[str] = set()
        items = self._items()
        for number, (item, selects) in enumerate(items, 1):
            self.on_object(number, len(items))
            self._one(item, selects, done, tally)

    def records(self, tally: Tally) -> Iterator[tuple[Item, Waiting]]:
        """Yield what `run` would look at, changing nothing."""
        items = self._items()
        for number, (item, selects) in enumerate(items, 1):
            self.on_object(number, len(items))
            yield from ((item, record) for record in self._read(item, self.bucket.read(item), tally) if selects(record))

    def _items(self) -> list[tuple[Item, Callable[[Waiting], bool]]]:
        """Return what there is, and for each object which records of it are asked for."""
        interrupted = self.bucket.interrupted()  # all that is in one was asked for before
        return [(item, lambda _: True) for item in interrupted] + [
            (item, self._selects) for item in self.bucket.waiting()
        ]

    def _selects(self, record: Waiting) -> bool:
        return self.reason is None or record.reason == self.reason

    def _one(self, item: Item, selects: Callable[[Waiting], bool], done: set[str], tally: Tally) -> None:
        body = self.bucket.read(item)
        records = self._read(item, body, tally)
        asked = [record for record in records if selects(record)]
        chosen = [record for record in asked if record.held is None]
        tally.held.update(record.held for record in asked if record.held is not None)
        if body is None or not chosen:
            return
        kept = {record.source for record in chosen}
        left = [record for record in records if record.source not in kept]
        if left:
            body = b"".join(record.line + b"\n" for record in chosen)
        taken = self.bucket.take(item, body, left)
        fresh = list({record.source: record for record in chosen if record.source not in done}.values())
        answered = self.scoring.send(fresh)
        self.bucket.finish(taken, without_payload(item.original, body), _receipt(fresh, answered))
        done.update(kept)
        tally.objects += 1
        tally.records += len(fresh)
        tally.again += len(chosen) - len(fresh)
        tally.answered.add(answered)

    def _read(self, item: Item, body: bytes | None, tally: Tally) -> list[Waiting]:
        if body is None:
            tally.elsewhere += 1
            return []
        try:
            return read(item.original, body, self.stream_arn)
        except NotUnderstoodError:
            tally.not_understood.append(item.key)
            return []


def _receipt(sent: list[Waiting], answered: Answered) -> dict[str, int]:
    counts = answered.counts
    return {
        "records": len(sent),
        "decided": counts["Decided"],
        "duplicates": counts["Duplicates"],
        "labels": counts["Labels"],
        "refused": counts["Quarantined"],
    }
