"""What the demo counts while it runs, what it shows, and what it says at the end."""

import base64
import io
import json

import pandas as pd
import pytest
import zstandard
from rich.console import Console

from local.live_view import LineView, Picture, TerminalView, drawn, view_for
from local.proofs import Proof, account_for
from local.screen import Screen
from local.sending import Shipment
from local.stream_plan import Kind, Record
from local.streaming import StalledError, Streaming
from local.summary import Summary, show
from local.tally import Tally, percentiles
from local.verdict import judge

ALERT = {
    "alert_id": "t1",
    "subject": "Blocked: 950.00 EUR on card 0000123 (score 0.97)",
    "decision": {"decision": "block"},
    "reasons_in_words": ["12.0 times this card's usual amount", "merchant abroad (1 = yes)"],
}


def _line(name: str, decision: str = "approve", decided_at: str = "2026-11-23T10:00:01.000Z") -> dict:
    return {
        "kind": "transaction",
        "transaction": {"transaction_id": name},
        "decision": {"decision": decision, "scored_by": "endpoint", "decided_at": decided_at},
        "features": [],
    }


def _label(name: str) -> dict:
    return {"kind": "label", "label": {"transaction_id": name, "label": "fraud", "label_time": "2026-01-01T00:00:00Z"}}


def _object(*lines: dict) -> bytes:
    return zstandard.compress("\n".join(map(json.dumps, lines)).encode())


def test_retried_batch_is_counted_once() -> None:
    """The same lines in two objects are one decision and one label each."""
    tally = Tally(sent_at={})
    for _ in range(2):
        tally.add_archive(_object(_line("t1", "block"), _line("t2"), _label("t0")), 0.0)
    assert tally.by("decision") == {"approve": 1, "block": 1}
    assert len(tally.labels) == 1


def test_alert_delivered_twice_is_one_alert() -> None:
    """Deliveries are counted beside alerts, so that copies are seen and do no harm."""
    tally = Tally(sent_at={})
    tally.add_alerts([ALERT, ALERT])
    assert (tally.alerts, tally.deliveries, len(tally.newest_alerts)) == ({"t1": "block"}, 2, 1)


def test_latency_is_from_sending_to_the_decision() -> None:
    """A transaction sent at ten o'clock and decided a second later took a thousand milliseconds."""
    sent = pd.Timestamp("2026-11-23T10:00:00Z").timestamp()
    tally = Tally(sent_at={"t1": sent})
    tally.add_archive(_object(_line("t1")), sent + 1.5)
    assert tally.decided_after_ms == [1000.0]
    assert tally.archived_after_ms == [1500.0]


def test_percentiles_are_nearest_ranks() -> None:
    """Of a hundred values the 95th is p95; one value is every percentile; none has none."""
    assert percentiles(range(1, 101)) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([7.0]) == {"p50": 7.0, "p95": 7.0, "p99": 7.0}
    assert percentiles([]) == {}


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


class FakeProducer:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.sent: list[Record] = []
        self.first_sent_at: dict[str, float] = {}

    def send(self, records) -> None:
        """Take records."""
        self.sent += records
        self.first_sent_at |= {record.transaction_id: 0.0 for record in records}


class FakeWatched:
    """A system that decides at most `pace` of what was sent each time it is looked at."""

    def __init__(self, producer: FakeProducer, pace: int) -> None:
        self.producer = producer
        self.pace = pace
        self.most_open = 0

    def update(self, tally: Tally, now: float) -> None:
        """Decide some of what is open."""
        self.most_open = max(self.most_open, len(self.producer.sent) - len(tally.decisions))
        open_records = [r for r in self.producer.sent if r.transaction_id not in tally.decisions]
        tally.add_archive(_object(*(_line(r.transaction_id) for r in open_records[: self.pace])), now)


class Pictures:
    """A view that keeps what it is shown."""

    def __init__(self) -> None:
        self.shown: list[Picture] = []

    def show(self, picture: Picture) -> None:
        """Keep the picture."""
        self.shown.append(picture)


def _stream(count: int, pace: int):
    producer, pictures, now = FakeProducer(), Pictures(), [0.0]
    watched = FakeWatched(producer, pace)

    def sleep(seconds: float) -> None:
        now[0] += seconds

    streaming = Streaming(producer, watched, pictures, clock=lambda: now[0], wall=lambda: now[0], sleep=sleep)
    records = [Record(kind=Kind.TRANSACTION, transaction_id=f"t{i}", partition_key="c", data=b"") for i in range(count)]
    return streaming, Shipment(records=records), watched, pictures


def test_stream_ends_when_everything_is_decided() -> None:
    """All records are sent once, and the run returns when the last is decided."""
    streaming, shipment, watched, pictures = _stream(9_000, pace=450)
    tally = streaming.run(shipment)
    assert watched.producer.sent == shipment.records
    assert len(tally.decisions) == 9_000
    assert pictures.shown[-1].decided == 9_000


def test_open_records_are_bounded() -> None:
    """However slow the system is, about two thousand records are open and no more."""
    streaming, shipment, watched, _ = _stream(9_000, pace=100)
    streaming.run(shipment)
    assert 2_000 <= watched.most_open <= 2_500


def test_standstill_is_an_error_that_says_what_is_missing() -> None:
    """If nothing is decided any more, the run ends and counts what is missing."""
    streaming, shipment, _, _ = _stream(600, pace=0)
    with pytest.raises(StalledError, match="600 transactions are missing"):
        streaming.run(shipment)


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
    console = _console(terminal=False)
    summary = _summary(holds=False)
    show(summary, console, tmp_path / "summary.json")
    assert "FAILS" in console.file.getvalue()
    assert not summary.proved


def test_quarantine_object_is_counted_by_record() -> None:
    """A record quarantined at two tries of its batch is one record."""
    line = {
        "shard_id": "s",
        "sequence_number": "1",
        "reason": "not_json",
        "data_base64": base64.b64encode(b"x").decode(),
    }
    tally = Tally(sent_at={})
    for _ in range(2):
        tally.add_quarantine(json.dumps(line).encode())
    assert tally.quarantined == {("s", "1"): "not_json"}
