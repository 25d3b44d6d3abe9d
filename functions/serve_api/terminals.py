"""Terminals: what was paid there lately."""

from fraudstream.api.http import Answer, Asked, answer, refused, unknown
from fraudstream.api.problems import Problem
from fraudstream.contract import Rejected
from served import api


def look(asked: Asked) -> Answer:
    """Tell a terminal's recent past."""
    terminal = api.terminals.look(asked.in_path("terminal_id"), asked.query)
    if terminal is None:
        return unknown("nothing is remembered of this terminal_id")
    return refused(terminal) if isinstance(terminal, Rejected | Problem) else answer(200, terminal)
