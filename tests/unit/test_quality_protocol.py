"""The quality benchmark: its protocol is the book's, its folds come of our own programs, its page of its results."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fraudstream.features import SCHEMA_HASH

from benchmarks.quality import book, folds, gates, page
from benchmarks.quality.__main__ import main
from benchmarks.quality.charts import DRAWINGS
from benchmarks.quality.confidence import Scored, intervals
from benchmarks.quality.dates import BASELINE, FOLDS, VALIDATION, midnight_ms
from benchmarks.quality.elimination import GROUPS
from benchmarks.quality.places import CHARTS, PAGE, RESULTS, VARIABLE, HandbookMissingError, handbook
from benchmarks.quality.tables import TABLES
from benchmarks.stamp import digest

PARTS = {"baseline", "book", "folds", "search", "reasons", "elimination"}


@pytest.fixture(scope="module")
def found() -> dict:
    """What was measured last."""
    return json.loads(RESULTS.read_text())


@pytest.fixture(scope="module")
def data() -> Path:
    """The Handbook's transactions."""
    try:
        return handbook()
    except HandbookMissingError as error:
        pytest.skip(str(error))


def test_the_books_published_figures_are_reproduced(data: Path) -> None:
    """AUC, average precision and CP@100 within .005, on as many rows and frauds as the book's split has."""
    reproduced = book.reproduce(data)
    assert gates.off_the_book(reproduced, book.TOLERANCE) == []
    assert (reproduced["train"]["rows"], reproduced["train"]["frauds"]) == (67_240, 598)
    assert (reproduced["test"]["rows"], reproduced["test"]["frauds"]) == (58_264, 385)


def test_one_fold_run_now_is_the_fold_on_record(data: Path, found: dict, tmp_path: Path) -> None:
    """From the raw file through prepare.py, train.py and evaluate.py; .003 are left to another processor's sums."""
    figures, _ = folds.measure_fold(data, FOLDS[0], tmp_path)
    recorded = found["folds"]["folds"][0]
    assert figures["train"] == recorded["train"]
    assert figures["test"] == recorded["test"]
    for name in folds.METRICS:
        assert figures[name] == pytest.approx(recorded[name], abs=0.003), name
    assert figures["average_precision"] < gates.LEAK


def test_the_four_folds_reach_what_they_have_to(found: dict) -> None:
    """Average precision, AUC and CP@100, and nothing too good to be true; measured with the features served today."""
    section = found["folds"]
    assert gates.failures(section["mean"]) == []
    assert [fold["test_week"] for fold in section["folds"]] == [fold.name for fold in FOLDS]
    assert section["measured"]["schema_hash"] == SCHEMA_HASH, "run python -m benchmarks.quality"
    for name, mean in section["mean"].items():
        assert mean == pytest.approx(np.mean([fold[name] for fold in section["folds"]]), abs=2e-4)
        low, high = section["interval_95"][name]
        assert low < mean < high


def test_a_figure_too_low_and_one_too_high_are_both_told() -> None:
    """The gate fails on either side, and on what is no number."""
    good = {name: floor + 0.001 for name, floor in gates.FLOORS.items()}
    assert gates.failures(good) == []
    for name in gates.FLOORS:
        assert len(gates.failures({**good, name: gates.FLOORS[name] - 0.001})) == 1
        assert len(gates.failures({**good, name: float("nan")})) == 1
    assert "leak" in gates.failures({**good, "average_precision": 0.8})[0]


def test_a_figure_off_the_book_is_told() -> None:
    """The reproduction fails where one figure is farther away than the tolerance."""
    assert gates.off_the_book({"published": {"roc_auc": 0.862}, "roc_auc": 0.8665}, 0.005) == []
    assert len(gates.off_the_book({"published": {"roc_auc": 0.862}, "roc_auc": 0.8675}, 0.005)) == 1


def test_parameters_were_chosen_before_the_folds_began() -> None:
    """Every label of a validation week had come when the first test began; the folds are the book's."""
    assert all(midnight_ms(fold.test_until) + 7 * 86_400_000 <= midnight_ms(FOLDS[0].test) for fold in VALIDATION)
    assert [str(fold.book_train) for fold in FOLDS] == ["2018-07-25", "2018-08-01", "2018-08-08", "2018-08-15"]
    assert FOLDS[0] == BASELINE


def test_the_books_windows_are_as_described() -> None:
    """The customer's include the transaction itself; the terminal's end seven days before it; nothing's risk is 0."""
    days = pd.to_datetime(["2018-07-01 07:00", "2018-07-01 06:59", "2018-07-08 08:00", "2018-07-09 08:00"])
    frame = pd.DataFrame({"time": days, "customer": 1, "terminal": 1, "amount": [10.0, 20.0, 40.0, 80.0]})
    frame["fraud"] = [1, 0, 0, 0]
    frame = book.with_features(frame.sort_values("time").reset_index(drop=True))
    assert frame[["weekend", "night"]].to_numpy().tolist() == [[1, 1], [1, 0], [1, 0], [0, 0]]
    assert frame["customer_count_1d"].tolist() == [1, 2, 1, 1]
    assert frame["customer_mean_7d"].tolist() == [20, 15, 40, 60]
    assert frame["terminal_count_1d"].tolist() == [0, 0, 2, 0]
    assert frame["terminal_count_7d"].tolist() == [0, 0, 2, 2]
    assert frame["terminal_risk_7d"].tolist() == [0, 0, 0.5, 0.5]


def test_cards_known_as_compromised_when_a_day_begins_are_left_out() -> None:
    """Those with a fraud since train began and the delay before that midnight, and no others."""
    train = pd.Timestamp("2018-07-25")
    frame = pd.DataFrame(
        {
            "time": [train, train, train + pd.Timedelta("14D1h"), train + pd.Timedelta("14D2h")],
            "customer": [1, 2, 1, 2],
            "fraud": [1, 0, 0, 0],
        }
    )
    assert book.split(frame, BASELINE)[1]["customer"].tolist() == [2]
    frame.loc[0, "time"] = train - pd.Timedelta("1s")
    assert book.split(frame, BASELINE)[1]["customer"].tolist() == [1, 2]


def test_intervals_hold_the_figure_and_shrink_with_more_cards() -> None:
    """The same seed gives the same interval."""

    def scored(cards: int) -> Scored:
        random = np.random.default_rng(1)
        fraud = random.random(cards * 5) < 0.1
        return Scored(
            fraud=fraud,
            score=random.normal(size=len(fraud)) + 2 * fraud,
            day=random.integers(0, 3, len(fraud)),
            card=np.repeat([f"c{number}" for number in range(cards)], 5),
        )

    few, many = (intervals([scored(cards)], resamples=60) for cards in (50, 800))
    assert intervals([scored(50)], resamples=60) == few
    for name, value in scored(800).figures().items():
        assert many[name][0] <= value <= many[name][1]
    for name in ("average_precision", "roc_auc"):
        assert many[name][1] - many[name][0] < few[name][1] - few[name][0]


def test_without_the_data_a_sentence_says_how_to_name_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option, the environment, and what to fetch; no traceback."""
    assert main(["--data", str(tmp_path / "nothing.parquet")]) == 2
    assert f"--data or {VARIABLE}" in capsys.readouterr().err
    monkeypatch.setenv(VARIABLE, os.fspath(tmp_path / "elsewhere.parquet"))
    with pytest.raises(HandbookMissingError, match="elsewhere"):
        handbook()


def test_the_page_is_what_the_results_generate(found: dict) -> None:
    """Nobody changed a figure by hand, the page was written after the last run, and every table stands on it."""
    text = PAGE.read_text()
    assert text == page.page(found)
    for make in TABLES.values():
        assert make(found) in text
    assert "simulated" in text
    assert "Real cards are far harder" in text


def test_the_results_are_whole_and_name_no_place(found: dict) -> None:
    """Every part was measured; whoever reads them learns what was measured on, not where."""
    assert found.keys() >= PARTS
    assert not [word for word in ("/home", "/work", "/root", "/tmp", "/Users", "http") if word in repr(found)]  # noqa: S108


@pytest.mark.parametrize("chart", DRAWINGS)
def test_each_chart_was_drawn_from_the_results_of_the_page(found: dict, chart: str) -> None:
    """A chart names the digest of the figures it shows, takes the page's own ink, and runs nothing."""
    svg = (CHARTS / f"{chart}.svg").read_text()
    assert f"<!-- of results {digest([found[name] for name in DRAWINGS[chart][0]])} -->" in svg
    assert f"model-quality/{chart}.svg" in PAGE.read_text()
    assert "currentColor" in svg
    assert "<script" not in svg


def test_a_figure_that_was_not_measured_stops_the_page(found: dict) -> None:
    """A template that asks for what is unknown fails, and so do results with a part missing."""
    with pytest.raises(page.PageError, match="no_such_number"):
        page.page(found, "{{no_such_number}}")
    with pytest.raises(page.PageError, match="folds"):
        page.page({name: part for name, part in found.items() if name != "folds"})


def test_no_feature_stands_in_two_groups() -> None:
    """What a group's absence costs is its own."""
    members = [name for group in GROUPS.values() for name in group]
    assert len(members) == len(set(members))
