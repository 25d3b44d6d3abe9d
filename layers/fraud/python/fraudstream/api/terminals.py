"""A terminal as an analyst looks at it: what was paid there lately, and what of it turned out to be fraud."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from fraudstream.api import parameters
from fraudstream.api.past import PastDay, labelled, past_days
from fraudstream.api.problems import Problem
from fraudstream.contract import Rejected, RejectReason, from_epoch_ms
from fraudstream.contract import fields as of
from fraudstream.contract.decision import Moment, TerminalKey
from fraudstream.contract.meaning import terminal_key
from fraudstream.contract.pan import holds_card_number
from fraudstream.histories import TERMINAL
from fraudstream.histories.packing import unpack
from fraudstream.ports import Histories

_LONGEST_ID = 64


class TerminalTransaction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A transaction as its terminal's history keeps it: without its id, its currency and the card's token.

    Attributes
    ----------
    card_hash
        The same number is, nearly always, the same card.
    known_at
        When the label became known, to ten minutes.
    """

    event_time: Moment
    amount_minor: Annotated[int, Meta(ge=0, description="In minor units of whatever currency it was.")]
    card_hash: Annotated[int, Meta(ge=0, le=65_535, description="The same number is mostly the same card.")]
    label: of.LabelValue | None = None
    known_at: Moment | None = None


class Terminal(Struct, frozen=True, kw_only=True):
    """A terminal's recent past, newest first."""

    terminal_id: TerminalKey
    transactions: tuple[TerminalTransaction, ...]
    days: tuple[PastDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminals:
    """Reads terminals."""

    histories: Histories

    def look(self, name: str, query: Mapping[str, str]) -> Terminal | Rejected | Problem | None:
        """Return a terminal's recent past; None where nothing is remembered of it.

        Parameters
        ----------
        name
            Its `terminal_id`. Of a merchant whose transactions name no terminal its `merchant_id`, with `merchant=true`
            in the query; or what decisions call it, with the prefix.

        Raises
        ------
        StoreUnavailableError
            The table is away.
        """
        if problem := parameters.unknown(query, ("merchant",)):
            return problem
        if query.get("merchant", "false") not in ("true", "false"):
            return Problem.parameter("merchant: true or false")
        if holds_card_number(name):
            return Rejected.of(RejectReason.CARD_NUMBER_IN_PAYLOAD, "terminal_id: holds a card number", b"")
        key = terminal_key(None, name) if query.get("merchant") == "true" else name
        if not 0 < len(key.removeprefix(of.MERCHANT_PREFIX)) <= _LONGEST_ID:
            return None
        entity = TERMINAL.prefix + key
        stored = self.histories.load([entity]).get(entity)
        return None if stored is None else terminal_of(key, stored.packed)


def terminal_of(key: str, packed: bytes) -> Terminal:
    """Return a terminal from its packed history.

    Raises
    ------
    HistoryFormatError
        For bytes that no version of this code wrote.
    """
    entries, days = unpack([packed])
    labels, known_at = entries.label.tolist(), entries.known_at.tolist()
    transactions = tuple(
        TerminalTransaction(
            event_time=from_epoch_ms(int(entries.time[row])),
            amount_minor=int(entries.amount[row]),
            card_hash=int(entries.counterpart[row]),
            **(labelled(labels[row], known_at[row]) if labels[row] else {}),
        )
        for row in np.flatnonzero(~entries.marker)[::-1].tolist()
    )
    return Terminal(terminal_id=key, transactions=transactions, days=past_days(days))
