"""How served scores did is told with its noise, and claimed only beyond it."""

import io
import json

import numpy as np
import pytest
from fraudstream.drift import Evaluated, label_loss, log_loss, read_bundled
from fraudstream.drift.bundled import BASELINE, METADATA
from fraudstream.quality import average_precision

from tests.unit.watching_world import artefact

HISTOGRAM = {"edges": [1.0], "shares": [0.5, 0.5], "missing": 0.0}
DOCUMENTS = {
    BASELINE: json.dumps({"rows": 10, "features": {"amount": HISTOGRAM}, "score": HISTOGRAM}).encode(),
    METADATA: b'{"model_version": "m7"}',
}


def served(seed: int, rows: int = 4_000, frauds: int = 60, separation: float = 2.0):
    """Frauds whose scores are so many deviations above the others'."""
    random = np.random.default_rng(seed)
    fraud = np.arange(rows) < frauds
    score = 1 / (1 + np.exp(3 - random.normal(size=rows) - separation * fraud))
    return fraud, score, random.integers(0, rows // 3, rows)


def test_the_loss_of_certainty_is_bounded() -> None:
    """A fraud scored 0 costs much and not everything; no rows have no loss."""
    assert log_loss([True], [0.0]) == pytest.approx(-np.log(1e-7))
    assert log_loss([False, True], [0.0, 1.0]) == pytest.approx(0, abs=1e-6)
    assert np.isnan(log_loss([], []))


def test_figures_lie_in_their_intervals_and_repeat() -> None:
    """The same rows and seed give the same interval."""
    fraud, score, cards = served(1)
    found = label_loss(fraud, score, cards)
    assert found.average_precision == average_precision(fraud, score)
    assert found.average_precision_low < found.average_precision < found.average_precision_high
    assert found.log_loss_low < found.log_loss < found.log_loss_high
    assert found == label_loss(fraud, score, cards)
    assert found.worse is None


def test_a_model_that_ranks_as_evaluated_is_rarely_called_worse() -> None:
    """Of 60 weeks at most six, each with an evaluation of its own noise."""
    worse = 0
    for seed in range(60):
        before, scores, _ = served(1_000 + seed)
        evaluated = Evaluated(average_precision=average_precision(before, scores), log_loss=None, frauds=60)
        worse += bool(label_loss(*served(seed), evaluated).worse)
    assert worse <= 6


def test_a_model_that_lost_its_eye_is_called_worse() -> None:
    """Frauds that look like everybody else."""
    before, scores, _ = served(7)
    evaluated = Evaluated(average_precision=average_precision(before, scores), log_loss=None, frauds=60)
    assert all(label_loss(*served(seed, separation=0.3), evaluated).worse for seed in range(20))


@pytest.mark.parametrize(("frauds", "rows"), [(0, 100), (29, 4_000), (0, 0), (40, 40)])
def test_too_few_frauds_or_nothing_else_say_nothing(frauds: int, rows: int) -> None:
    """No figure, and a reason."""
    fraud = np.arange(rows) < frauds
    found = label_loss(fraud, np.full(rows, 0.5), np.zeros(rows, np.int64))
    assert found.average_precision is None
    assert "are too few; 30 are needed" in found.why_not


def test_an_artefact_is_read_from_a_stream_and_no_further_than_needed() -> None:
    """What comes after both documents is not looked at."""
    packed = artefact(DOCUMENTS | {"model.ubj": np.random.default_rng(0).bytes(3_000_000)})
    read = read_bundled(io.BytesIO(packed[: len(packed) // 2]), "model.tar.gz")
    assert read == tuple(json.loads(DOCUMENTS[name]) for name in (BASELINE, METADATA))


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"not a tar",
        artefact(DOCUMENTS)[:60],
        artefact({METADATA: DOCUMENTS[METADATA]}),
        artefact(DOCUMENTS | {BASELINE: b"{}"}),
        artefact({METADATA: DOCUMENTS[METADATA], BASELINE: b" " * (17 << 20)}),
    ],
    ids=["empty", "no archive", "cut short", "without a baseline", "another baseline", "too large a baseline"],
)
def test_an_artefact_of_another_make_is_a_text(packed: bytes) -> None:
    """Never an exception, nor a document of any size."""
    assert isinstance(read_bundled(io.BytesIO(packed), "model.tar.gz"), str)
