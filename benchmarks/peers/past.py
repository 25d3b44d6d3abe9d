"""What the peers keep of a card or a terminal: the events themselves, as plain Python values.

They keep what the product keeps, or the features could not be the same: the newest events whole, a count and a sum for
each day of the older ones, and the known frauds among these.
"""

import json
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Self

from fraudstream.histories.entries import LABEL_STEP_MS
from fraudstream.histories.policy import CARD, DAY_MS, RETENTION_MS, TERMINAL

KEPT = {"card": CARD.events, "terminal": TERMINAL.events}
FRAUDS = TERMINAL.frauds


class Event(NamedTuple):
    """One transaction of a card or terminal; times in epoch milliseconds.

    `fraud_known_at` is when it became known as fraud, 0 where it is not. What is not known of the merchant is None; the
    place is there only where the card was.
    """

    time: int
    ident: str
    amount: int
    counterpart: str
    fraud_known_at: int = 0
    category: str | None = None
    country: str | None = None
    place: tuple[float, float] | None = None


_POOR, _NOTHING = 5, (None, None, None)
"""An event of which nothing is known of the merchant is so long without that, as text: those of terminals."""


@dataclass(slots=True)
class Past:
    """The events of one card or terminal, oldest first, and what is left of those before them."""

    events: list[Event] = field(default_factory=list)
    days: dict[int, tuple[int, int]] = field(default_factory=dict)
    frauds: list[Event] = field(default_factory=list)
    folded_until: int = -1

    def add(self, event: Event, keep: int) -> None:
        """Add an event that was decided; fold the oldest into its day where more than `keep` would be kept."""
        insort(self.events, event)
        while len(self.events) > keep:
            self._fold(self.events.pop(0))

    def _fold(self, event: Event) -> None:
        day = event.time // DAY_MS
        count, amount = self.days.get(day, (0, 0))
        self.days[day] = (count + 1, amount + event.amount)
        self.folded_until = max(self.folded_until, event.time)
        if event.fraud_known_at:
            insort(self.frauds, event)
            del self.frauds[:-FRAUDS]
        horizon = (self.events[-1].time - RETENTION_MS) // DAY_MS
        for old in [day for day in self.days if day < horizon]:
            del self.days[old]

    def before(self, now: int) -> list[Event]:
        """Return the whole events of the retention, strictly before `now`."""
        events = self.events
        end = bisect_left(events, (now,))
        start = bisect_left(events, (now - RETENTION_MS,), 0, end)
        return events if start == 0 and end == len(events) else events[start:end]

    def since(self, events: list[Event], start: int) -> tuple[int, int]:
        """Return the count and the amount of `events`, which end at the moment of interest, and of days, from `start`.

        Where the window reaches into what is folded, it starts at the beginning of its day.
        """
        count = total = 0
        if start <= self.folded_until:
            day = start // DAY_MS
            start = day * DAY_MS
            for other, (number, amount) in self.days.items():
                if other >= day:
                    count += number
                    total += amount
        first = bisect_left(events, (start,))
        return count + len(events) - first, total + sum([event.amount for event in events[first:]])

    def as_text(self) -> str:
        """Return the state as JSON, an event a list: the shortest and quickest that the standard library has."""
        days = [(day, *sums) for day, sums in self.days.items()]
        events = [event[:_POOR] if event[_POOR:] == _NOTHING else event for event in self.events]
        return json.dumps((events, days, self.frauds, self.folded_until), separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return the state that `as_text` wrote."""
        events, days, frauds, folded_until = json.loads(text)
        return cls(
            events=[
                Event(*event[:7], event[7] and tuple(event[7])) if event[7:] else Event(*event) for event in events
            ],
            days={day: (count, amount) for day, count, amount in days},
            frauds=[Event(*event) for event in frauds],
            folded_until=folded_until,
        )

    def as_document(self) -> dict[str, Any]:
        """Return the state as a document of maps and lists, with names as short as people make them."""
        return {
            "events": [_as_map(event) for event in self.events],
            "days": [{"d": day, "n": count, "a": amount} for day, (count, amount) in self.days.items()],
            "frauds": [_as_map(event) for event in self.frauds],
            "folded_until": self.folded_until,
        }

    @classmethod
    def of_document(cls, document: dict[str, Any]) -> Self:
        """Return the state that `as_document` wrote; numbers may have become `Decimal`."""
        return cls(
            events=[_of_map(event) for event in document["events"]],
            days={int(day["d"]): (int(day["n"]), int(day["a"])) for day in document["days"]},
            frauds=[_of_map(event) for event in document["frauds"]],
            folded_until=int(document["folded_until"]),
        )


def known_at(event_time: int, label_time: int) -> int:
    """Return when a label counts as known: in steps of ten minutes after the event, rounded up, as the product does."""
    return event_time - (event_time - label_time) // LABEL_STEP_MS * LABEL_STEP_MS


def _as_map(event: Event) -> dict[str, Any]:
    values = {"t": event.time, "i": event.ident, "a": event.amount, "c": event.counterpart}
    if event.fraud_known_at:
        values["f"] = event.fraud_known_at
    if event.category:
        values["m"] = event.category
    if event.country:
        values["l"] = event.country
    if event.place:
        values["p"] = [Decimal(str(degrees)) for degrees in event.place]
    return values


def _of_map(values: dict[str, Any]) -> Event:
    place = values.get("p")
    return Event(
        int(values["t"]),
        values["i"],
        int(values["a"]),
        values["c"],
        int(values.get("f", 0)),
        values.get("m"),
        values.get("l"),
        (float(place[0]), float(place[1])) if place else None,
    )
