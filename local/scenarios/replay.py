"""Weeks of transactions sent as fast as they are taken, a part at a time, in the order of their own clock."""

from collections.abc import Mapping
from typing import Any

from local.live_view import view_for
from local.producer import Producer
from local.scenarios.stage import Stage
from local.sending import Shipment
from local.stream_plan import Kind, Record
from local.streaming import Streaming, watch


class Replay:
    """A shipment that is sent in parts; a context manager, which unsubscribes from the alerts at the end.

    Attributes
    ----------
    alerts, decisions
        What has been received and decided so far, by transaction id.
    """

    def __init__(self, stage: Stage, shipment: Shipment) -> None:
        self._stage = stage
        self._rest: list[Record] = list(shipment.records)
        deployed = stage.deployed
        self.producer = Producer(deployed.client("kinesis"), deployed.outputs["TransactionStreamName"])
        self._watched = watch(deployed.client, deployed.outputs)
        self.alerts: dict[str, Mapping[str, Any]] = {}
        self.decisions: dict[str, Mapping[str, Any]] = {}

    def __enter__(self) -> "Replay":
        return self

    def __exit__(self, *_: object) -> None:
        self._watched.alerts.remove()

    def send(self, title: str, transactions: int) -> list[str]:
        """Send the records up to so many transactions as a step, wait for all of it; return what was decided."""
        part = self._take(transactions)
        console = self._stage.screen.console
        with self._stage.screen.step(title, spinner=False) as step, view_for(console) as view:
            streaming = Streaming(self.producer, self._watched, view)
            tally = streaming.run(Shipment(records=part))
            step.result = f"{len(part):,} records, {len(tally.alerts)} alerts"
        self.alerts |= tally.alerts
        self.decisions |= tally.decisions
        return list(tally.decisions)

    def _take(self, transactions: int) -> list[Record]:
        end = count = 0
        for end, record in enumerate(self._rest):  # noqa: B007 - where it stops is what is wanted
            if record.kind is Kind.TRANSACTION and (count := count + 1) > transactions:
                break
        else:
            end = len(self._rest)
        part, self._rest = self._rest[:end], self._rest[end:]
        return part
