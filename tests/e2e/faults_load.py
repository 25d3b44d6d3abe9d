"""A steady load with duplicates, garbage and labels, sent while something else goes wrong, and what came of it."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from rich.console import Console

from local.alert_queue import AlertQueue
from local.check_all import check_all
from local.demo_data import DemoData, simulated
from local.deployed import Deployed
from local.findings import Findings
from local.live_view import view_for
from local.pacing import PacedProducer
from local.proofs import Account, Proof
from local.sending import Shipment, shipment
from local.strays import garbage
from local.stream_plan import Record, scattered
from local.streaming import Streaming, watch

_GARBAGE_ROUNDS = 5


class Load:
    """A stack under load, one shipment after another, and everything that was sent and received since the first.

    Attributes
    ----------
    receipts
        Every record sent, by the shard and sequence number it was given.
    alerts, deliveries
        Each alert, and how often it arrived, by its id.
    """

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self.receipts: dict[str, Record] = {}
        self.alerts: dict[str, Mapping[str, Any]] = {}
        self.deliveries: Counter[str] = Counter()
        watched = watch(deployed.client, deployed.outputs)
        self._queue = watched.alerts
        self._watched = replace(watched, alerts=_Counted(watched.alerts, self.alerts, self.deliveries))

    def run(self, shipped: Shipment, *, records_a_second: float, disturb: Callable[[threading.Event], None]) -> None:
        """Send everything, at an even rate while it is disturbed, and wait until all of it is resolved.

        `disturb` runs beside the load; the event it is given is set once everything has been resolved.
        """
        resolved, failed = threading.Event(), []

        def disturbance() -> None:
            try:
                disturb(resolved)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=disturbance)
        thread.start()
        producer = PacedProducer(
            self.deployed.client("kinesis"),
            self.deployed.outputs["TransactionStreamName"],
            records_a_second,
            while_=thread.is_alive,
        )
        try:
            with view_for(Console(quiet=True)) as view:
                Streaming(producer, self._watched, view).run(shipped)
        finally:
            self.receipts |= producer.receipts
            resolved.set()
            thread.join()
        if failed:
            raise failed[0]

    def check(self) -> tuple[Account, Findings, list[Proof]]:
        """Prove of the whole stack what must hold."""
        # What did not come of a shipment, such as a redrive's work, is not to be taken for that of the next one.
        for place in (self._watched.archive, self._watched.quarantine, self._watched.alerts):
            for _ in place.poll():
                pass
        client, outputs = self.deployed.client, self.deployed.outputs
        return check_all(client, outputs, receipts=self.receipts, alerts=self.alerts, say=lambda _: None)

    def close(self) -> None:
        """Unsubscribe from the alerts."""
        self._queue.remove()


@dataclass
class _Counted:
    """An alert queue that notes what passes."""

    queue: AlertQueue
    alerts: dict[str, Mapping[str, Any]]
    deliveries: Counter[str]

    def poll(self) -> Iterator[dict[str, Any]]:
        for alert in self.queue.poll():
            self.deliveries[alert["alert_id"]] += 1
            self.alerts[alert["alert_id"]] = alert
            yield alert


def small_world(transactions: int, seed: int) -> DemoData:
    """Simulate few cards and terminals, so that records of one card are in most batches."""
    world = {"cards": 300, "terminals": 80, "online_shops": 10, "daily_transactions": max(1, transactions // 20)}
    return simulated(transactions=transactions, seed=seed, history_days=5, **world)


def shipments(data: DemoData, sizes: Sequence[int]) -> Iterator[Shipment]:
    """Lay out so many transactions at a time, each part with its labels and repeats, and garbage of every kind."""
    start = 0
    for size in sizes:
        streamed = data.streamed.iloc[start : start + size].reset_index(drop=True)
        # Labels of these alone: a label of a payment that was never sent would be a label of nothing.
        labels = data.labels[data.labels["transaction_id"].isin(streamed["transaction_id"])].reset_index(drop=True)
        start += size
        now = datetime.now(UTC)
        *records, conflict = shipment(replace(data, streamed=streamed, labels=labels), now=now).records
        sample = next(record.data for record in records if record.transaction_id)
        strays = [stray for _ in range(_GARBAGE_ROUNDS) for stray in garbage(sample, now=now)]
        yield Shipment(records=[*scattered(records, strays), conflict])


@contextmanager
def configured(deployed: Deployed, **changes: Any) -> Iterator[None]:
    """Change the scoring function's configuration, as a deployment would, and put it back."""
    # Without validation, which knows Lambda's smallest memory: less of it is what a function out of memory has.
    client = deployed.stack.client("lambda", config=Config(parameter_validation=False))
    name = f"{deployed.stack_name}-score-transactions"
    found = client.get_function_configuration(FunctionName=name)
    client.update_function_configuration(FunctionName=name, **changes)
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, **{key: found[key] for key in changes})


@contextmanager
def settings(deployed: Deployed, **variables: str) -> Iterator[None]:
    """Change variables of the scoring function's environment, and put them back."""
    name = f"{deployed.stack_name}-score-transactions"
    before = deployed.client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    with configured(deployed, Environment={"Variables": before | variables}):
        yield
