"""A transaction as the peers read it: `json.loads`, and the few conversions that the features need."""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fraudstream.currency import minor_units

from benchmarks.peers.past import Event

_ROWS, _COLUMNS = 2**16 - 2, 2**16
_CARD_NOT_PRESENT = ("ecom", "moto")


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

    @property
    def category(self) -> str | None:
        """The merchant's category code, or the category in words."""
        return self.fields.get("mcc") or self.fields.get("merchant_category")

    @property
    def country(self) -> str | None:
        """The merchant's country."""
        return self.fields.get("merchant_country")

    @property
    def place(self) -> tuple[float, float] | None:
        """Where the card was, in degrees, to some hundred metres as the product keeps it; None if it was not there."""
        latitude, longitude = self.fields.get("merchant_lat"), self.fields.get("merchant_lon")
        if latitude is None or longitude is None or self.fields.get("entry_mode") in _CARD_NOT_PRESENT:
            return None
        row = math.floor((latitude + 90) / 180 * _ROWS + 0.5)
        column = math.floor((longitude + 180) / 360 * _COLUMNS + 0.5) % _COLUMNS
        return row * 180 / _ROWS - 90, column * 360 / _COLUMNS - 180

    def for_card(self) -> Event:
        """Return what a card's past keeps of this."""
        return Event(self.time, self.ident, self.amount, self.terminal, 0, self.category, self.country, self.place)

    def for_terminal(self) -> Event:
        """Return what a terminal's past keeps of this."""
        return Event(self.time, self.ident, self.amount, self.card)
