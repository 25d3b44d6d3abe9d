"""The drift story without its stack: the hours it measures at, what it expects, and its chart."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from local.proofs import Proof
from local.scenarios.drift_chart import chart
from local.scenarios.drift_found import Run, expected, plain
from local.scenarios.drift_world import AFTER, NORMAL, SEGMENT_DAYS, SHIFTED, Hours
from local.scenarios.measuring import Segment

MOVED = ["card_amount_mean_30d"]
HELD = {"action": "held", "text": "No retraining was started."}


def report(drifted: list[str], action: str = "none") -> dict[str, Any]:
    """Return as much of the function's report as the story looks at."""
    retraining = HELD if action == "held" else {"action": action, "text": ""}
    return {"drifted": drifted, "retraining": retraining, "drift": {"rows": 4_000}, "why_not": ""}


def told_run(**changes: Any) -> Run:
    """Return a story in which everything happened."""
    segments = [
        Segment(
            first_day=day, days=SEGMENT_DAYS, rows=2_000, frauds=20, average_precision=0.6, score_psi=0.01, drifted=0
        )
        if day < NORMAL or day >= NORMAL + SHIFTED
        else Segment(
            first_day=day, days=SEGMENT_DAYS, rows=2_000, frauds=30, average_precision=0.2, score_psi=0.3, drifted=9
        )
        for day in range(0, NORMAL + SHIFTED + AFTER, SEGMENT_DAYS)
    ]
    given: dict[str, Any] = {
        "reports": (report([]), report(MOVED, "started"), report(MOVED, "held"), report([])),
        "first": {"model_version": "one"},
        "second": {"model_version": "two", "before": {"model_version": "one"}},
        "ended": {"said": {"status": "promoted"}},
        "rang": True,
        "retrainings": 1,
        "evaluation": {"difference": {"low": 0.1, "difference": 0.3, "high": 0.5}},
        "segments": segments,
        "account": Proof(claim="sent = decided", holds=True, cases=1, found="1 = 1"),
    }
    return Run(**(given | changes))


def stage(*letters: str) -> Any:
    """Return as much of a stage as is looked at."""
    return SimpleNamespace(hear=lambda: list(letters), marks=[])


LETTER = f"Drift: model one\n{MOVED[0]} moved"


def test_a_story_in_which_everything_happened_holds() -> None:
    """Every expectation, and each says what was seen."""
    proofs = expected(stage(LETTER), told_run())
    assert [proof.claim for proof in proofs if not proof.holds] == []
    assert all(proof.found for proof in proofs)


@pytest.mark.parametrize(
    "changes",
    [
        {"rang": False},
        {"retrainings": 2},
        {"ended": {"said": {"status": "kept"}}},
        {"second": {"model_version": "one"}},
        {"evaluation": {"difference": {"low": -0.1, "difference": 0.1, "high": 0.3}}},
        {"reports": (report(MOVED), report(MOVED, "started"), report(MOVED, "held"), report([]))},
        {"reports": (report([]), report([]), report([]), report([]))},
        {"reports": (report([]), report(MOVED, "started"), report(MOVED, "held"), report(MOVED))},
        {"segments": told_run().segments[:-3]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_story_that_went_otherwise_does_not_hold(changes: dict[str, Any]) -> None:
    """No expectation is one that cannot fail."""
    assert not all(proof.holds for proof in expected(stage(LETTER), told_run(**changes)))


def test_operations_who_were_told_nothing_are_missed() -> None:
    """The letter names what moved, or it does not count."""
    assert not all(proof.holds for proof in expected(stage("Drift: model one\n"), told_run()))


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("minute", [0, 49, 50, 59])
def test_each_measurement_is_of_other_hours_and_holds_the_story(hour: int, minute: int) -> None:
    """The day before each moment holds all of the next ten minutes; none is asked for twice."""
    now = datetime(2026, 3, 1, hour, minute, tzinfo=UTC)
    hours = Hours.of(now)
    moments = [hours.before, hours.found, hours.again, hours.after]
    assert len(set(moments)) == 4
    for moment in moments:
        assert moment - timedelta(days=1) <= now
        assert now + timedelta(minutes=10) <= moment


def test_the_chart_shows_both_champions_and_their_figures() -> None:
    """Well-formed, with the figures in words."""
    document = chart(stage(), told_run(), (), "What it shows.").render()
    said = " ".join(ElementTree.fromstring(document).itertext())  # noqa: S314 - nobody else wrote it
    assert "first champion" in said
    assert "its successor" in said
    assert "0.2000" in said
    assert "0, then 1, then 1, then 0 columns" in said


def test_a_part_without_a_figure_is_written_as_none() -> None:
    """JSON has no NaN."""
    part = Segment(first_day=0, days=4, rows=10, frauds=0, average_precision=float("nan"), score_psi=None, drifted=0)
    assert plain(part)["average_precision"] is None
    assert plain(part)["score_psi"] is None
