"""A card's packed history in words: what the system remembers of it, and no more."""

from typing import Annotated, Any

import numpy as np
from msgspec import Meta, Struct

from fraudstream.columns import FRAUD
from fraudstream.contract import fields as of
from fraudstream.contract import from_epoch_ms
from fraudstream.contract.case import Case
from fraudstream.contract.decision import Moment
from fraudstream.histories.cells import NOWHERE, degrees_of
from fraudstream.histories.days import Days
from fraudstream.histories.entries import Entries
from fraudstream.histories.packing import unpack
from fraudstream.histories.policy import DAY_MS

_DECIMALS = 3
"""Of degrees: a cell is up to 611 m wide, and three decimals are 111 m."""
Degrees = Annotated[float, Meta(description="Middle of a cell of about half a kilometre.")]


class PastPlace(Struct, frozen=True, kw_only=True):
    """Where the merchant of a payment with the card present was, to about half a kilometre."""

    latitude: Degrees
    longitude: Degrees


class PastTransaction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A transaction as its card's history keeps it: without its id, its currency and the merchant's name.

    Attributes
    ----------
    terminal_hash
        The same number is, nearly always, the same terminal.
    known_at
        When the label became known, to ten minutes.
    """

    event_time: Moment
    amount_minor: Annotated[int, Meta(ge=0, description="In minor units of whatever currency it was.")]
    terminal_hash: Annotated[int, Meta(ge=0, le=65_535, description="The same number is mostly the same terminal.")]
    label: of.LabelValue | None = None
    known_at: Moment | None = None
    place: PastPlace | None = None


class PastDay(Struct, frozen=True, kw_only=True):
    """Older transactions of one day, of which the history keeps the count and the sum."""

    date: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    count: Annotated[int, Meta(ge=1)]
    amount_minor: Annotated[int, Meta(ge=0)]


class Card(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A card's recent past, newest first, and its case, open or closed, if it has one."""

    card_id: of.CardId
    transactions: tuple[PastTransaction, ...]
    days: tuple[PastDay, ...]
    case: Case | None = None


def card_of(card_id: str, packed: bytes | None, case: Case | None) -> Card:
    """Return a card from its packed history, or None where there is none, and its case.

    Raises
    ------
    HistoryFormatError
        For bytes that no version of this code wrote.
    """
    entries, days = unpack([packed])
    return Card(card_id=card_id, transactions=_transactions(entries), days=past_days(days), case=case)


def _transactions(entries: Entries) -> tuple[PastTransaction, ...]:
    """Return whole transactions, newest first; markers, which are labels without theirs, are left out."""
    labels, known_at = entries.label.tolist(), entries.known_at.tolist()
    cells = entries.cell if entries.cell is not None else np.zeros(len(entries), np.uint32)
    latitude, longitude = degrees_of(cells)
    return tuple(
        PastTransaction(
            event_time=from_epoch_ms(int(entries.time[row])),
            amount_minor=int(entries.amount[row]),
            terminal_hash=int(entries.counterpart[row]),
            place=None if cells[row] == NOWHERE else _place(latitude[row], longitude[row]),
            **(labelled(labels[row], known_at[row]) if labels[row] else {}),
        )
        for row in np.flatnonzero(~entries.marker)[::-1].tolist()
    )


def labelled(label: int, known_at_ms: int) -> dict[str, Any]:
    """Return a label of a history and when it became known, as transactions of the past have them."""
    return {"label": "fraud" if label == FRAUD else "legitimate", "known_at": from_epoch_ms(known_at_ms)}


def _place(latitude: float, longitude: float) -> PastPlace:
    return PastPlace(latitude=round(float(latitude), _DECIMALS), longitude=round(float(longitude), _DECIMALS))


def past_days(days: Days) -> tuple[PastDay, ...]:
    """Return the folded days of one history, newest first."""
    rows = zip(days.day.tolist(), days.count.tolist(), days.amount.tolist(), strict=True)
    return tuple(
        PastDay(date=from_epoch_ms(day * DAY_MS)[:10], count=count, amount_minor=amount)
        for day, count, amount in reversed(list(rows))
    )
