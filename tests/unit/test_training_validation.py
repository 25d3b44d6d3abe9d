"""What comes in wrong is refused by name before anything is learned, or counted and said."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zstandard
from bundle import BASELINE, METADATA, baseline
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH
from jobs import iso, write_json
from moments import epoch_ms, from_epoch_ms
from validation import Counts, count
from windows import DAY_MS

from tests.reliability.proof import proves
from tests.unit.test_training_prepare import Job
from tests.unit.test_training_samples import START_MS, history, label_line, transaction_line, write_object


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def _empty_archive(job: Job) -> None:
    (job.root / "archive").mkdir()


def _object(content: bytes) -> Callable[[Job], None]:
    def write(job: Job) -> None:
        job.upload(history())
        write_object(job.root / "archive", "a", [transaction_line(1, iso(START_MS), [])]).write_bytes(content)

    return write


def _truncated_object(job: Job) -> None:
    job.upload(history())
    path = write_object(job.root / "archive", "a", [transaction_line(n, iso(START_MS), []) for n in range(500)])
    path.write_bytes(path.read_bytes()[:-20])


def _truncated_parquet(job: Job) -> None:
    job.upload(history())
    path = job.root / "raw" / "history.parquet"
    path.write_bytes(path.read_bytes()[:-100])


def _one_class(job: Job) -> None:
    job.upload(history(fraud_share=0))


def _no_labels(job: Job) -> None:
    job.upload(history().assign(label=None))


def _stray_labels(job: Job) -> None:
    job.upload(history().assign(label=None))
    write_object(job.root / "archive", "a", [label_line(800_000 + n, "fraud", iso(START_MS)) for n in range(40)])


def _stray_frauds(job: Job) -> None:
    job.upload(history(fraud_share=0))
    write_object(job.root / "archive", "a", [label_line(800_000 + n, "fraud", iso(START_MS)) for n in range(40)])


def _leaky_feature(job: Job) -> None:
    frame = history()
    job.upload(frame.assign(amount_minor=np.where(frame["label"] == "fraud", 999_999, 5)))


def _leaky_column(job: Job) -> None:
    frame = history()
    job.upload(frame.assign(mcc=np.where(frame["label"] == "fraud", "9999", "5411")))


def _same_time(job: Job) -> None:
    frame = history()
    job.upload(frame.assign(event_time=frame["event_time"].iloc[0]))


def _duplicates_only(job: Job) -> None:
    job.upload(pd.concat([history(rows=20)] * 150, ignore_index=True))


def _customer_as_id(job: Job) -> None:
    frame = history()
    job.upload(frame.assign(transaction_id=frame["card_id"]))


def _future(job: Job) -> None:
    frame = history()
    ahead = 60 * 365 * DAY_MS
    later = {name: from_epoch_ms(epoch_ms(frame[name]) + ahead) for name in ("event_time", "label_time")}
    job.upload(frame.assign(**later))


def _far_past(job: Job) -> None:
    (job.root / "raw").mkdir()
    frame = history().assign(event_time="1969-12-31T00:00:00Z").drop(columns="label_time")
    frame.to_csv(job.root / "raw" / "history.csv", index=False)


@proves(faults=[24])
@pytest.mark.parametrize(
    ("make", "failure"),
    [
        (_empty_archive, "NoTransactions: no transactions: the archive is empty"),
        (_object(b""), "CorruptArchive: date=2024-01-01/hour=00/shard-0/a.jsonl.zst cannot be read"),
        (_object(b"not zstd"), "CorruptArchive: date=2024-01-01/hour=00/shard-0/a.jsonl.zst cannot be read"),
        (_object(zstandard.compress(b'{"kind": "transaction"}\n')), "CorruptArchive: date=2024-01-01"),
        (_truncated_object, "CorruptArchive: date=2024-01-01/hour=00/shard-0/a.jsonl.zst cannot be read"),
        (_truncated_parquet, "RawData: history.parquet cannot be read: is it really Parquet, and whole?"),
        (_one_class, "OneClass: none of 3000 labelled transactions is a fraud"),
        (_no_labels, "NoLabels: none of 3000 transactions has a label"),
        (_stray_labels, "NoLabels: none of 3000 transactions has a label"),
        (_stray_frauds, "OneClass: none of 3000 labelled transactions is a fraud"),
        (_leaky_feature, "LeakyFeature: amount alone"),
        (_leaky_column, "LeakyColumn: column mcc is the label in disguise"),
        (_same_time, "NothingToLearn: 3000 rows"),
        (_duplicates_only, "DuplicatesOnly: 2980 of 3000 rows repeat another"),
        (_customer_as_id, "ConflictingIds: 2960 rows have the transaction_id of another"),
        (_future, "FutureTransactions: 3000 of 3000 transactions"),
        (_far_past, "RawData: history.csv, column event_time, row 1: is not a time between 2000 and 2100"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_what_must_not_be_learned_from_fails_before_training_with_a_name(
    job: Job, capsys: pytest.CaptureFixture[str], make: Callable[[Job], None], failure: str
) -> None:
    """One line on stderr, exit code 1, and nothing left that a training job could start from."""
    make(job)
    assert job.run() == 1
    assert capsys.readouterr().err.startswith(failure)
    assert not (job.root / "data").exists()


@pytest.mark.parametrize("make", [_stray_labels, _stray_frauds])
def test_labels_of_unknown_transactions_are_named_as_the_likely_reason(
    job: Job, capsys: pytest.CaptureFixture[str], make: Callable[[Job], None]
) -> None:
    """Forty labels came, for ids that nothing has."""
    make(job)
    assert job.run() == 1
    assert "40 labels name transactions that are not here: do their ids match?" in capsys.readouterr().err


def test_nothing_had_happened_yet(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    """The data as of a day before the first transaction."""
    job.upload(history())
    assert job.run("--as-of", iso(START_MS - DAY_MS)) == 1
    assert capsys.readouterr().err.startswith("NothingKnown: nothing had happened yet at")


def test_rows_that_cannot_be_read_are_left_out_up_to_a_share(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    """The report counts them by reason; one more than allowed fails the job."""
    frame = history()
    amount = (frame["amount_minor"] / 100).astype(str)
    amount[::100] = "free"
    (job.root / "raw").mkdir()
    named = frame.assign(amount=amount).drop(columns=["amount_minor", "label_time"])
    named.to_csv(job.root / "raw" / "history.csv", index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ")
    assert job.run("--refuse-up-to", "0.009") == 1
    assert "30 of 3000 rows (1.0%) cannot be read, more than the 0.9%" in capsys.readouterr().err
    assert job.run("--refuse-up-to", "0.01") == 0
    looked_over = job.report["validation"]
    assert (looked_over["rows_refused"], looked_over["share_refused"]) == (30, 0.01)
    assert looked_over["refused_by_reason"] == {"amount is not an amount": 30}
    assert job.report["rows"]["raw"] == 3_000
    assert job.report["rows"]["used"] == 2_970
    assert job.report["warnings"] == ["30 of 3000 uploaded rows were left out: amount is not an amount (30)"]


def test_one_date_far_ahead_does_not_move_the_present(job: Job) -> None:
    """A typing error of 2090 would make everything mature and the newest windows empty."""
    frame = history()
    job.upload(frame)
    assert job.run() == 0
    before = job.report
    moved = epoch_ms(frame["event_time"])
    moved[-1] += 60 * 365 * DAY_MS
    label_ms = epoch_ms(frame["label_time"])
    label_ms[-1] += 60 * 365 * DAY_MS
    job.upload(frame.assign(event_time=from_epoch_ms(moved), label_time=from_epoch_ms(label_ms)))
    assert job.run() == 0
    assert job.report["protocol"] == "dated"
    assert abs(job.report["windows"]["test"]["rows"] - before["windows"]["test"]["rows"]) <= 15
    assert job.report["validation"]["found"]["in_the_future"] == 1
    assert "1 transactions are ahead of this machine's clock: left out" in job.report["warnings"]


def test_a_label_that_came_later_does_not_hide_the_one_that_was_known(job: Job) -> None:
    """As of a day the earlier of two labels holds, whatever an analyst said since."""
    job.upload(history(days=80).assign(label=lambda frame: frame["label"].mask(frame.index % 10 == 0, None)))
    frame = history(days=80)
    ms = epoch_ms(frame["event_time"])
    rows = np.arange(0, 3_000, 10)
    first = [label_line(int(row), "fraud", iso(int(ms[row]) + DAY_MS)) for row in rows]
    later = [label_line(int(row), "legitimate", iso(START_MS + 100 * DAY_MS)) for row in rows]
    write_object(job.root / "archive", "a", first + later)
    assert job.run("--as-of", iso(START_MS + 75 * DAY_MS)) == 0
    part = job.parts["train"]
    mine = np.isin(part.transaction_id.astype(str), [f"tx-{row:06d}" for row in rows])
    assert mine.any()
    assert part.fraud[mine].all()


def test_drift_from_the_champion_is_in_the_report_and_fails_nothing(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each feature's index, the largest in a progress line, and a warning for one that went missing."""
    job.upload(history())
    values = np.random.default_rng(0).normal(size=(300, len(FEATURE_NAMES))).astype(np.float32)
    write_json(job.root / "champion" / BASELINE, baseline(values, FEATURE_NAMES, np.linspace(0, 1, 10)))
    write_json(job.root / "champion" / METADATA, {"model_version": "m7", "schema_hash": SCHEMA_HASH})
    assert job.run("--champion", str(job.root / "champion")) == 0
    drift = job.report["drift"]
    assert drift["champion"] == "m7"
    assert set(drift["features"]) == set(FEATURE_NAMES)
    assert drift["largest"] == dict(sorted(drift["features"].items(), key=lambda each: -each[1])[:5])
    assert drift["score"] is None
    out = capsys.readouterr().out
    assert f"drift champion=m7 large={len(drift['large'])} largest={next(iter(drift['largest']))}:" in out
    assert any("is missing from every row, but was not when the champion" in each for each in job.report["warnings"])


def test_a_champion_that_cannot_be_read_is_a_warning(job: Job) -> None:
    """The run goes on: what replaces a broken champion is a new one."""
    job.upload(history())
    (job.root / "champion").mkdir()
    (job.root / "champion" / "model.tar.gz").write_bytes(b"x")
    assert job.run("--champion", str(job.root / "champion")) == 0
    assert job.report["drift"] is None
    (warning,) = job.report["warnings"]
    assert warning.startswith("drift is not measured: the champion's archive model.tar.gz cannot be unpacked")


def odd() -> pd.DataFrame:
    """A history with a little of everything that is worth a warning."""
    frame = history()
    frame.loc[0, "event_time"] = pd.Timestamp("2005-01-01", tz="UTC")
    frame.loc[1, "amount_minor"] = 10**13
    frame.loc[2:4, "currency"] = "XXX"
    frame.loc[5, "amount_minor"] = 0
    return frame


def test_what_is_odd_is_counted_and_said(job: Job) -> None:
    """Old dates, enormous amounts, currencies that no card is charged in, ids told twice."""
    frame = odd()
    job.upload(pd.concat([frame, frame.iloc[10:12].assign(amount_minor=1)], ignore_index=True))
    assert job.run() == 0
    report = job.report["validation"]
    found = {"long_before_the_newest": 1, "amount_enormous": 1, "currency_unknown": 3, "amount_zero": 1}
    assert {name: report["found"][name] for name in found} == found
    assert report["currencies"] == {"EUR": 2_997, "XXX": 3}
    assert (report["rows_repeated"], report["rows_conflicting"]) == (2, 2)
    for text in ("three years older", "enormous", "no currency", "another story", "2 currencies"):
        assert any(text in warning for warning in job.report["warnings"]), text


def test_counts_of_pieces_add_up() -> None:
    """Spark looks a log over in pieces, and comes to the same counts."""
    frame = odd()
    newest, now = int(epoch_ms(frame["event_time"]).max()), START_MS + 30 * DAY_MS
    pieces = [count(frame.iloc[start : start + 700], newest, now) for start in range(0, len(frame), 700)]
    total = pieces[0]
    for piece in pieces[1:]:
        total = total + piece
    assert isinstance(total, Counts)
    assert total == count(frame, newest, now)
    assert total.by_name["in_the_future"] > 0


def test_the_report_is_json_without_surprises(job: Job) -> None:
    """The new parts are there with and without a champion."""
    job.upload(history())
    assert job.run() == 0
    document = json.loads((job.root / "data" / "report.json").read_text())
    assert {"validation", "drift"} <= document.keys()
    assert document["drift"] is None
    assert document["warnings"] == []
