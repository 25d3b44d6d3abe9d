"""A row of the file to what it claims: the body of a label, or why the row is refused."""

import json
import re
from dataclasses import dataclass

from fraudstream.chargebacks.table import Row, Table
from fraudstream.contract import from_epoch_ms, mask_card_numbers, to_epoch_ms
from fraudstream.contract.pan import holds_card_number, is_card_number

_LABELS = {"": "fraud", "fraud": "fraud", "legitimate": "legitimate", "genuine": "legitimate"}
_is_day = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_SHOWN = 64
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that labels nothing.

    Attributes
    ----------
    reason
        `not_found`, `duplicate`, `card_number_in_line`, `date_invalid`, or one of the contract's reasons.
    transaction_id
        As the line has it, card numbers masked, at most 64 characters.
    """

    line: int
    reason: str
    detail: str
    transaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a line says of a transaction.

    Attributes
    ----------
    label_time_ms
        When the dispute became known.
    whole_day
        The line names a day and no time: the label then counts from its beginning, UTC, or from the payment if that
        was later on the day.
    """

    line: int
    transaction_id: str
    label: str
    label_time_ms: int
    whole_day: bool
    reason_code: str

    def body(self, event_time_ms: int | None = None) -> bytes:
        """Return the label as a caller of the API would post it, given the time of its transaction once it is known."""
        known_ms = self.label_time_ms
        if self.whole_day and event_time_ms is not None and 0 <= event_time_ms - known_ms < DAY_MS:
            known_ms = event_time_ms
        fields = {
            "transaction_id": self.transaction_id,
            "label": self.label,
            "label_time": from_epoch_ms(known_ms),
            "source": "chargeback",
        }
        if self.reason_code:
            fields["reason_code"] = self.reason_code
        return json.dumps(fields).encode("utf-8")

    def problem(self, reason: str, detail: str) -> Problem:
        """Return why the claim came to nothing."""
        return Problem(line=self.line, reason=reason, detail=detail, transaction_id=shown(self.transaction_id))


def claim_of(table: Table, row: Row) -> Claim | Problem:
    """Return what a row claims. The whole row is searched for card numbers, columns of no use to us too."""
    name = table.cell(row, "transaction_id")

    def problem(reason: str, detail: str) -> Problem:
        return Problem(line=row.line, reason=reason, detail=detail, transaction_id=shown(name))

    if any(holds_card_number(cell) or is_card_number(cell) for cell in row.cells):
        return problem("card_number_in_line", "a cell holds a card number: leave that column out, or send tokens")
    label = _LABELS.get(table.cell(row, "label").casefold())
    if label is None:
        return problem("label_invalid", "label: fraud or legitimate, or nothing, which means fraud")
    written = table.cell(row, "label_time")
    whole_day = _is_day(written) is not None
    label_time_ms = to_epoch_ms(f"{written}T00:00:00Z" if whole_day else written)
    if label_time_ms is None:
        return problem("date_invalid", "the date as 2026-11-23, or with the time in UTC as 2026-11-23T14:30:00Z")
    return Claim(
        line=row.line,
        transaction_id=name,
        label=label,
        label_time_ms=label_time_ms,
        whole_day=whole_day,
        reason_code=table.cell(row, "reason_code"),
    )


def shown(text: str) -> str:
    """Return a text as reports may have it: card numbers masked before it is cut, so that no part of one is left."""
    return mask_card_numbers(text.encode("utf-8", "replace")).decode("utf-8", "replace")[:_SHOWN]
