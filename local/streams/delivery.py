"""Carries one batch through: calls, pauses, failure destination, until every record is resolved."""

import logging
from collections.abc import Callable, Sequence

from .answers import NotInvoked
from .clock import Clock
from .destinations import Destination
from .errors import StopRequestedError
from .invoker import Invoker
from .mapping import Mapping
from .metrics import Metrics
from .records import Record
from .retries import BatchWork, Discard, Invoke, Wait

_LOG = logging.getLogger(__name__)

Resolved = Callable[[Sequence[Record]], None]


class Delivery:
    """Delivers the batches of one shard.

    Parameters
    ----------
    mapping : Mapping
    invoke : Invoker
        Calls the function.
    destination : Destination
        Takes what is given up.
    metrics : Metrics
    clock : Clock
        Its `sleep` says when to stop.
    """

    def __init__(
        self, mapping: Mapping, *, invoke: Invoker, destination: Destination, metrics: Metrics, clock: Clock
    ) -> None:
        self._mapping = mapping
        self._invoke = invoke
        self._destination = destination
        self._metrics = metrics
        self._clock = clock

    def deliver(self, records: tuple[Record, ...], resolved: Resolved) -> None:
        """Deliver a batch; call `resolved` with records as soon as they are done with.

        Returns early when a stop was asked for, never in the middle of a call: what is unresolved then is
        delivered again after the restart.
        """
        work = BatchWork(records, self._mapping)
        while self._clock.sleep(0) and (step := work.next_step(self._clock.now())):
            if isinstance(step, Wait):
                self._clock.sleep(step.seconds)
            elif isinstance(step, Invoke):
                resolved(self._call(work, step.records))
            elif self._discard(step):
                resolved(step.records)
            else:
                return

    def _discard(self, discard: Discard) -> bool:
        """Hand over what is given up; False if a stop came in between."""
        try:
            delivered = self._destination.send(discard)
        except StopRequestedError:
            return False
        self._metrics.discarded(self._mapping, records=len(discard.records), delivered=delivered)
        return True

    def _call(self, work: BatchWork, records: tuple[Record, ...]) -> tuple[Record, ...]:
        age_seconds = self._clock.now() - records[-1].arrived_at_seconds
        self._metrics.invoked(self._mapping, records=len(records), age_seconds=age_seconds)
        outcome = self._invoke(records)
        done = work.answered(outcome, self._clock.now())
        if len(done) < len(records):
            self._metrics.not_resolved(self._mapping, records=len(records) - len(done))
            reason = outcome.reason if isinstance(outcome, NotInvoked) else outcome.function_error or "partial answer"
            _LOG.warning(
                "%s: %d of %d records not resolved: %s",
                self._mapping.function_name,
                len(records) - len(done),
                len(records),
                reason,
            )
        return done
