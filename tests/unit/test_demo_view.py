"""What the demo shows while it runs."""

import io

import pytest
from rich.console import Console

from local.live_view import LineView, Picture, TerminalView, drawn, view_for
from local.screen import Screen

ALERT = {
    "alert_id": "t1",
    "subject": "Blocked: 950.00 EUR on card 0000123 (score 0.97)",
    "decision": {"decision": "block"},
    "reasons_in_words": ["12.0 times this card's usual amount", "merchant abroad (1 = yes)"],
}


def _picture(decided: int = 50) -> Picture:
    return Picture(
        seconds=2.0,
        to_send=100,
        sent=60,
        decided=decided,
        quarantined=3,
        labels=4,
        alerts=1,
        by_decision={"approve": 49, "block": 1},
        by_scored_by={"endpoint": 50},
        latency_ms={"p50": 800.0},
        behind_seconds=0.5,
        newest_alerts=[ALERT],
    )


def _console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=160, color_system=None)


def test_picture_shows_the_newest_alert_with_its_reasons() -> None:
    """The drawing has throughput, counts and each alert's subject with reasons in words."""
    console = _console(terminal=False)
    console.print(drawn(_picture()))
    text = console.file.getvalue()
    assert "25 decisions a second" in text
    assert "950.00 EUR" in text
    assert "12.0 times this card's usual amount" in text


def test_lines_come_every_few_seconds_and_at_the_end() -> None:
    """Without a terminal a young line suppresses the next, but never the last one."""
    now, console = [0.0], _console(terminal=False)
    view = LineView(console, clock=lambda: now[0])
    for moment, decided in ((0.0, 10), (1.0, 20), (4.0, 30), (4.1, 100)):
        now[0] = moment
        view.show(_picture(decided))
    lines = console.file.getvalue().splitlines()
    assert [line.split(" of ")[0].strip() for line in lines] == ["10", "30", "100"]


def test_view_suits_the_console() -> None:
    """A terminal gets the live table, anything else plain lines."""
    assert isinstance(view_for(_console(terminal=True)), TerminalView)
    assert isinstance(view_for(_console(terminal=False)), LineView)


def test_steps_are_timed_and_failures_marked() -> None:
    """A finished step says ok and keeps its seconds; a failing one says failed and passes the error on."""
    now, console = iter([0.0, 2.5, 10.0, 11.0]), _console(terminal=False)
    screen = Screen(console=console, clock=lambda: next(now))
    with screen.step("train") as step:
        step.say("Prepare")
        step.result = "12 states"
    with pytest.raises(ValueError, match="no"), screen.step("deploy"):
        raise ValueError("no")
    assert screen.seconds == {"train": 2.5}
    text = console.file.getvalue()
    assert "ok train  2.5 s  12 states" in text
    assert "failed deploy  1.0 s" in text
