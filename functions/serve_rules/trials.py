"""Texts that are tried on the archive, by another function, while their author waits and looks."""

import secrets

from fraudstream.api.backtests import Wanted
from fraudstream.api.editing import BacktestStarted, Trial, read
from fraudstream.api.http import Answer, Asked, answer, refused, unknown
from fraudstream.api.problems import Problem, ProblemReason
from fraudstream.contract import Rejected
from refusals import invalid
from served import backtests
from texts import read_text

_AGAIN_SECONDS = 10


def start(asked: Asked) -> Answer:
    """Have a text tried; one at a time, as each takes a good part of a function's time and memory."""
    trial = read(Trial, asked.body)
    if isinstance(trial, Rejected):
        return refused(trial)
    found = read_text(trial.yaml)
    if isinstance(found, tuple):
        return invalid(found)
    wanted = Wanted(yaml=trial.yaml, days=trial.days, asked_by=asked.said_by, at_ms=asked.now_ms)
    backtest_id = backtests.start(wanted, random=secrets.token_bytes(16))
    if backtest_id is None:
        busy = {"reason": ProblemReason.BUSY, "detail": "another backtest is under way: start yours when it has ended"}
        return answer(409, busy, Retry_After=str(_AGAIN_SECONDS))
    return answer(202, BacktestStarted(backtest_id=backtest_id))


def look(asked: Asked) -> Answer:
    """Tell how far a backtest is, and what it found."""
    if asked.query:
        return refused(Problem.parameter("there is none"))
    told = backtests.look(asked.in_path("backtest_id"), asked.now_ms)
    return unknown("no backtest has this id; they are kept for a week") if told is None else answer(200, told)
