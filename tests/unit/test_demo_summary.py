"""What the demo says at the end: quality by the truth, and the summary."""

import io
import json

import pandas as pd
import pytest
from rich.console import Console

from local.proofs import Proof, account_for
from local.summary import Summary, show
from local.verdict import judge


def _streamed(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "transaction_id": [f"t{i}" for i in range(count)],
            "card_id": [f"c{i}" for i in range(count)],
            "event_time": pd.date_range("2026-03-01", periods=count, freq="h", tz="UTC"),
        }
    )


NO_REPORTS = pd.DataFrame(
    {
        "card_id": pd.Series(dtype=object),
        "event_time": pd.Series(dtype="datetime64[ms, UTC]"),
        "label": pd.Series(dtype=object),
        "label_time": pd.Series(dtype="datetime64[ms, UTC]"),
    }
)


def test_perfect_scores_are_judged_perfect() -> None:
    """Frauds above all others have average precision 1; rows, frauds and days are stated."""
    is_fraud = {f"t{i}": i % 50 == 0 for i in range(200)}
    verdict = judge(
        _streamed(200), is_fraud, {name: 0.9 if fraud else 0.1 for name, fraud in is_fraud.items()}, NO_REPORTS
    )
    assert verdict.average_precision == 1.0
    assert (verdict.rows, verdict.frauds, verdict.unscored) == (200, 4, 0)
    assert (verdict.first_day, verdict.last_day) == ("2026-03-01", "2026-03-09")
    assert verdict.recall_at_alert_budget == pytest.approx(0.25), "one alert, of 0.5%, finds one of four"


def test_transactions_without_score_or_truth_are_left_out_and_counted() -> None:
    """Rules-only decisions are not ranked, and unknown truth is not guessed."""
    verdict = judge(
        _streamed(10), {f"t{i}": i == 0 for i in range(8)}, {f"t{i}": 0.5 for i in range(1, 10)}, NO_REPORTS
    )
    assert (verdict.rows, verdict.unscored) == (7, 1)


def test_what_cannot_be_measured_is_null_in_json() -> None:
    """Without frauds there is no average precision, and JSON has no NaN."""
    verdict = judge(_streamed(10), {f"t{i}": False for i in range(10)}, {f"t{i}": 0.5 for i in range(10)}, NO_REPORTS)
    assert verdict.as_json()["average_precision"] is None
    json.dumps(verdict.as_json(), allow_nan=False)


def test_reported_cards_are_left_out_of_the_second_figure() -> None:
    """A card reported before a row's day is not counted there; one reported during that day still is."""
    times = pd.to_datetime(["2026-02-28T08:00Z", "2026-02-28T09:00Z"]).as_unit("ms")
    reports = pd.DataFrame({"card_id": ["c1", "c2"], "event_time": times, "label": "fraud"})
    reports["label_time"] = pd.to_datetime(["2026-02-28T20:00Z", "2026-03-01T00:30Z"]).as_unit("ms")
    is_fraud = {f"t{i}": i in (1, 2, 3) for i in range(10)}
    verdict = judge(_streamed(10), is_fraud, {f"t{i}": i / 10 for i in range(10)}, reports)
    assert (verdict.rows, verdict.rows_open_cards) == (10, 9)


def _summary(*, holds: bool = True) -> Summary:
    is_fraud = {f"t{i}": i % 5 == 0 for i in range(20)}
    return Summary(
        source="simulated, seed 7",
        account=account_for({"s:1": ("t1", b"x")}, decided_from={"t1": "s:1"}, quarantined=set()),
        labels_sent=4,
        alerts=1,
        alert_deliveries=1,
        by_decision={"approve": 1},
        by_scored_by={"endpoint": 1},
        by_quarantine_reason={},
        evaluation={"promote": True},
        verdict=judge(_streamed(20), is_fraud, {name: float(fraud) for name, fraud in is_fraud.items()}, NO_REPORTS),
        decided_after_ms={"p50": 800.0},
        archived_after_ms={"p50": 900.0},
        stream_seconds=2.0,
        step_seconds={"train": 10.0, "stream": 2.5},
        proofs=[Proof(claim="sent = decided", holds=holds, cases=1, found="1 = 1")],
    )


def test_summary_has_the_public_names(tmp_path) -> None:
    """The file holds the counts that design.md names, and is JSON."""
    path = tmp_path / "local" / "summary.json"
    _summary().write(path)
    document = json.loads(path.read_text())
    assert {"sent", "labels_sent", "decided", "duplicates", "quarantined", "alerts"} <= document.keys()
    assert document["by_scored_by"] == {"endpoint": 1}
    assert document["throughput_per_second"] == 0.5
    assert document["seconds"]["total"] == 12.5
    assert document["model"]["live"]["rows"] == 20
    assert document["proved"] is True


def test_failed_proof_is_shown_and_spoils_the_summary(tmp_path) -> None:
    """A proof that fails says so on screen, and `proved` is false."""
    console = Console(file=io.StringIO(), width=160)
    summary = _summary(holds=False)
    show(summary, console, tmp_path / "summary.json")
    assert "FAILS" in console.file.getvalue()
    assert not summary.proved
