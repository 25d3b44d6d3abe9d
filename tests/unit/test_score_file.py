"""A file is scored as the stream would have scored it, by Batch Transform and by hand alike."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bundle import load, write_bundle
from dataset import Schema
from fraudstream.columns import FRAUD
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION, SCHEMA_HASH
from fraudstream.offline import compute_features
from fraudstream.online import BatchUpdate, Labels
from inference import model_fn, score, transform_fn
from jobs import iso
from moments import epoch_ms
from raw_data import to_transactions, write_canonical
from score_file import main
from train import main as train

from tests.unit.test_training_samples import history, label_line, part, transaction_line, write_data, write_object

SCHEMA = Schema(feature_names=FEATURE_NAMES, features_version=FEATURES_VERSION, schema_hash=SCHEMA_HASH)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of today's features."""
    root = tmp_path_factory.mktemp("model")
    write_data(root, train=part(schema=SCHEMA), validation=part(schema=SCHEMA, seed=1))
    options = ["--train", root / "train", "--validation", root / "validation", "--model-dir", root / "model"]
    assert train([*map(str, options), "--rounds", "8", "--max-depth", "3"]) == 0
    return root / "model"


def split(tmp_path: Path, *, known: int = 2_500) -> tuple[pd.DataFrame, Path, Path]:
    """Write the past of a log as uploaded history and its end as a file to score; return the whole log and both."""
    frame = history()
    write_canonical(frame.iloc[:known], tmp_path / "raw" / "past.parquet")
    file = tmp_path / "batch" / "new.parquet"
    write_canonical(frame.iloc[known:].drop(columns=["label", "label_time"]).reset_index(drop=True), file)
    return frame, tmp_path / "raw", file


def rows_of(path: Path) -> tuple[list[str], np.ndarray]:
    """Read rows.csv as any program would."""
    lines = [line.split(",") for line in path.read_text().splitlines()]
    return [line[0] for line in lines], np.array([line[1:] for line in lines], np.float64).astype(np.float32)


def run(*options: object) -> int:
    return main([str(option) for option in options])


def test_rows_have_the_features_of_the_whole_log_to_the_bit(tmp_path: Path) -> None:
    """The file's rows see the history and each other, and no label that came after them."""
    frame, raw, file = split(tmp_path)
    assert run("--input", file, "--raw", raw, "--output", tmp_path / "out") == 0
    ids, features = rows_of(tmp_path / "out" / "rows.csv")
    assert ids == frame["transaction_id"].iloc[2_500:].tolist()
    late = np.arange(len(frame)) >= 2_500
    log = frame.assign(label=frame["label"].mask(late, None), label_time=frame["label_time"].mask(late, pd.NaT))
    expected = compute_features(to_transactions(log))[2_500:]
    assert features.tobytes() == expected.tobytes()


def test_rows_have_the_features_that_the_stream_would_serve(tmp_path: Path) -> None:
    """The online engine, given the same events in batches of a hundred, serves the same bits."""
    frame, raw, file = split(tmp_path)
    assert run("--input", file, "--raw", raw, "--output", tmp_path / "out") == 0
    _, features = rows_of(tmp_path / "out" / "rows.csv")
    assert features.tobytes() == streamed(frame)[2_500:].tobytes()


def streamed(frame: pd.DataFrame) -> np.ndarray:
    """Return what the stream serves when each label of the first 2,500 arrives on time, before what follows it."""
    frauds = frame.iloc[:2_500]
    frauds = frauds[frauds["label"] == "fraud"]
    event_ms, label_ms = epoch_ms(frame["event_time"]), epoch_ms(frauds["label_time"])
    stored: dict[str, bytes] = {}
    served, told = [], 0
    for start in range(0, len(frame), 100):
        batch = frame.iloc[start : start + 100].assign(label=None, label_time=pd.NaT)
        batch["label_time"] = pd.to_datetime(batch["label_time"], utc=True)
        until = int(np.searchsorted(label_ms, event_ms[start + len(batch) - 1], side="left"))
        labels = frauds.iloc[told:until]
        told = until
        update = BatchUpdate(
            to_transactions(batch),
            Labels(
                transaction_id=labels["transaction_id"].tolist(),
                card_id=labels["card_id"].tolist(),
                terminal_id=labels["terminal_id"].tolist(),
                event_time_ms=epoch_ms(labels["event_time"]),
                label=np.full(len(labels), FRAUD, np.int8),
                label_time_ms=epoch_ms(labels["label_time"]),
            ),
        )
        features, changed = update.apply({key: stored[key] for key in update.keys if key in stored})
        stored |= changed
        served.append(features)
    return np.concatenate(served)


def test_both_ways_give_the_same_scores(tmp_path: Path, model: Path) -> None:
    """What the container answers to rows.csv without its first column is what --model writes, to the bit."""
    _, raw, file = split(tmp_path)
    assert run("--input", file, "--raw", raw, "--output", tmp_path / "out") == 0
    scores = np.unique(score(load(model), rows_of(tmp_path / "out" / "rows.csv")[1]))
    model = with_thresholds(model, tmp_path / "model", review=scores[len(scores) // 3], block=scores[-3])
    assert run("--input", file, "--raw", raw, "--model", model) == 0
    body = "".join(line.partition(",")[2] for line in (tmp_path / "out" / "rows.csv").open())
    answer = transform_fn(model_fn(str(model)), body, "text/csv", "text/csv")
    text = answer[0] if isinstance(answer, tuple) else answer
    with (file.parent / "new.scores.csv").open(newline="") as lines:
        found = list(csv.DictReader(lines))
    assert [row["fraud_score"] for row in found] == str(text).split()
    loaded = load(model)
    for row in found:
        value = float(row["fraud_score"])
        expected = "block" if value >= loaded.block else "review" if value >= loaded.review else "approve"
        assert row["decision"] == expected
    assert {row["decision"] for row in found} == {"approve", "review", "block"}


def with_thresholds(model: Path, target: Path, **thresholds: float) -> Path:
    """Copy a model with other thresholds, so that every decision occurs."""
    shutil.copytree(model, target)
    metadata = json.loads((model / "bundle" / "metadata.json").read_text())
    (target / "bundle" / "metadata.json").write_text(json.dumps(metadata | {"thresholds": thresholds}))
    return target


def test_a_transaction_of_the_history_is_not_its_own_past(tmp_path: Path) -> None:
    """A file whose rows were archived since gives the same features as before that."""
    frame, raw, file = split(tmp_path)
    assert run("--input", file, "--raw", raw, "--output", tmp_path / "before") == 0
    times = epoch_ms(frame["event_time"])
    lines = [
        transaction_line(
            number,
            iso(int(times[number])),
            [],
            card_id=frame["card_id"][number],
            terminal_id=frame["terminal_id"][number],
            amount_minor=int(frame["amount_minor"][number]),
        )
        for number in range(2_500, 3_000)
    ]
    write_object(tmp_path / "archive", "a", lines)
    options = ("--raw", raw, "--archive", tmp_path / "archive")
    assert run("--input", file, *options, "--output", tmp_path / "after") == 0
    before, after = ((tmp_path / name / "rows.csv").read_bytes() for name in ("before", "after"))
    assert before == after


def test_a_label_of_the_history_is_seen_by_later_rows(tmp_path: Path) -> None:
    """What is known of a row of the file meanwhile counts for the rows after it, as it does on the stream."""
    _, raw, file = split(tmp_path, known=1_000)
    assert run("--input", file, "--raw", raw, "--output", tmp_path / "silent") == 0
    frame = history()
    first = iso(int(epoch_ms(frame["event_time"])[1_000]) + 1)
    write_object(tmp_path / "archive", "a", [label_line(1_000, "fraud", first)])
    past = frame.iloc[:1_001].copy()
    past.loc[1_000, ["label", "label_time"]] = None
    write_canonical(past, tmp_path / "raw" / "past.parquet")
    assert run("--input", file, "--raw", raw, "--archive", tmp_path / "archive", "--output", tmp_path / "told") == 0
    silent, told = (rows_of(tmp_path / name / "rows.csv")[1] for name in ("silent", "told"))
    card = FEATURE_NAMES.index("card_seconds_since_fraud")
    same_card = np.flatnonzero(frame["card_id"].iloc[1_000:].to_numpy() == frame["card_id"][1_000])
    assert np.isnan(told[0, card]) == np.isnan(silent[0, card])
    assert told[same_card[1], card] != silent[same_card[1], card]


def test_a_directory_is_scored_as_one_and_written_apart(tmp_path: Path, model: Path) -> None:
    """Rows of one file see those of another; each file has its scores beside it, and those are not read again."""
    frame, raw, file = split(tmp_path)
    assert run("--input", file, "--raw", raw, "--output", tmp_path / "one") == 0
    end = frame.iloc[2_500:].drop(columns=["label", "label_time"])
    file.unlink()
    write_canonical(end.iloc[::2].reset_index(drop=True), file.with_name("a.parquet"))
    write_canonical(end.iloc[1::2].reset_index(drop=True), file.with_name("b.parquet"))
    for _ in range(2):
        assert run("--input", file.parent, "--raw", raw, "--model", model) == 0
    assert sorted(path.name for path in file.parent.glob("*.csv")) == ["a.scores.csv", "b.scores.csv"]
    assert run("--input", file.parent, "--raw", raw, "--output", tmp_path / "two") == 0
    one, two = (sorted((tmp_path / name / "rows.csv").read_text().splitlines()) for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        (["--input", "absent"], "NothingToScore: absent is neither"),
        (["--input", "batch", "--raw", "absent"], "MissingHistory: --raw absent is not a directory"),
        (["--input", "batch", "--column", "card_id=CC"], "Mapping: column 'CC', mapped to card_id"),
        (["--input", "batch", "--model", "batch"], "Bundle: batch holds no model.tar.gz"),
    ],
)
def test_what_cannot_be_scored_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    failure: str,
) -> None:
    """One line on stderr, and exit code 1."""
    split(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main([*options, "--output", "out"]) == 1
    assert capsys.readouterr().err.startswith(failure)


def test_an_id_that_breaks_csv_is_refused_for_batch_transform_and_quoted_by_hand(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A comma in an id would shift every feature by one."""
    frame = history(rows=300).drop(columns=["label", "label_time"])
    file = tmp_path / "new.parquet"
    write_canonical(frame.assign(transaction_id=[f"a,{number}" for number in range(300)]), file)
    assert run("--input", file, "--output", tmp_path / "out") == 1
    assert capsys.readouterr().err.startswith("UnsafeId: new.parquet: transaction_id 'a,0' has a comma")
    assert run("--input", file, "--model", model) == 0
    with (tmp_path / "new.scores.csv").open(newline="") as scores:
        assert [row["transaction_id"] for row in csv.DictReader(scores)][:2] == ["a,0", "a,1"]


def test_a_model_of_other_features_is_refused(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows of another width, or of the same width and another meaning, would be scored all the same."""
    metadata = json.loads((model / "bundle" / "metadata.json").read_text()) | {"schema_hash": "0123456789abcdef"}
    other = tmp_path / "other"
    write_bundle(other, (model / "model.ubj").read_bytes(), metadata, {"rows": [], "scores": []}, {})
    _, raw, file = split(tmp_path)
    assert run("--input", file, "--raw", raw, "--model", other) == 1
    assert capsys.readouterr().err.startswith("WrongModel: model ")


def test_rows_alone_need_no_xgboost(tmp_path: Path) -> None:
    """The job that only computes features imports nothing that serves a model."""
    code = (
        "import sys; sys.modules['xgboost'] = None; import score_file; "
        "sys.exit(score_file.main(['--input', sys.argv[1], '--output', sys.argv[2]]))"
    )
    _, _, file = split(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code, str(file), str(tmp_path / "out")], check=False, env=environment()
    )
    assert done.returncode == 0


def environment() -> dict[str, str]:
    """The import path of a job."""
    root = Path(__file__).parents[2]
    return os.environ | {"PYTHONPATH": f"{root / 'layers' / 'fraud' / 'python'}:{root / 'training'}"}


def test_a_broken_file_names_its_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A score for a row that was read wrongly would be worse than none."""
    file = tmp_path / "new.csv"
    file.write_text("transaction_id,event_time,card_id,terminal_id,amount\nt1,2024-01-01T00:00:00Z,c1,m1,x\n")
    assert run("--input", file, "--output", tmp_path / "out") == 1
    assert "column amount, row 1: is not an amount" in capsys.readouterr().err
