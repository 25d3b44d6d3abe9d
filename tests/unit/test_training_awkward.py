"""Small and awkward data goes the whole way: prepare, train and evaluate, unchanged."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from evaluate import main as evaluate
from fraudstream.features import FEATURE_NAMES
from jobs import iso
from known import Known
from moments import epoch_ms
from prepare import main as prepare
from train import main as train
from windows import DAY_MS

from simulator import Settings, simulate
from simulator.output import as_table
from tests.unit.test_training_samples import START_MS, history, transaction_line, write_object

HANDBOOK = Path(__file__).parents[3] / "shared" / "data" / "handbook.parquet"


@pytest.fixture(scope="module")
def simulated() -> pd.DataFrame:
    """Sixty days of a small simulated world, with the labels that become known, and the truth."""
    settings = Settings(days=60, cards=900, terminals=300, online_shops=40, daily_transactions=900)
    return as_table(simulate(settings), with_truth=True)


def whole_way(root: Path, *options: str) -> tuple[dict, dict]:
    """Prepare what lies in `raw` and `archive`, learn a few trees, and evaluate; return both reports."""
    paths = {name: str(root / name) for name in ("archive", "raw", "data", "model", "evaluation")}
    assert prepare(["--archive", paths["archive"], "--raw", paths["raw"], "--output", paths["data"], *options]) == 0
    windows = ["--train", f"{paths['data']}/train", "--validation", f"{paths['data']}/validation"]
    assert train([*windows, "--model-dir", paths["model"], "--rounds", "25", "--threads", "1"]) == 0
    words = ["--data", paths["data"], "--model", paths["model"], "--output", paths["evaluation"]]
    assert evaluate([*words, "--champion", str(root / "none"), "--resamples", "20"]) == 0
    return (
        json.loads((root / "data" / "report.json").read_text()),
        json.loads((root / "evaluation" / "evaluation.json").read_text()),
    )


def upload(root: Path, frame: pd.DataFrame, **mapping: object) -> None:
    """Write rows as a CSV file, and how it is read beside it."""
    (root / "raw").mkdir()
    frame.to_csv(root / "raw" / "history.csv", index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ")
    (root / "raw" / "mapping.json").write_text(json.dumps(mapping))


def few(frame: pd.DataFrame, fraud: pd.Series, rows: int = 3_000, share: float = 0.12) -> pd.DataFrame:
    """Return so many rows, so many of them frauds, in order of time."""
    frauds = frame[fraud].sample(round(rows * share), random_state=1)
    return pd.concat([frauds, frame[~fraud].sample(rows - len(frauds), random_state=1)]).sort_index()


def ranked(evaluation: dict) -> float:
    """Return how many times better than chance the model ranks the test window."""
    return evaluation["challenger"]["all_rows"]["average_precision"] / evaluation["test"]["base_rate"]


def test_three_thousand_simulated_rows_with_twelve_percent_fraud(tmp_path: Path, simulated: pd.DataFrame) -> None:
    """What a team has at hand on the first day."""
    frame = few(simulated, simulated["label"].eq("fraud"))
    upload(tmp_path, frame.drop(columns=["is_fraud", "pattern", "label_source"]))
    report, evaluation = whole_way(tmp_path)
    assert report["rows"]["used"] == 3_000
    assert report["labels"]["frauds_known"] == 360
    assert ranked(evaluation) > 1.5


@pytest.mark.skipif(not HANDBOOK.is_file(), reason=f"{HANDBOOK.name} is not beside the project")
def test_three_thousand_rows_of_the_handbook_with_twelve_percent_fraud(tmp_path: Path) -> None:
    """The public data, thinned to what a small shop has."""
    frame = pd.read_parquet(HANDBOOK).query("TX_TIME_DAYS < 90")
    frame = few(frame, frame["TX_FRAUD"].eq(1)).drop(columns=["TX_FRAUD_SCENARIO"])
    frame["TX_DATETIME"] = frame["TX_DATETIME"].astype(str)
    upload(tmp_path, frame)
    report, evaluation = whole_way(tmp_path)
    assert (report["rows"]["used"], report["labels"]["frauds_known"]) == (3_000, 360)
    assert ranked(evaluation) > 1.5


def test_one_class_in_a_window_falls_back_to_a_cut_by_share(tmp_path: Path) -> None:
    """The newest mature week has no fraud: another cut is taken, and its warning says why."""
    frame = history()
    event_ms = epoch_ms(frame["event_time"])
    quiet = event_ms > event_ms.max() - 10 * DAY_MS
    frame = frame.assign(label=np.where(quiet & (frame["label"] == "fraud"), "legitimate", frame["label"]))
    upload(tmp_path, frame)
    report, _ = whole_way(tmp_path)
    assert report["protocol"] == "proportional"
    assert "the test window has 0 frauds" in report["warnings"][-1]


@pytest.mark.parametrize("merchant", [True, False], ids=["merchants only", "neither"])
def test_no_terminals(tmp_path: Path, merchant: bool) -> None:  # noqa: FBT001
    """The merchant stands in for the terminal; where there is no merchant either, the card does."""
    frame = history()
    names = {"terminal_id": "merchant_id"} if merchant else {}
    upload(tmp_path, frame.rename(columns=names).drop(columns=[] if merchant else ["terminal_id"]))
    report, evaluation = whole_way(tmp_path)
    assert report["validation"]["files_without_terminal"] == ([] if merchant else ["history.csv"])
    assert any("each card stands in for its merchant" in warning for warning in report["warnings"]) is not merchant
    assert ranked(evaluation) > 1.5


def test_labels_that_stop_arriving(tmp_path: Path) -> None:
    """Three silent weeks on the stream are not three weeks without fraud: nothing is said of them."""
    frame = history(days=60)
    upload(tmp_path, frame)
    last_label = int(epoch_ms(frame["label_time"]).max())
    times = last_label + np.arange(400) * (21 * DAY_MS // 400)
    write_object(
        tmp_path / "archive", "a", [transaction_line(900_000 + row, iso(int(ms)), []) for row, ms in enumerate(times)]
    )
    report, _ = whole_way(tmp_path)
    assert report["as_of"] == iso(last_label)
    assert any(f"since {iso(last_label)}: what happened since is not used" in each for each in report["warnings"])
    assert report["windows"]["test"]["frauds"] > 0


@pytest.mark.parametrize(
    ("make", "warning"),
    [
        (lambda frame: frame.assign(currency="JPY"), None),
        (
            lambda frame: frame.assign(event_time=frame["event_time"].dt.strftime("%Y-%m-%d")).drop(
                columns="label_time"
            ),
            "times have no time of day",
        ),
        (lambda frame: frame.assign(label=frame["label"].where(frame["label"] == "fraud")), None),
        (lambda frame: frame[["transaction_id", "event_time", "card_id", "amount_minor", "label"]], "stands in"),
    ],
    ids=["a currency without decimals", "dates only", "frauds only are labelled", "the least there can be"],
)
def test_other_awkward_histories(
    tmp_path: Path, make: Callable[[pd.DataFrame], pd.DataFrame], warning: str | None
) -> None:
    """Learned from as any other; what limits them is said."""
    upload(tmp_path, make(history()))
    report, evaluation = whole_way(tmp_path)
    assert report["protocol"] == "dated"
    assert any(warning in each for each in report["warnings"]) if warning else report["warnings"] == []
    assert ranked(evaluation) > 1.5
    assert set(report["missing"]) <= set(FEATURE_NAMES)


def test_a_dated_file_on_another_clock(tmp_path: Path) -> None:
    """Times without a zone, decimal commas and words for labels: the mapping says so once."""
    frame = history()
    frame = pd.DataFrame(
        {
            "Beleg": frame["transaction_id"],
            "Zeit": frame["event_time"].dt.tz_convert("Europe/Berlin").dt.strftime("%d.%m.%Y %H:%M:%S"),
            "Karte": frame["card_id"],
            "Kasse": frame["terminal_id"],
            "Betrag": frame["amount_minor"] / 100,
            "Befund": np.where(frame["label"] == "fraud", "BETRUG", "ok"),
        }
    )
    columns = dict(
        zip(("transaction_id", "event_time", "card_id", "terminal_id", "amount", "label"), frame, strict=True)
    )
    upload(
        tmp_path,
        frame,
        columns=columns,
        time_format="%d.%m.%Y %H:%M:%S",
        timezone="Europe/Berlin",
        fraud_values=["betrug"],
    )
    report, _ = whole_way(tmp_path)
    assert report["rows"]["used"] == 3_000


def test_a_pause_between_labels_is_no_end_of_them() -> None:
    """A small shop has a fraud a month: three weeks without one are chance, and everything counts."""
    month = 30 * DAY_MS
    event_ms = START_MS + np.arange(200) * DAY_MS
    labelled = np.arange(200) % 30 == 0
    label_ms = np.where(labelled, event_ms + DAY_MS, np.iinfo(np.int64).min)
    known = Known(event_ms=event_ms, label_ms=label_ms, fraud=labelled, labelled=labelled)
    last = int(label_ms.max())
    assert known.horizon(last + month, 7 * DAY_MS) == last + month
    assert known.horizon(last + 12 * month, 7 * DAY_MS) == last
