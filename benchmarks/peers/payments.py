"""A transaction as the peers read it: `json.loads`, and the few conversions that the features need."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fraudstream.currency import minor_units


@dataclass(frozen=True, slots=True)
class Payment:
    """A decoded record. Nothing is checked: the peers trust their producers."""

    fields: dict[str, Any]
    time: int
    units: int

    @classmethod
    def of(cls, data: bytes | str) -> "Payment":
        """Read the JSON of a transaction."""
        fields = json.loads(data)
        time = round(datetime.fromisoformat(fields["event_time"]).timestamp() * 1000)
        return cls(fields, time, minor_units(fields["currency"]))

    @property
    def ident(self) -> str:
        """The transaction's id."""
        return self.fields["transaction_id"]

    @property
    def card(self) -> str:
        """The card's token."""
        return self.fields["card_id"]

    @property
    def terminal(self) -> str:
        """The terminal's id."""
        return self.fields["terminal_id"]

    @property
    def amount(self) -> int:
        """Minor units."""
        return self.fields["amount_minor"]
