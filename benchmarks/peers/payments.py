"""A transaction as the peers read it: `json.loads`, and the few conversions that the features need."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fraudstream.currency import minor_units

from benchmarks.peers.past import Event


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
    def category(self) -> str | None:
        """The merchant's category, as a code or else in words."""
        return self.fields.get("mcc") or self.fields.get("merchant_category")

    @property
    def country(self) -> str | None:
        """The merchant's country."""
        return self.fields.get("merchant_country")

    @property
    def place(self) -> tuple[float, float] | None:
        """Where the merchant is, in degrees, if the card was there."""
        latitude, longitude = self.fields.get("merchant_lat"), self.fields.get("merchant_lon")
        away = self.fields.get("entry_mode") in ("ecom", "moto")
        return None if away or latitude is None or longitude is None else (latitude, longitude)

    @property
    def amount(self) -> int:
        """Minor units."""
        return self.fields["amount_minor"]

    def of_card(self, fraud_known_at: int = 0) -> Event:
        """Return what a card's past keeps of it."""
        kept = self.category, self.country, self.place
        return Event(self.time, self.ident, self.amount, self.terminal, fraud_known_at, *kept)

    def of_terminal(self, fraud_known_at: int = 0) -> Event:
        """Return what a terminal's past keeps of it: nothing of the merchant, who is always the same."""
        return Event(self.time, self.ident, self.amount, self.card, fraud_known_at)
