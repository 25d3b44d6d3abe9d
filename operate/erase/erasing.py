"""The erasure itself: look everywhere, take out what can be, look again."""

from collections.abc import Callable
from dataclasses import dataclass, field

from operate.erase.elsewhere import PLACES, Search, Searched
from operate.erase.lines import of_archive, of_quarantine
from operate.erase.objects import Objects, Rewritten
from operate.erase.tables import Pace, decisions_of, delete, delete_decision, exists, keyed_items
from operate.target import Target

QUARANTINED = ("quarantine/", "aws/lambda/", "redriving/", "redriven/")
Progress = Callable[[str], Callable[[int], object]]
"""From a place to what is called with how much of it was looked at."""


@dataclass(slots=True)
class Found:
    """What is, or was, about a card."""

    decisions: int = 0
    keyed: list[str] = field(default_factory=list)
    archive: Rewritten = field(default_factory=Rewritten)
    quarantine: Rewritten = field(default_factory=Rewritten)
    elsewhere: Searched = field(default_factory=Searched)

    @property
    def nothing(self) -> bool:
        """Whether what can be taken out is out; files that are only searched do not count."""
        objects = (self.archive, self.quarantine)
        return not (self.decisions or self.keyed or any(o.objects or o.versions or o.not_understood for o in objects))

    @property
    def counts(self) -> dict[str, int]:
        """Numbers without keys or tokens."""
        return {
            "decisions": self.decisions,
            "histories_and_cases": len(self.keyed),
            "archive_objects": self.archive.objects,
            "archive_lines": self.archive.lines,
            "archive_versions": self.archive.versions,
            "quarantine_objects": self.quarantine.objects,
            "quarantine_records": self.quarantine.lines,
            "quarantine_versions": self.quarantine.versions,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One card in one stack."""

    target: Target
    card: str
    read_units: float
    progress: Progress

    def run(self, *, change: bool, search: bool = True) -> Found:
        """Take the card's data out, or with `change` False only look.

        The tables first: what is in them goes into no more features. Every step stands alone, so that the erasure may
        be interrupted anywhere and repeated.
        """
        found = Found()
        for name, (table, key) in keyed_items(self.target, self.card).items():
            if exists(self.target, table, key):
                found.keyed.append(name)
                if change:
                    delete(self.target, table, key)
        pace = Pace(units=self.read_units, on_items=self.progress("items of the Decisions table"))
        for transaction_id in decisions_of(self.target, self.card, pace):
            found.decisions += 1
            if change:
                delete_decision(self.target, transaction_id, self.card)
        found.archive = self._archive().run(change=change)
        found.quarantine = self._quarantine().run(change=change)
        if search:
            self._search(found.elsewhere)
        return found

    def _archive(self) -> Objects:
        return Objects(
            s3=self.target.client("s3"),
            bucket=self.target.outputs["ArchiveBucketName"],
            prefixes=("archive/",),
            cut=lambda _, body: of_archive(body, self.card),
            on_object=self.progress("objects of the archive"),
        )

    def _quarantine(self) -> Objects:
        return Objects(
            s3=self.target.client("s3"),
            bucket=self.target.outputs["QuarantineBucketName"],
            prefixes=QUARANTINED,
            cut=lambda key, body: of_quarantine(key, body, self.card),
            on_object=self.progress("objects of the quarantine"),
        )

    def _search(self, searched: Searched) -> None:
        for output, prefixes in PLACES.items():
            Search(
                s3=self.target.client("s3"),
                bucket=self.target.outputs[output],
                prefixes=prefixes,
                on_file=self.progress("files searched"),
            ).run(self.card, searched)
