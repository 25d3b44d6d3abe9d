"""Which decision stands: ours, or one made before."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fraudstream.errors import StoreUnavailableError
from fraudstream.ports import DecisionRecord, Decisions
from fraudstream.records import Accepted, Refused, id_conflict


@dataclass(frozen=True, slots=True)
class Standing:
    """A transaction with the decision that stands for it."""

    accepted: Accepted
    record: DecisionRecord


@dataclass(slots=True)
class Settled:
    """Outcome of recording a batch's decisions.

    Attributes
    ----------
    current
        Decided now, or by an earlier try of the very same records: their effects are due.
    sound
        All transactions but the conflicts: they belong into the histories.
    conflicts
        Ids that were decided for another payload.
    repeated
        Decisions of transactions sent again by the producer: made long since, no new effect.
    """

    current: list[Standing] = field(default_factory=list)
    sound: list[Accepted] = field(default_factory=list)
    conflicts: list[Refused] = field(default_factory=list)
    repeated: list[DecisionRecord] = field(default_factory=list)


def settle(decisions: Decisions, transactions: Sequence[Accepted], proposed: Sequence[DecisionRecord]) -> Settled:
    """Record proposed decisions; where one stands already, the first wins and ours is forgotten.

    Raises
    ------
    StoreUnavailableError
        The table did not take the writes, or does not find a decision that it said exists.
    """
    settled = Settled()
    taken = decisions.record(proposed)
    standing = decisions.read(taken) if taken else {}
    if len(standing) < len(taken):
        raise StoreUnavailableError(f"{len(taken) - len(standing)} decisions exist and cannot be read")
    for accepted, ours in zip(transactions, proposed, strict=True):
        record = standing.get(accepted.transaction.transaction_id, ours)
        if record.payload_hash != ours.payload_hash:
            settled.conflicts.append(id_conflict(accepted.record))
            continue
        settled.sound.append(accepted)
        if record.source == ours.source:
            settled.current.append(Standing(accepted, record))
        else:
            settled.repeated.append(record)
    return settled
