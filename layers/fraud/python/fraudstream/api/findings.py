"""What transactions turned out to be: labels taken in, one by one or a case at a time, all by way of the stream."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET

from fraudstream.api import bodies
from fraudstream.api.requests import Finding
from fraudstream.contract import Bounds, Decision, Label, Rejected, RejectReason, to_epoch_ms
from fraudstream.contract.case import Case
from fraudstream.labelling import complete
from fraudstream.ports import Cases, Decisions, EventStream

Findings = tuple[str, ...]
"""The transactions a disposition was sent for."""
_EITHER = "transaction_id or card_id: one of them is required, and not both"
_SEEN_AT = "seen_at: RFC 3339, UTC, at most three decimals, and with card_id only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Puts labels on the stream, completed from the decisions they are about.

    All labels go one way; so these show on decision, case and histories only once they came through.
    """

    decisions: Decisions
    cases: Cases
    stream: EventStream
    bounds: Bounds

    def take(self, data: bytes, *, said_by: str, now_ms: int) -> Label | Rejected | None:
        """Put a label on the stream; None where nothing was decided under its id.

        Raises
        ------
        StoreUnavailableError
            The table or the stream is away: to be sent again.
        """
        label = complete(data, self.decisions.find, now_ms=now_ms, bounds=self.bounds, said_by=said_by)
        if isinstance(label, Label):
            self.stream.put(label.raw, label.card_id)
        return label

    def dispose(self, data: bytes, *, said_by: str, now_ms: int) -> Findings | Rejected | None:
        """Put an analyst's finding on the stream, for one transaction or for all that is open in a card's case.

        Sent again, it says the same again; where nothing is open any more, nothing is said.

        Returns
        -------
        Findings | Rejected | None
            None where nothing was decided under that id, or the card never had a case.

        Raises
        ------
        StoreUnavailableError
            Perhaps some of the findings are on the stream: to be sent again.
        """
        wanted = bodies.read(Finding, data)
        if isinstance(wanted, Rejected):
            return wanted
        seen_ms = to_epoch_ms(wanted.seen_at) if wanted.seen_at else None
        if (wanted.transaction_id is UNSET) == (wanted.card_id is UNSET):
            return Rejected.of(RejectReason.FIELD_INVALID, _EITHER, data)
        if wanted.seen_at is not UNSET and (seen_ms is None or wanted.card_id is UNSET):
            return Rejected.of(RejectReason.FIELD_INVALID, _SEEN_AT, data)
        if isinstance(wanted.transaction_id, str):
            return self._say(wanted, [wanted.transaction_id], said_by, now_ms) or None
        card_id = str(wanted.card_id)
        stored = self.cases.load([card_id]).get(card_id)
        return None if stored is None else self._say(wanted, _open(stored.case, seen_ms), said_by, now_ms)

    def _say(self, wanted: Finding, transaction_ids: Sequence[str], said_by: str, now_ms: int) -> Findings | Rejected:
        decided = {name: record.decision for name, record in self.decisions.read(transaction_ids).items()}
        labels = [self._label(wanted, name, decided, said_by, now_ms) for name in transaction_ids]
        for label in labels:
            if isinstance(label, Rejected):
                return label
        known = [label for label in labels if isinstance(label, Label)]
        for label in known:
            self.stream.put(label.raw, label.card_id)
        return tuple(label.transaction_id for label in known)

    def _label(
        self, wanted: Finding, transaction_id: str, decided: dict[str, Decision], said_by: str, now_ms: int
    ) -> Label | Rejected | None:
        said = {"transaction_id": transaction_id, "label": wanted.disposition, "source": "analyst"}
        said |= {"note": wanted.note} if wanted.note else {}
        body = json.dumps(said).encode()
        return complete(body, decided.get, now_ms=now_ms, bounds=self.bounds, said_by=said_by)


def _open(case: Case, seen_ms: int | None) -> list[str]:
    """Return the transactions of a case that wait for a disposition, and were there to be seen."""
    return [
        one.transaction_id
        for one in case.transactions
        if one.disposition is None and (seen_ms is None or (to_epoch_ms(one.decided_at) or 0) <= seen_ms)
    ]
