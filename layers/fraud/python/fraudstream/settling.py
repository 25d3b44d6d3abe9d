"""Which decision stands: ours, or one made before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from fraudstream.errors import StoreUnavailableError
from fraudstream.ports import DecisionRecord, Decisions
from fraudstream.records import CALLER, Accepted, Batch, Refused, id_conflict


@dataclass(frozen=True, slots=True)
class Standing:
    """A transaction with the decision that stands for it."""

    accepted: Accepted
    record: DecisionRecord

    @property
    def for_caller(self) -> bool:
        """True if a caller of the API asked for the decision, who may never ask again."""
        return self.record.source.startswith(f"{CALLER}:")


@dataclass(slots=True)
class Settled:
    """Outcome of recording a batch's decisions.

    Attributes
    ----------
    current
        Decided now, or by an earlier try that may have left effects undone: they are due.
    sound
        All transactions but the conflicts: they belong into the histories.
    conflicts
        Ids that were decided for another payload.
    repeated
        Decisions of transactions sent again by the producer: made already, no new effect.
    """

    current: list[Standing] = field(default_factory=list)
    sound: list[Accepted] = field(default_factory=list)
    conflicts: list[Refused] = field(default_factory=list)
    repeated: list[DecisionRecord] = field(default_factory=list)

    def add(self, further: Self) -> None:
        """Append what became of a further portion of the same batch."""
        self.current += further.current
        self.sound += further.sound
        self.conflicts += further.conflicts
        self.repeated += further.repeated


def settle(decisions: Decisions, batch: Batch, proposed: Sequence[DecisionRecord]) -> Settled:
    """Record proposed decisions; where one stands already, the first wins and ours is forgotten.

    Raises
    ------
    StoreUnavailableError
        The table did not take the writes, or does not find a decision that it said exists.
    """
    settled = Settled()
    standing = {ours.decision.transaction_id: ours for ours in proposed}
    payload_hashes = [ours.payload_hash for ours in proposed] + [a.transaction.payload_hash for a in batch.copies]
    if taken := decisions.record(proposed):
        found = decisions.read(taken)
        if len(found) < len(taken):
            raise StoreUnavailableError(f"{len(taken) - len(found)} decisions exist and cannot be read")
        standing |= found
    for accepted, payload_hash in zip([*batch.transactions, *batch.copies], payload_hashes, strict=True):
        record = standing[accepted.transaction.transaction_id]
        if record.payload_hash != payload_hash:
            settled.conflicts.append(id_conflict(accepted.record))
            continue
        settled.sound.append(accepted)
        if _is_due(record, accepted):
            settled.current.append(Standing(accepted, record))
        else:
            settled.repeated.append(record)
    return settled


def _is_due(record: DecisionRecord, accepted: Accepted) -> bool:
    """Tell whether the effects of a decision fall to who brings this record.

    A record of the stream is delivered until all is done: its decision's effects are its own. A caller may never ask
    again: until all is noted as done, whoever brings the transaction next completes it.
    """
    if Standing(accepted, record).for_caller:
        return not record.completed
    return record.source == accepted.record.source
