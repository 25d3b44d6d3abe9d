"""Cards: what they did lately, and their cases put aside."""

from fraudstream.api.http import Answer, Asked, answer, refused, unknown
from fraudstream.api.problems import Problem
from fraudstream.contract import Rejected
from served import api


def look(asked: Asked) -> Answer:
    """Tell a card's recent past and its case."""
    card = api.cards.look(asked.in_path("card_id"))
    if card is None:
        return unknown("nothing is remembered of this card_id")
    return refused(card) if isinstance(card, Rejected) else answer(200, card)


def snooze(asked: Asked) -> Answer:
    """Put a card's case aside until a moment, or back."""
    case = api.cards.snooze(asked.in_path("card_id"), asked.body, now_ms=asked.now_ms)
    if case is None:
        return unknown("this card_id has no open case")
    return refused(case) if isinstance(case, Rejected | Problem) else answer(200, case)
