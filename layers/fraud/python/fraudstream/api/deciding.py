"""Deciding while the sender waits: the stream's own pipeline, on batches of one."""

from dataclasses import dataclass

from fraudstream.contract import Decision, Label, Rejected, RejectReason, decode_record
from fraudstream.hashing import lettered_digest
from fraudstream.outcome import Outcome
from fraudstream.pipeline import Pipeline
from fraudstream.records import CALLER, Record

_LONGEST_ID = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Decides transactions one by one, and tells decisions."""

    pipeline: Pipeline

    def decide(self, data: bytes, *, request_id: str, now_ms: int) -> tuple[Decision | Rejected, Outcome]:
        """Decide a transaction, or say why not; what is refused is quarantined, as on the stream.

        The record is named by what it says. So the same request sent again finds the decision of the first one, and
        completes whatever that one left undone; as does the transaction where it comes on the stream.

        Parameters
        ----------
        data
            The transaction as its sender wrote it.
        request_id
            Names a record that says nothing valid.

        Returns
        -------
        tuple[Decision | Rejected, Outcome]
            The decision that stands, whoever made it and when; and what was done, to be reported.

        Raises
        ------
        EndpointUnavailableError, StoreUnavailableError
            Nothing is decided, or not all is done: to be sent again.
        """
        decoded = decode_record(data, now_ms=now_ms, bounds=self.pipeline.bounds)
        if isinstance(decoded, Label):
            return Rejected.of(RejectReason.TYPE_UNKNOWN, "type: transaction; labels go to /labels", data), Outcome()
        name = request_id if isinstance(decoded, Rejected) else decoded.payload_hash
        outcome = self.pipeline.run([_record(data, name, now_ms)], now_ms)
        if isinstance(decoded, Rejected):
            return decoded, outcome
        if outcome.settled.conflicts:
            return outcome.settled.conflicts[0].rejected, outcome
        return outcome.standing[decoded.transaction_id], outcome

    def find(self, transaction_id: str) -> Decision | None:
        """Return a decision with its reasons and its label, if it was made."""
        return self.pipeline.decisions.find(transaction_id) if 0 < len(transaction_id) <= _LONGEST_ID else None


def _record(data: bytes, name: str, now_ms: int) -> Record:
    """Return a record whose number, which becomes part of object keys, has letters only: no card number is in it."""
    number = lettered_digest(name, 16)
    return Record(data=data, sequence_number=number, shard_id=CALLER, stream=CALLER, arrived_at_ms=now_ms)
