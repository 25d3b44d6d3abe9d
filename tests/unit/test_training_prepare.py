"""`prepare.py` turns what is known into an honest dataset, or says by name why it cannot."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dataset import Part, read_part
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION, SCHEMA_HASH
from fraudstream.offline import compute_features
from jobs import iso
from moments import epoch_ms, from_epoch_ms
from prepare import main
from raw_data import to_transactions, write_canonical
from windows import DAY_MS

from tests.reliability.proof import proves
from tests.unit.test_training_samples import START_MS, history, label_line, transaction_line, write_object

PARTS = ("train", "validation", "test")


class Job:
    """A job's directories, and what it left there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def upload(self, frame: pd.DataFrame, name: str = "history.parquet") -> None:
        """Put a file where the job finds uploaded history."""
        write_canonical(frame, self.root / "raw" / name)

    def run(self, *options: str) -> int:
        """Run the job; return its exit code."""
        paths = {"--archive": "archive", "--raw": "raw", "--output": "data"}
        return main([word for name, place in paths.items() for word in (name, str(self.root / place))] + [*options])

    @property
    def parts(self) -> dict[str, Part]:
        """The dataset it wrote."""
        return {name: read_part(self.root / "data" / name) for name in PARTS}

    @property
    def report(self) -> dict:
        """The report it wrote."""
        return json.loads((self.root / "data" / "report.json").read_text())


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    return Job(tmp_path)


def test_parts_hold_the_engines_features_of_the_whole_log(job: Job) -> None:
    """Rows are cut from features computed over everything, so that histories reach across the cuts."""
    frame = history()
    job.upload(frame)
    assert job.run() == 0
    expected = dict(zip(frame["transaction_id"], compute_features(to_transactions(frame)), strict=True))
    for part in job.parts.values():
        assert part.schema.feature_names == FEATURE_NAMES
        assert part.schema.schema_hash == SCHEMA_HASH
        again = np.array([expected[each] for each in part.transaction_id])
        assert again.tobytes() == part.features.tobytes()


def test_the_gap_lies_between_what_is_learned_and_what_is_tested(job: Job) -> None:
    """With 60 days everything matured: the dated cut, a week of gap, and the newest rows in test."""
    frame = history()
    job.upload(frame)
    assert job.run() == 0
    parts, report = job.parts, job.report
    assert report["protocol"] == "dated"
    assert report["warnings"] == []
    assert parts["test"].event_time_ms.min() - parts["validation"].event_time_ms.max() >= 7 * DAY_MS
    assert parts["validation"].event_time_ms.min() > parts["train"].event_time_ms.max()
    assert parts["test"].event_time_ms.max() == epoch_ms(frame["event_time"]).max()
    for name, part in parts.items():
        assert report["windows"][name]["rows"] == len(part)
        assert report["windows"][name]["frauds"] == part.fraud.sum()


def test_what_has_not_matured_is_left_out(job: Job) -> None:
    """As of a day, rows younger than the label delay are neither fraud nor legitimate."""
    job.upload(history(days=80))
    as_of = START_MS + 70 * DAY_MS
    assert job.run("--as-of", iso(as_of)) == 0
    assert job.report["as_of"] == iso(as_of)
    assert job.parts["test"].event_time_ms.max() <= as_of - 7 * DAY_MS


def test_silence_past_the_delay_is_legitimate(job: Job) -> None:
    """Only frauds are ever reported; that must not make everything unknown."""
    frame = history()
    silent = frame["label"] == "legitimate"
    frame = frame.assign(label=frame["label"].mask(silent, None), label_time=frame["label_time"].mask(silent, pd.NaT))
    job.upload(frame)
    assert job.run() == 0
    truth = dict(zip(frame["transaction_id"], frame["label"].notna(), strict=True))
    for part in job.parts.values():
        assert part.fraud.tolist() == [truth[each] for each in part.transaction_id]


def test_a_fraud_reported_after_test_began_is_learned_as_legitimate(job: Job) -> None:
    """What nobody knew at the start of test is not taught: a model of that day could not have known it either."""
    frame = history(days=80)
    event_ms = epoch_ms(frame["event_time"])
    late = (frame["label"] == "fraud").to_numpy() & (np.arange(len(frame)) % 3 == 0)
    label_ms = np.where(late, event_ms + 25 * DAY_MS, epoch_ms(frame["label_time"]))
    job.upload(frame.assign(label_time=from_epoch_ms(label_ms)))
    assert job.run("--as-of", iso(START_MS + 80 * DAY_MS)) == 0
    parts = job.parts
    test_began = parts["test"].event_time_ms.min()
    reported = dict(zip(frame["transaction_id"], label_ms, strict=True))
    fraud = dict(zip(frame["transaction_id"], frame["label"] == "fraud", strict=True))
    for name in ("train", "validation"):
        known = [fraud[each] and reported[each] <= test_began for each in parts[name].transaction_id]
        assert parts[name].fraud.tolist() == known
    assert job.report["labels"]["frauds_learned_as_legitimate"] > 0


def test_a_short_history_is_cut_by_share_and_says_so(job: Job) -> None:
    """Ten days teach something too, but their figures are flattering."""
    job.upload(history(days=10, delay_days=1))
    assert job.run() == 0
    assert job.report["protocol"] == "proportional"
    assert "optimistic" in job.report["warnings"][0]
    times = [job.parts[name].event_time_ms for name in PARTS]
    assert all(before.max() < after.min() for before, after in pairwise(times))


def test_cards_reported_before_a_rows_day_are_marked(job: Job) -> None:
    """A card counts as reported from the day after a recent fraud of it became known."""
    frame = history()
    job.upload(frame)
    assert job.run() == 0
    test = job.parts["test"]
    since = int(test.event_time_ms.min()) // DAY_MS * DAY_MS - 15 * DAY_MS
    frauds = frame[frame["label"] == "fraud"]
    events, known = epoch_ms(frauds["event_time"]), epoch_ms(frauds["label_time"])
    for row in range(len(test)):
        day = test.event_time_ms[row] // DAY_MS * DAY_MS
        mine = (frauds["card_id"] == test.card_id[row]).to_numpy() & (known <= day)
        assert test.card_reported[row] <= (mine & (events >= since)).any()
        if not mine.any():
            assert not test.card_reported[row]
    assert 0 < test.card_reported.mean() < 1


def test_features_as_served_are_kept_and_compared(job: Job) -> None:
    """The archive's vectors win over recomputed ones of the same version, and the report counts the difference."""
    job.upload(history())
    event_ms = START_MS + np.arange(40) * 3 * 3_600_000 + 30 * DAY_MS
    vectors = np.full((40, len(FEATURE_NAMES)), 123.25, np.float32)
    lines = [
        transaction_line(
            900_000 + number, iso(int(time)), vector.tolist(), version=FEATURES_VERSION if number % 2 else "0"
        )
        for number, (time, vector) in enumerate(zip(event_ms, vectors, strict=True))
    ]
    write_object(job.root / "archive", "a", lines)
    assert job.run() == 0
    report = job.report["features"]
    assert (report["rows_served"], report["rows_differing"], report["rows_equal_to_the_bit"]) == (20, 20, 0)
    assert report["archived_with_other_features_version"] == 20
    assert report["differing_by_feature"]["amount"] == 20
    train = job.parts["train"]
    of_archive = {each: row for row, each in enumerate(train.transaction_id)}
    served = [of_archive[line["transaction"]["transaction_id"]] for line in lines[1::2]]
    assert (train.features[served] == 123.25).all()
    other = [of_archive[line["transaction"]["transaction_id"]] for line in lines[0::2]]
    assert not (train.features[other] == 123.25).all(axis=1).any()


def test_the_archives_row_is_kept_and_takes_the_uploads_label(job: Job) -> None:
    """The same transaction in both is one; what differs is counted; a later label from either side holds."""
    frame = history()
    job.upload(frame)
    first = frame.iloc[2_900]
    time = iso(int(epoch_ms(frame["event_time"])[2_900]))
    number = int(first["transaction_id"][3:])
    same = {"card_id": first["card_id"], "terminal_id": first["terminal_id"]}
    line = transaction_line(number, time, [], amount_minor=int(first["amount_minor"]), **same)
    write_object(job.root / "archive", "a", [line, label_line(1, "fraud", "2030-01-01T00:00:00Z")])
    assert job.run("--as-of", iso(int(epoch_ms(frame["label_time"]).max()))) == 0
    rows = job.report["rows"]
    assert (rows["repeated"], rows["conflicting"], rows["used"]) == (1, 0, len(frame))
    test = job.parts["test"]
    where = test.transaction_id.tolist().index(first["transaction_id"])
    assert test.fraud[where] == (first["label"] == "fraud")


def test_the_same_input_gives_the_same_bytes(job: Job, tmp_path: Path) -> None:
    """Order of rows and files in the upload does not matter."""
    frame = history()
    job.upload(frame)
    assert job.run() == 0
    other = Job(tmp_path / "other")
    shuffled = frame.sample(frac=1, random_state=1)
    other.upload(shuffled.iloc[:1_000].reset_index(drop=True), "a.parquet")
    other.upload(shuffled.iloc[1_000:].reset_index(drop=True), "b.parquet")
    assert other.run() == 0
    for name in PARTS:
        one, two = (each.root / "data" / name / "data.parquet" for each in (job, other))
        assert one.read_bytes() == two.read_bytes()


@proves(faults=[24])
@pytest.mark.parametrize(
    ("frame", "failure"),
    [
        (None, "NoTransactions: no transactions"),
        (history().assign(label=None), "NoLabels: none of 3000"),
        (history(fraud_share=0), "OneClass: none of 3000 labelled"),
        (history(rows=40), "NothingToLearn: the train window has 20 rows"),
        (history(fraud_share=1), "OneClass: the train window has"),
        (history().assign(event_time=history()["event_time"].iloc[0]), "NothingToLearn: 3000 rows"),
        (
            history().assign(amount_minor=np.where(history()["label"] == "fraud", 999_999, 5)),
            "LeakyFeature: amount alone",
        ),
    ],
)
def test_what_cannot_be_learned_from_is_named_before_training(
    job: Job, capsys: pytest.CaptureFixture[str], frame: pd.DataFrame | None, failure: str
) -> None:
    """One line on stderr that starts with the failure's name, and exit code 1."""
    if frame is not None:
        job.upload(frame)
    assert job.run() == 1
    assert capsys.readouterr().err.startswith(failure)
    assert not (job.root / "data" / "report.json").exists()


@proves(faults=[24])
def test_a_processing_job_leaves_its_failure_where_the_platform_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside `processing`, wherever that is: /opt/ml/output/message in the container."""
    script = tmp_path / "processing" / "input" / "code" / "prepare.py"
    script.parent.mkdir(parents=True)
    monkeypatch.setattr("prepare.__file__", str(script))
    assert main(["--archive", str(tmp_path), "--raw", str(tmp_path), "--output", str(tmp_path / "o")]) == 1
    assert (tmp_path / "output" / "message").read_text().startswith("NoTransactions: ")
