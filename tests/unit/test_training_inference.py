"""The endpoint's wire format: what is answered, and what is refused rather than scored wrongly."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inference import Model, Refusal, contributions, model_fn, score, transform_fn
from train import main

from tests.reliability.proof import proves
from tests.unit.test_training_samples import SCHEMA, part, write_data

HEADER = f"#schema={SCHEMA.schema_hash},explain=3\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    root: Path = tmp_path_factory.mktemp("inference")
    data = write_data(root, train=part(seed=1), validation=part(800, seed=2))
    paths = {"--train": data / "train", "--validation": data / "validation", "--model_dir": root / "model"}
    assert main([str(word) for pair in paths.items() for word in pair] + ["--rounds", "30"]) == 0
    return model_fn(str(root / "model"))


def rows_as_csv(features: np.ndarray) -> str:
    return "".join(",".join(map(repr, row)) + "\n" for row in features.astype(np.float64).tolist())


def ask(model: Model, body: str | bytes) -> dict:
    answer, content_type = transform_fn(model, body, "text/csv", "*/*")
    assert content_type == "application/json"
    return json.loads(answer)


@proves(invariants=[9])
def test_scores_come_back_to_the_bit(model: Model) -> None:
    """Text in and text out lose nothing: the stored score can be computed again from the stored features."""
    features = part(300, seed=5).features
    answer = ask(model, HEADER + rows_as_csv(features))
    assert np.array(answer["scores"]).tobytes() == score(model, features).tobytes()
    assert answer["model_version"] == model.version
    assert answer["schema_hash"] == SCHEMA.schema_hash
    assert answer["thresholds"] == {"review": model.review, "block": model.block}


@given(st.lists(st.floats(width=32, allow_infinity=False), min_size=3, max_size=3), st.integers(1, 5))
def test_a_rows_score_does_not_depend_on_its_neighbours(model: Model, row: list[float], copies: int) -> None:
    """Alone, repeated, or in another batch the same features have the same bits."""
    alone = np.array([row], np.float32)
    together = np.concatenate([part(50, seed=1).features, np.repeat(alone, copies, axis=0)])
    assert (score(model, together)[50:] == score(model, alone)).all()
    (text,) = ask(model, HEADER + rows_as_csv(alone))["scores"]
    assert struct.pack("<d", text) == score(model, alone).tobytes()


def test_threads_do_not_change_bits(model: Model) -> None:
    """One core or many: the score is the same."""
    features = part(500, seed=8).features
    one = score(model, features)
    model.booster.set_param({"nthread": 2})
    two = score(model, features)
    model.booster.set_param({"nthread": 1})
    assert one.tobytes() == two.tobytes()


def test_reasons_are_exact_and_of_the_highest_scores_only(model: Model) -> None:
    """At most as many as asked, from review up, and each row's contributions sum to its margin."""
    features = part(500, seed=5).features
    answer = ask(model, HEADER + rows_as_csv(features))
    scores = np.array(answer["scores"])
    rows = [int(row) for row in answer["reasons"]]
    assert len(rows) == 3
    assert min(scores[rows]) >= max(np.delete(scores, rows))
    for row, reasons in answer["reasons"].items():
        assert len(reasons) == len(SCHEMA.feature_names) + 1
        margin = np.log(scores[int(row)] / (1 - scores[int(row)]))
        assert sum(reasons) == pytest.approx(margin, abs=1e-4)
        assert reasons == contributions(model, features[[int(row)]])[0].tolist()


def test_nothing_below_review_is_explained(model: Model) -> None:
    """Reasons are paid for where somebody reads them."""
    features = part(500, seed=5).features
    low = features[score(model, features) < model.review]
    assert ask(model, HEADER + rows_as_csv(low))["reasons"] == {}
    assert ask(model, HEADER.replace("=3", "=0") + rows_as_csv(features))["reasons"] == {}


def test_batch_transform_gets_one_score_a_line(model: Model) -> None:
    """Without the first line the answer is plain CSV, in the same bits."""
    features = part(20, seed=5).features
    answer, content_type = transform_fn(model, rows_as_csv(features), "text/csv; charset=utf-8", "text/csv")
    assert content_type == "text/csv"
    assert [float(line) for line in answer.splitlines()] == score(model, features).tolist()


@pytest.mark.parametrize("body", [b"1,2,3", "1,2,3", bytearray(b"1,2,3\r\n"), "1,nan,NaN\n", "-1e3,+2,.5\n"])
def test_body_may_be_bytes_or_text(model: Model, body: str | bytes) -> None:
    """The container hands over bytes, other servers text; missing is nan."""
    answer, _ = transform_fn(model, body, "text/csv", "*/*")
    assert 0 < float(answer) < 1


@proves(faults=[18])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "no rows"),
        (HEADER, "no rows"),
        ("\n\n", "no rows"),
        ("1,2\n", "not the 3 columns"),
        ("1,2,3,4\n", "not the 3 columns"),
        ("1,2,3\n1,2\n", "not the 3 columns"),
        ("1,2,3\n\n4,5,6\n", "not a number"),
        ("1,2,x\n", "not a number"),
        ("1,,3\n", "not a number"),
        ("1,2,0x10\n", "not a number"),
        ("1,2,1_0\n", "not a number"),
        ('1,2,"3"\n', "not a number"),
        ("1,2,inf\n", "infinite"),
        ("1,2,-inf\n", "infinite"),
        ("1,2,1e39\n", "too large"),
        ("1,2,1e400\n", "infinite"),
        ("#schema=0000,explain=3\n1,2,3\n", "features of schema 0000"),
        ("#explain=3\n1,2,3\n", "the # line must be"),
        ("#schema=a,b=c\n1,2,3\n", "the # line must be"),
        (HEADER.replace("3", "-1", 1) + "1,2,3\n", "features of schema"),
        (f"#schema={SCHEMA.schema_hash},explain=many\n1,2,3\n", "explain must be"),
        (b"\xff\xfe1,2,3\n", "not a number"),
        ("#\u00e9\n1,2,3\n", "not ASCII"),
    ],
)
def test_a_malformed_request_is_never_a_score(model: Model, body: str | bytes, message: str) -> None:
    """The answer is a refusal with the reason, and holds nothing of the rows."""
    refusal = transform_fn(model, body, "text/csv", "*/*")
    assert isinstance(refusal, Refusal)
    assert message in refusal.message


def test_a_refusal_is_a_wsgi_answer_of_status_400() -> None:
    """That is how a script in the container answers anything but 200 or 500."""
    started: list[object] = []
    body = Refusal("no rows")({}, lambda *given: started.extend(given))
    assert started == ["400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")]]
    assert body == [b"no rows"]


def test_another_content_type_is_refused(model: Model) -> None:
    """JSON is not the wire format."""
    refusal = transform_fn(model, "[1,2,3]", "application/json", "*/*")
    assert isinstance(refusal, Refusal)
    assert "send text/csv" in refusal.message
