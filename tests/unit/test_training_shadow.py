"""A challenger in the shadow is judged on what the stream was served, and decides nothing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inference import model_fn, score
from shadow import main
from unfit import Limits, unfit

from tests.unit.test_training_evaluate import TEST, evaluate, root
from tests.unit.test_training_samples import label_line, transaction_line, write_object

__all__ = ["root"]
SINCE = "2024-01-01T00:30:00Z"
ROWS = 600


def lines(root: Path, features: np.ndarray, *, champion: str = "weak") -> list[dict[str, Any]]:
    """What the stream wrote while the champion decided."""
    model = model_fn(str(root / "models" / champion))
    scores = score(model, features)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    written = []
    for number, (row, value) in enumerate(zip(features, scores.tolist(), strict=True)):
        served = [None if np.isnan(each) else float(each) for each in row]
        line = transaction_line(number, f"{start + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}", served)
        decided = "approve" if value < model.review else "review"
        line["decision"] |= {"model_version": champion, "fraud_score": value, "decision": decided}
        written.append(line)
    return written


@pytest.fixture(scope="module")
def judged(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("evaluation")
    assert evaluate(root, output, "strong", "weak") == 0
    return output


def shadow(root: Path, judged: Path, place: Path, written: list[dict[str, Any]], *options: str) -> dict[str, Any]:
    if written:
        write_object(place / "archive", "a", written)
    paths = {"--archive": place / "archive", "--model": root / "strong", "--evaluation": judged}
    argv = [str(word) for pair in paths.items() for word in pair]
    assert main([*argv, "--output", str(place / "out"), "--since", SINCE, *options]) == 0
    assert "in the shadow" in (place / "out" / "shadow.html").read_text()
    told: dict[str, Any] = json.loads((place / "out" / "shadow.json").read_text())
    return told


def test_a_challenger_that_does_what_its_evaluation_said_is_fit(root: Path, judged: Path, tmp_path: Path) -> None:
    """Its alerts are those of its own scores of the served features; both models are compared row by row."""
    features = TEST.features[:ROWS]
    told = shadow(root, judged, tmp_path, lines(root, features))
    assert told["fit"] is True
    models = {name: model_fn(str(root / "models" / name)) for name in ("strong", "weak")}
    alerts = {name: score(model, features) >= model.review for name, model in models.items()}
    assert told["rows"] == told["rows_scored_by_champion"] == ROWS
    assert told["alert_rate"]["challenger"] == alerts["strong"].mean()
    assert told["alert_rate"]["champion"] == told["alert_rate"]["decided"] == alerts["weak"].mean()
    assert told["agreement"]["share"] == (alerts["strong"] == alerts["weak"]).mean()
    assert 0 <= told["score_psi"] < 0.25
    assert told["labels"] is None


def test_features_that_come_otherwise_than_learned_make_it_unfit(root: Path, judged: Path, tmp_path: Path) -> None:
    """A feed that went missing moves every score, though each is a number from 0 to 1."""
    broken = TEST.features[:ROWS].copy()
    broken[:, 1] = np.nan
    told = shadow(root, judged, tmp_path, lines(root, broken))
    assert told["fit"] is False
    assert "distributed otherwise" in told["reason"]
    assert next(iter(told["features_psi"])) == SECOND


SECOND = TEST.schema.feature_names[1]


def test_too_little_traffic_proves_nothing(root: Path, judged: Path, tmp_path: Path) -> None:
    """Neither does none at all."""
    few = shadow(root, judged, tmp_path / "few", lines(root, TEST.features[:50]))
    none = shadow(root, judged, tmp_path / "none", [])
    assert (few["fit"], none["fit"]) == (False, False)
    assert few["reason"].startswith("only 50 transactions came")
    assert none["rows"] == 0


def test_what_came_before_the_shadow_is_not_looked_at(root: Path, judged: Path, tmp_path: Path) -> None:
    """By the hour of arrival, which the object's key names."""
    written = lines(root, TEST.features[:ROWS])
    old = write_object(tmp_path / "archive", "b", written)
    earlier = tmp_path / "archive" / "date=2023-12-31" / "hour=23" / "shard-0" / old.name
    earlier.parent.mkdir(parents=True)
    old.rename(earlier)
    assert shadow(root, judged, tmp_path, written[:300])["rows"] == 300


def test_rows_of_other_features_are_counted_and_not_scored(root: Path, judged: Path, tmp_path: Path) -> None:
    """While a stream still serves an older version, the reason says why so few count."""
    written = lines(root, TEST.features[:ROWS])
    for line in written[100:]:
        line["decision"]["features_version"] = "0"
    told = shadow(root, judged, tmp_path, written)
    assert (told["rows"], told["rows_of_other_features"]) == (100, 500)
    assert "500 more have other features" in told["reason"]


def test_labels_that_have_come_tell_a_challenger_that_is_plainly_worse(
    root: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Here the roles are turned round: the weak model would replace the strong one."""
    evaluation = tmp_path_factory.mktemp("turned")
    assert evaluate(root, evaluation, "weak", "strong") == 0
    written = lines(root, TEST.features[:ROWS], champion="strong")
    known = [
        label_line(number, "fraud" if fraud else "legitimate", "2024-01-01T00:59:00Z")
        for number, fraud in enumerate(TEST.fraud[:ROWS])
    ]
    write_object(tmp_path / "archive", "a", written + known)
    paths = {"--archive": tmp_path / "archive", "--model": root / "weak", "--evaluation": evaluation}
    argv = [str(word) for pair in paths.items() for word in pair]
    assert main([*argv, "--output", str(tmp_path / "out"), "--since", SINCE]) == 0
    told = json.loads((tmp_path / "out" / "shadow.json").read_text())
    assert told["fit"] is False
    assert "the challenger ranks worse" in told["reason"]
    assert told["labels"]["frauds"] == TEST.fraud[:ROWS].sum()


def test_an_evaluation_of_another_model_fails_by_name(
    root: Path, judged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures of one model say nothing of another."""
    paths = {"--archive": tmp_path, "--model": root / "weak", "--evaluation": judged, "--output": tmp_path}
    assert main([*(str(word) for pair in paths.items() for word in pair), "--since", SINCE]) == 1
    assert capsys.readouterr().err.startswith("Shadow: the evaluation is of strong")


rates = st.floats(0, 1)
told_of = st.fixed_dictionaries(
    {
        "rows": st.integers(0, 100_000),
        "rows_of_other_features": st.integers(0, 10),
        "scores_valid": st.booleans(),
        "score_psi": st.none() | st.floats(0, 5),
        "alert_rate": st.fixed_dictionaries({"challenger": st.none() | rates, "expected": st.none() | rates}),
        "labels": st.none()
        | st.fixed_dictionaries(
            {
                "frauds": st.integers(0, 100),
                "share_better": st.none() | rates,
                "challenger": rates,
                "champion": rates,
            }
        ),
    }
)


@given(told_of)
def test_nothing_that_could_not_be_measured_is_fit(told: dict[str, Any]) -> None:
    """And every no is a sentence."""
    why = unfit(told, Limits())
    if why is None:
        assert told["rows"] >= 200
        assert told["scores_valid"]
        assert told["score_psi"] <= 0.25
        assert told["alert_rate"]["challenger"] <= 3 * told["alert_rate"]["expected"] + 10 / told["rows"]
    else:
        assert " " in why
        assert "None" not in why


@pytest.mark.parametrize(("rate", "word"), [(0.2, "would alert on 20.00%"), (0.0, "gone silent"), (0.01, None)])
def test_alerts_far_from_what_was_evaluated_are_a_reason(rate: float, word: str | None) -> None:
    """Many times as many would bury people, none where there were many would let frauds pass."""
    told = {
        "rows": 10_000,
        "rows_of_other_features": 0,
        "scores_valid": True,
        "score_psi": 0.01,
        "alert_rate": {"challenger": rate, "expected": 0.01},
        "labels": None,
    }
    why = unfit(told, Limits())
    assert (why is None) if word is None else (word in why)
