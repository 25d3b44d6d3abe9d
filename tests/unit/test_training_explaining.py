"""What a model goes by is said from its exact contributions."""

from pathlib import Path

import numpy as np
import pytest
from explaining import explain, label
from inference import contributions, model_fn, score

from tests.unit.test_training_evaluate import TEST, root

__all__ = ["root"]


def test_the_feature_that_tells_frauds_apart_stands_first(root: Path) -> None:
    """The samples' second feature rises with fraud: it moves scores most, upwards, and most of all in alerts."""
    model = model_fn(str(root / "models" / "strong"))
    told = explain(model, TEST, score(model, TEST.features))
    first = told["features"][0]
    assert first["feature"] == TEST.schema.feature_names[1]
    assert first["direction"] == "high"
    assert first["in_alerts"] > first["mean_contribution"] > told["features"][1]["mean_contribution"]
    assert told["rows"] == 1_000


def test_contributions_add_up_to_the_margin(root: Path) -> None:
    """The bias and what each feature adds give the log-odds of the score."""
    model = model_fn(str(root / "models" / "strong"))
    sums = contributions(model, TEST.features[:200]).sum(axis=1)
    probability = score(model, TEST.features[:200])
    assert sums == pytest.approx(np.log(probability / (1 - probability)), abs=1e-4)


def test_without_alerts_nothing_is_typical_of_them(root: Path) -> None:
    """None rather than a mean of nothing."""
    model = model_fn(str(root / "models" / "strong"))
    told = explain(model, TEST, np.zeros(len(TEST)))
    assert told["alerts"] == 0
    assert {each["in_alerts"] for each in told["features"]} == {each["typical"] for each in told["features"]} == {None}


def test_a_feature_that_nobody_described_is_called_by_its_name() -> None:
    """A model of an older version may have one."""
    assert label("some_old_feature") == "some old feature"
    assert "median" in label("card_amount_median_ratio")
