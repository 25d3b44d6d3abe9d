"""The hot path: a batch of records in, each transaction decided exactly once, whatever breaks and is retried."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from fraudstream import archiving, cases, quarantining
from fraudstream.alerting import alerts_for
from fraudstream.contract import Bounds
from fraudstream.deciding import decide
from fraudstream.errors import EndpointMissingError, EndpointUnavailableError, StoreUnavailableError
from fraudstream.online import BatchUpdate
from fraudstream.outcome import Outcome
from fraudstream.policy import BatchColumns, Policies, snoozed
from fraudstream.ports import Alerts, Cases, Decisions, Histories, ObjectStore, Scorer
from fraudstream.records import Accepted, Batch, Record, decode_batch
from fraudstream.remembering import remember
from fraudstream.scoring import Scores
from fraudstream.settling import settle
from fraudstream.tables import label_columns, transaction_columns

PORTION = 1_000
"""Records that are decided together, with one call of the model: beyond that a larger batch is hardly cheaper, and what
is done stays done when time runs out."""
_UNHURRIED_MS = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Decides batches. Order of effects: quarantine, decisions, labels, archive, cases, alerts, and last the histories.

    A crash between any two leaves work that the retry of the same records completes: what was done is found and
    reused, the rest is done. So the histories come last: while they lack a batch, the retry computes what the first
    try computed, and once they have it, every decision stands already.

    Attributes
    ----------
    unscored_after_ms
        How long a record may wait for the endpoint before rules alone decide it.
    pause
        Waits before the next round of contended writes, jittered; it is given the number of the round.
    explain
        At most so many rows of a portion get SHAP reasons, the highest scores first.
    reserve_ms
        A portion is begun only with so much time left (the endpoint's tries and pauses among it), and with twice what
        the longest one before it took.
    """

    histories: Histories
    decisions: Decisions
    scorer: Scorer
    archive: ObjectStore
    cases: Cases
    quarantine: ObjectStore
    alerts: Alerts
    policies: Policies
    bounds: Bounds
    unscored_after_ms: int
    pause: Callable[[int], None]
    explain: int = 50
    console_url: str | None = None
    reserve_ms: int = 20_000

    def run(
        self, records: Sequence[Record], now_ms: int, time_left_ms: Callable[[], float] = lambda: _UNHURRIED_MS
    ) -> Outcome:
        """Decide records of one shard, in their order, `PORTION` at a time: each portion is done before the next.

        Parameters
        ----------
        records
            As delivered.
        now_ms
            Epoch milliseconds.
        time_left_ms
            Milliseconds until this process is stopped.

        Returns
        -------
        Outcome
            What was done; `unprocessed` is the first record to deliver again: where time runs out, where
            infrastructure breaks behind the first portion, or where the endpoint is away and only the oldest records
            could be decided by rules.

        Raises
        ------
        EndpointUnavailableError
            The endpoint is away and no record is old enough to go without it: deliver the batch again.
        StoreUnavailableError
            A table, bucket or topic refused: deliver the batch again.
        """
        outcome, longest_ms = Outcome(), self.reserve_ms / 2
        for start in range(0, len(records), PORTION):
            portion = records[start : start + PORTION]
            left_ms = time_left_ms()
            if start and left_ms < 2 * longest_ms:
                outcome.stop(portion[0], "out of time")
                break
            try:
                outcome.add(self._decide(portion, now_ms))
            except (EndpointUnavailableError, StoreUnavailableError) as error:
                if not start:
                    raise
                outcome.stop(portion[0], str(error))
            if outcome.unprocessed:
                break
            longest_ms = max(longest_ms, left_ms - time_left_ms())
        return outcome

    def _decide(self, records: Sequence[Record], now_ms: int) -> Outcome:
        """Decide with the model; without it where that is away and records are overdue."""
        try:
            return self._run(records, now_ms, self._score)
        except EndpointUnavailableError as error:
            limit_ms = now_ms - self.unscored_after_ms
            overdue = sum(1 for _ in takewhile(lambda record: record.arrived_at_ms <= limit_ms, records))
            if not overdue:
                raise
            outcome = self._run(records[:overdue], now_ms, _unscored)
            outcome.without_model = str(error)
            if overdue < len(records):
                outcome.stop(records[overdue], str(error))
            return outcome

    def _run(
        self, records: Sequence[Record], now_ms: int, score: Callable[[NDArray[np.float32]], Scores | None]
    ) -> Outcome:
        batch = decode_batch(records, bounds=self.bounds)
        update = _update(batch, batch.transactions)
        stored = self.histories.load(update.keys)
        packed = {key: history.packed for key, history in stored.items()}
        features, changed = update.apply(packed)
        scores = score(features)
        policy = self.policies.current(now_ms)
        evaluated = policy.evaluate(_policy_columns(batch, features, scores), now_ms)
        proposed = decide(batch.transactions, features, scores, evaluated, now_ms)

        quarantining.keep(self.quarantine, records, batch.refused)
        settled = settle(self.decisions, batch, proposed)
        quarantining.keep(self.quarantine, records, settled.conflicts, part="conflicts")
        labelled = self.decisions.label(batch.labels)
        archiving.keep(self.archive, records, settled.current, batch.labels)
        kept = cases.keep(self.cases, settled.current, batch.labels, now_ms=now_ms, pause=self.pause)
        sending = alerts_for(
            settled.current,
            kept,
            now_ms=now_ms,
            console_url=self.console_url,
            because={(policy.version, voice.name): voice.because for voice in policy.voices},
            snoozed=lambda decision: snoozed(decision, policy, now_ms, scores.thresholds if scores else None),
        )
        self.alerts.publish(sending.alerts)
        if settled.conflicts:
            update = _update(batch, settled.sound)
            _, changed = update.apply(packed)
        contended = remember(self.histories, update, stored, changed, now_ms=now_ms, pause=self.pause)
        if called := [s.record.decision.transaction_id for s in settled.current if s.for_caller]:
            self.decisions.complete(called)
        return Outcome.of(batch, settled, labelled=labelled, sending=sending, contended=contended)

    def _score(self, features: NDArray[np.float32]) -> Scores | None:
        if not len(features):
            return None
        try:
            return self.scorer.score(features, self.explain)
        except EndpointMissingError:
            return None


def _unscored(_: NDArray[np.float32]) -> None:
    """Score nothing: rules decide."""


def _policy_columns(batch: Batch, features: NDArray[np.float32], scores: Scores | None) -> BatchColumns:
    return BatchColumns(
        transactions=[accepted.transaction for accepted in batch.transactions],
        features=features,
        scores=None if scores is None else scores.values,
    )


def _update(batch: Batch, transactions: Sequence[Accepted]) -> BatchUpdate:
    return BatchUpdate(transaction_columns([a.transaction for a in transactions]), label_columns(batch.labels))
