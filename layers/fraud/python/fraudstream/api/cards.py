"""A card as an analyst looks at it: what it did lately, and its case, which may be put aside for a while."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from fraudstream.api import bodies
from fraudstream.api.past import Card, card_of
from fraudstream.api.problems import Problem
from fraudstream.api.requests import Snooze
from fraudstream.contract import Rejected, RejectReason, from_epoch_ms, to_epoch_ms
from fraudstream.contract.case import Case
from fraudstream.contract.pan import holds_card_number, is_card_number
from fraudstream.errors import StoreUnavailableError
from fraudstream.histories import CARD
from fraudstream.histories.policy import DAY_MS
from fraudstream.ports import Cases, Histories

LONGEST_SNOOZE_DAYS = 30
_LONGEST_ID = 64
_ROUNDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Reads cards, and puts their cases aside.

    Attributes
    ----------
    pause
        Waits before the next try where another writer of the case was faster; given the number of the try.
    """

    histories: Histories
    cases: Cases
    pause: Callable[[int], None]

    def look(self, card_id: str) -> Card | Rejected | None:
        """Return a card's recent past and its case; None where neither is known.

        Raises
        ------
        StoreUnavailableError
            A table is away.
        """
        if refused := _refused(card_id):
            return refused
        if not 0 < len(card_id) <= _LONGEST_ID:
            return None
        key = CARD.prefix + card_id
        stored, case = self.histories.load([key]).get(key), self._case(card_id)
        if stored is None and case is None:
            return None
        return card_of(card_id, stored.packed if stored else None, case)

    def snooze(self, card_id: str, data: bytes, *, now_ms: int) -> Case | Rejected | Problem | None:
        """Put a card's case aside until a moment, or back; None where the card has no open case.

        Raises
        ------
        StoreUnavailableError
            The table is away, or other writers were faster each time.
        """
        if refused := _refused(card_id):
            return refused
        wanted = bodies.read(Snooze, data)
        if isinstance(wanted, Rejected):
            return wanted
        until_ms = None
        if wanted.until is not None:
            until_ms = to_epoch_ms(wanted.until)
            if until_ms is None or not now_ms < until_ms <= now_ms + LONGEST_SNOOZE_DAYS * DAY_MS:
                return Problem.until(LONGEST_SNOOZE_DAYS)
        return self._put_aside(card_id, None if until_ms is None else from_epoch_ms(until_ms), now_ms)

    def _put_aside(self, card_id: str, until: str | None, now_ms: int) -> Case | None:
        for round_number in range(_ROUNDS):
            stored = self.cases.load([card_id]).get(card_id) if 0 < len(card_id) <= _LONGEST_ID else None
            if stored is None or not stored.case.is_open:
                return None
            case = msgspec.structs.replace(stored.case, snoozed_until=until)
            if case == stored.case or not self.cases.save([case], {card_id: stored.version}, now_ms):
                return case
            self.pause(round_number)
        raise StoreUnavailableError(f"a case was still contended after {_ROUNDS} rounds")

    def _case(self, card_id: str) -> Case | None:
        stored = self.cases.load([card_id]).get(card_id)
        return stored.case if stored else None


def _refused(card_id: str) -> Rejected | None:
    """Return the refusal of a card number where a token belongs."""
    if is_card_number(card_id) or holds_card_number(card_id):
        return Rejected.of(
            RejectReason.CARD_NUMBER_IN_CARD_ID, "card_id: 12 to 19 digits with a right check digit", b""
        )
    return None
