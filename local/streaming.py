"""Sending a shipment and following it until every record of it is resolved."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.alert_queue import AlertQueue
from local.clients import Clients
from local.live_view import Picture, View
from local.objects import NewObjects
from local.producer import Producer
from local.sending import Shipment
from local.stream_plan import Kind
from local.tally import Tally, percentiles

MOST_IN_FLIGHT = 2_000
_RECORDS_A_TURN = 500
_POLL_SECONDS = 0.25
_STALLED_SECONDS = 120.0


class StalledError(Exception):
    """Nothing moves any more, although not everything is resolved; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Where the system's work is looked at while it runs."""

    archive: NewObjects
    quarantine: NewObjects
    alerts: AlertQueue

    def update(self, tally: Tally, now: float) -> None:
        """Add what is new to the tally; `now` in seconds since 1970."""
        for _, body in self.archive.poll():
            tally.add_archive(body, now)
        for _, body in self.quarantine.poll():
            tally.add_quarantine(body)
        tally.add_alerts(self.alerts.poll())


class Streaming:
    """One run of the stream: sends while few records are open, looks at the results, and shows them.

    Parameters
    ----------
    producer, watched, view
        What sends, what is looked at, what shows it.
    clock, wall, sleep
        Monotonic seconds, seconds since 1970, and how to wait.
    """

    def __init__(
        self,
        producer: Producer,
        watched: Watched,
        view: View,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._producer = producer
        self._watched = watched
        self._view = view
        self._clock = clock
        self._wall = wall
        self._sleep = sleep
        self.tally = Tally(sent_at=producer.first_sent_at)
        self.seconds = 0.0

    def run(self, shipment: Shipment) -> Tally:
        """Send everything and wait until it is decided, quarantined, archived and alerted.

        Raises
        ------
        StalledError
            If for two minutes nothing more is resolved.
        """
        started = moved = self._clock()
        sent, resolved = 0, -1
        while True:
            open_records = self._expected(shipment, sent) - self._resolved()
            if sent < len(shipment.records) and open_records < MOST_IN_FLIGHT:
                self._producer.send(shipment.records[sent : sent + _RECORDS_A_TURN])
                sent += _RECORDS_A_TURN
            else:
                self._sleep(_POLL_SECONDS)
            self._watched.update(self.tally, self._wall())
            self.seconds = self._clock() - started
            self._view.show(self._picture(shipment, min(sent, len(shipment.records))))
            if sent >= len(shipment.records) and missing(shipment, self.tally) == "":
                return self.tally
            if self._resolved() != resolved:
                resolved, moved = self._resolved(), self._clock()
            elif self._clock() - moved > _STALLED_SECONDS:
                raise StalledError(
                    f"nothing was resolved for {_STALLED_SECONDS:.0f} s; {missing(shipment, self.tally)}. "
                    "The function's log says why: .local/logs, or aws logs tail"
                )

    def _expected(self, shipment: Shipment, sent: int) -> int:
        """Return how many of the records sent so far leave a trace of their own: a repeat leaves none."""
        return sum(record.kind is not Kind.REPEAT for record in shipment.records[:sent])

    def _resolved(self) -> int:
        return len(self.tally.decisions) + len(self.tally.quarantined) + len(self.tally.labels)

    def _picture(self, shipment: Shipment, sent: int) -> Picture:
        tally = self.tally
        return Picture(
            seconds=self.seconds,
            to_send=shipment.count(Kind.TRANSACTION),
            sent=sent,
            decided=len(tally.decisions),
            quarantined=len(tally.quarantined),
            labels=len(tally.labels),
            alerts=len(tally.alerts),
            by_decision=tally.by("decision"),
            by_scored_by=tally.by("scored_by"),
            latency_ms=percentiles(tally.archived_after_ms),
            behind_seconds=self._behind_seconds(),
            newest_alerts=list(tally.newest_alerts),
        )

    def _behind_seconds(self) -> float:
        """Return the age of the oldest transaction that is sent and not decided."""
        waiting = (at for name, at in self._producer.first_sent_at.items() if name not in self.tally.decisions)
        oldest = next(waiting, None)
        return 0.0 if oldest is None else max(0.0, self._wall() - oldest)


def missing(shipment: Shipment, tally: Tally) -> str:
    """Return in words what of a shipment is not resolved; empty when all is."""
    lacking = {
        "transactions": shipment.count(Kind.TRANSACTION) - len(tally.decisions),
        "labels": shipment.count(Kind.LABEL) - len(tally.labels),
        "records of garbage": shipment.count(Kind.GARBAGE) - len(tally.quarantined),
        "alerts": sum(decision["decision"] != "approve" for decision in tally.decisions.values()) - len(tally.alerts),
    }
    return ", ".join(f"{count} {what} are missing" for what, count in lacking.items() if count > 0)


def watch(client: Clients, outputs: Mapping[str, str]) -> Watched:
    """Look at a deployed stack's buckets and alert topic from now on.

    Parameters
    ----------
    client, outputs
        The stack's clients and outputs.
    """
    return Watched(
        archive=NewObjects(client("s3"), outputs["ArchiveBucketName"], "archive/"),
        quarantine=NewObjects(client("s3"), outputs["QuarantineBucketName"], "quarantine/"),
        alerts=AlertQueue(client("sqs"), client("sns"), outputs["AlertTopicArn"]),
    )
