"""A steady stream beside the story: sent at an even rate, looked at each second, and what came of it."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import numpy as np

from local.deployed import Deployed
from local.pacing import RECORDS_A_CALL
from local.producer import Producer
from local.sending import Shipment
from local.streaming import missing, watch
from local.tally import Tally


class Flow:
    """Sends a shipment at an even rate from `__enter__` to `__exit__`, or until it is empty.

    Attributes
    ----------
    tally
        What has been seen of the system's work, as of the last `look`.
    """

    def __init__(self, deployed: Deployed, shipment: Shipment, *, records_a_second: float) -> None:
        self.producer = Producer(deployed.client("kinesis"), deployed.outputs["TransactionStreamName"])
        self.tally = Tally(sent_at=self.producer.first_sent_at)
        self._watched = watch(deployed.client, deployed.outputs)
        self._shipment, self._rate = shipment, records_a_second
        self._sent = 0
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Flow":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop()
        self._watched.alerts.remove()
        if self._failed and kind is None:
            raise self._failed[0]

    def stop(self) -> None:
        """Send nothing more."""
        self._stop.set()
        self._thread.join()

    def look(self) -> Mapping[str, str]:
        """Add to the tally what is new; a probe of an observer, which has no state to tell."""
        with self._lock:
            self._watched.update(self.tally, time.time())
        return {}

    @property
    def sent(self) -> Shipment:
        """What has been sent so far."""
        return Shipment(records=self._shipment.records[: self._sent])

    @property
    def unresolved(self) -> str:
        """What was sent and is not resolved, in words; empty when all is."""
        return missing(self.sent, self.tally)

    def says(self) -> str:
        """Return in one line where the stream stands."""
        by = ", ".join(f"{name} {count:,}" for name, count in self.tally.by("scored_by").items())
        return f"{self._sent:,} sent, {len(self.tally.decisions):,} decided ({by}), {len(self.tally.alerts)} alerts"

    def newest(self, seconds: float) -> Counter[str]:
        """Count what scored the decisions of the last seconds."""
        since = time.time() - seconds
        return Counter(d["scored_by"] for d in list(self.tally.decisions.values()) if decided_at(d) >= since)

    def _run(self) -> None:
        try:
            records = self._shipment.records
            while self._sent < len(records) and not self._stop.is_set():
                self.producer.send(records[self._sent : self._sent + RECORDS_A_CALL])
                self._sent = min(self._sent + RECORDS_A_CALL, len(records))
                self._stop.wait(RECORDS_A_CALL / self._rate)
        except BaseException as error:
            self._failed.append(error)


def decided_at(decision: Mapping[str, str]) -> float:
    """Return when a decision was made, seconds since 1970."""
    return datetime.fromisoformat(decision["decided_at"]).timestamp()


def per_second(tally: Tally, attribute: str, value: str, zero: float, end: float) -> list[int]:
    """Return how many decisions with this value of an attribute were made in each second from `zero` to `end`."""
    counts = [0] * (int(end - zero) + 1)
    for decision in tally.decisions.values():
        second = int(decided_at(decision) - zero)
        if decision[attribute] == value and 0 <= second < len(counts):
            counts[second] += 1
    return counts


def lag_by_second(tally: Tally, zero: float, end: float) -> list[tuple[float, float]]:
    """Return at each second the age of the oldest transaction that was sent and not yet decided."""
    names = [name for name in tally.decisions if name in tally.sent_at]
    sent = np.array([tally.sent_at[name] for name in names])
    done = np.array([decided_at(tally.decisions[name]) for name in names])
    points = []
    for second in np.arange(zero, end, 1.0):
        waiting = sent[(sent <= second) & (done > second)]
        points.append((float(second - zero), float(second - waiting.min()) if len(waiting) else 0.0))
    return points
