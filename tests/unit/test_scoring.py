"""What is asked of the model, and which answers are decided upon."""

import json
import math

import numpy as np
import pytest
from fraudstream.errors import EndpointUnavailableError
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH
from fraudstream.scoring import json_rows, read_answer, request_body
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.reliability.proof import proves, tried

WIDTH = len(FEATURE_NAMES)


def answer(**fields: object) -> bytes:
    """An answer to two rows that is as agreed, but for the fields given."""
    agreed = {
        "model_version": "m-1",
        "schema_hash": SCHEMA_HASH,
        "thresholds": {"review": 0.5, "block": 0.9},
        "scores": [0.1, 0.95],
        "reasons": {"1": [0.0] * (WIDTH + 1)},
    }
    return json.dumps(agreed | fields).encode()


@given(hnp.arrays(np.float32, (3, WIDTH), elements=st.floats(width=32, allow_infinity=False)))
def test_features_survive_the_wire_to_the_bit(features):
    """Whatever float32 is sent, its text read as float64 and cut to float32 is the same number."""
    body = request_body(json_rows(features), explain=5)
    head, *lines = body.decode().split("\n")
    assert head == f"#schema={SCHEMA_HASH},explain=5"
    read = np.array([[float(value) for value in line.split(",")] for line in lines]).astype(np.float32)
    np.testing.assert_array_equal(read, features)


def test_rows_are_those_of_the_matrix_asked_for():
    """The last text is kept for the archive; another matrix, or the same bytes in another shape, has its own."""
    wide = np.arange(6, dtype=np.float32).reshape(2, 3)
    for _ in range(2):
        assert list(json_rows(wide)) == [b"[0.0,1.0,2.0]", b"[3.0,4.0,5.0]"]
        assert list(json_rows(wide.reshape(3, 2))) == [b"[0.0,1.0]", b"[2.0,3.0]", b"[4.0,5.0]"]
        assert list(json_rows(-wide[:1])) == [b"[-0.0,-1.0,-2.0]"]
    assert list(json_rows(wide[:0])) == []


def test_an_answer_as_agreed_is_read():
    """Scores, thresholds, version and the contributions of the rows that were explained."""
    scores = read_answer(answer(), rows=2)
    assert scores.values.tolist() == [0.1, 0.95]
    assert (scores.thresholds.review, scores.thresholds.block, scores.model_version) == (0.5, 0.9, "m-1")
    assert list(scores.contributions) == [1]


@proves(faults=[18])
@pytest.mark.parametrize(
    "fields",
    [
        {"schema_hash": "0" * 16},
        {"scores": [0.1]},
        {"scores": [0.1, 0.2, 0.3]},
        {"scores": [0.1, math.nan]},
        {"scores": [0.1, math.inf]},
        {"scores": [0.1, 1.0000001]},
        {"scores": [-0.0000001, 0.5]},
        {"scores": [0.1, None]},
        {"scores": "0.1"},
        {"thresholds": {"review": 0.9, "block": 0.5}},
        {"thresholds": {"review": -1, "block": 0.5}},
        {"thresholds": {"review": 0.5}},
        {"reasons": {"2": [0.0] * (WIDTH + 1)}},
        {"reasons": {"1": [0.0] * WIDTH}},
        {"reasons": {"x": []}},
        {"model_version": None},
    ],
    ids=str,
)
def test_an_answer_that_cannot_be_decided_upon_is_refused(fields):
    """A model made for other features, missing or impossible scores, thresholds in disorder: never a decision."""
    with pytest.raises(EndpointUnavailableError):
        read_answer(answer(**fields), rows=2)


@proves(faults=[18])
@given(st.binary(max_size=300))
@example(b'{"model_version":"\xff"}')
@example(b'{"x":' + b"[" * 5_000)
def test_no_bytes_at_all_are_taken_for_an_answer_by_accident(body):
    """Arbitrary bytes are refused in our words."""
    tried()
    with pytest.raises(EndpointUnavailableError):
        read_answer(body, rows=1)
