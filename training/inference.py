"""The endpoint: SageMaker script mode's `model_fn` and `transform_fn`. Lives in the model's `code/` and stands alone.

Request, `text/csv`: one row of features a transaction, in the model's order, `nan` for missing. With a first line
`#schema=<schema hash>,explain=<rows>` the answer is `application/json`:

    {"model_version": "...", "schema_hash": "...", "thresholds": {"review": 0.1, "block": 0.9},
     "scores": [0.01, ...], "reasons": {"<row>": [contribution of each feature, ..., bias]}}

where the reasons are exact TreeSHAP contributions to the margin for the highest scores at or above `review`, at most
`explain` of them. Without that line the answer is `text/csv`, one score a line (batch transform).

The built-in container scores a row that is too short and says nothing. Here a row of the wrong width, another schema, a
value that is not a number, or an empty body is answered 400 with what is wrong, and never a score.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import xgboost as xgb
from numpy.typing import NDArray

MAX_EXPLAINED = 1_000
_CSV = "text/csv"
_JSON = "application/json"


class ModelError(Exception):
    """The model directory is not what `train.py` wrote, or not for this library: it must not answer anything."""


class OtherLibraryError(ModelError):
    """The model was made with another minor version of XGBoost, which loads models silently wrong."""


class BadRequestError(ValueError):
    """The request is not of the wire format."""


class Refusal:
    """The answer to a request that is not of the wire format: status 400 and what is wrong.

    The container answers every exception of user code with a 500, whatever it says of itself. What `transform_fn`
    returns goes to its Flask as it is, unless it is a tuple, and Flask sends a WSGI application's answer: this is one.
    """

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer."""
        del environ
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [self.message.encode()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A loaded model and what it says of itself."""

    booster: xgb.Booster
    version: str
    schema_hash: str
    feature_names: tuple[str, ...]
    review: float
    block: float


def model_fn(model_dir: str) -> Model:
    """Load the model and check that it is whole and of this library's version.

    Raises
    ------
    ModelError
        For bytes that are not those that were trained, or another minor version of XGBoost, which loads models
        silently wrong.
    """
    directory = Path(model_dir)
    try:
        metadata = json.loads((directory / "bundle" / "metadata.json").read_text(encoding="utf-8"))
        content = (directory / "model.ubj").read_bytes()
    except (OSError, ValueError) as error:
        raise ModelError(f"{directory} has no readable model: {error}") from error
    if hashlib.sha256(content).hexdigest() != metadata["model_sha256"]:
        raise ModelError("model.ubj is not the file that was trained: its digest differs from the metadata's")
    if _minor(metadata["xgboost_version"]) != _minor(xgb.__version__):
        raise OtherLibraryError(f"trained with XGBoost {metadata['xgboost_version']}, this is {xgb.__version__}")
    booster = xgb.Booster(model_file=bytearray(content))
    booster.set_param({"nthread": 1})  # a worker a core; the bits of a score do not depend on it
    return Model(
        booster=booster,
        version=metadata["model_version"],
        schema_hash=metadata["schema_hash"],
        feature_names=tuple(metadata["feature_names"]),
        review=metadata["thresholds"]["review"],
        block=metadata["thresholds"]["block"],
    )


def transform_fn(model: Model, body: str | bytes, content_type: str, accept: str) -> tuple[str, str] | Refusal:
    """Answer one request; see the module's text for both forms. Anything but a well-formed request is refused."""
    del accept  # the form of the request decides
    try:
        return answer(model, body, content_type)
    except BadRequestError as error:
        return Refusal(str(error))


def answer(model: Model, body: str | bytes, content_type: str) -> tuple[str, str]:
    """Return the answer's text and its content type.

    Raises
    ------
    BadRequestError
        For anything but a well-formed request.
    """
    if content_type.partition(";")[0].strip().lower() != _CSV:
        raise BadRequestError(f"content type {content_type!r}: send {_CSV}")
    content = body.encode() if isinstance(body, str) else bytes(body)
    header, rows = _split(content)
    if header is None:
        return "".join(f"{score!r}\n" for score in score(model, _parse(rows, model)).tolist()), _CSV
    schema_hash, explained = _header(header)
    if schema_hash != model.schema_hash:
        raise BadRequestError(f"features of schema {schema_hash}, but model {model.version} has {model.schema_hash}")
    features = _parse(rows, model)
    scores = score(model, features)
    told = {
        "model_version": model.version,
        "schema_hash": model.schema_hash,
        "thresholds": {"review": model.review, "block": model.block},
        "scores": scores.tolist(),
        "reasons": _reasons(model, features, scores, explained),
    }
    return json.dumps(told, separators=(",", ":"), allow_nan=False), _JSON


def score(model: Model, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the fraud score of each row: the float32 probability, widened.

    A row's score does not depend on the rows beside it, nor on threads: the same features give the same bits.
    """
    return model.booster.inplace_predict(features).astype(np.float64)


def contributions(model: Model, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return exact TreeSHAP contributions to the margin, shape (n, features + 1), the last column the bias."""
    matrix = xgb.DMatrix(features, feature_names=list(model.feature_names), nthread=1)
    return model.booster.predict(matrix, pred_contribs=True).astype(np.float64)


def _reasons(
    model: Model, features: NDArray[np.float32], scores: NDArray[np.float64], explained: int
) -> dict[str, list[float]]:
    """Return the contributions of the highest scores from `review` up, at most `explained` rows."""
    highest = np.argsort(-scores, kind="stable")[:explained]
    rows = highest[scores[highest] >= model.review]
    if not len(rows):
        return {}
    return dict(zip(map(str, rows.tolist()), contributions(model, features[rows]).tolist(), strict=True))


def _split(content: bytes) -> tuple[str | None, bytes]:
    """Return the `#` line, if there is one, and the rows."""
    if not content.startswith(b"#"):
        return None, content
    header, _, rows = content.partition(b"\n")
    try:
        return header.decode("ascii").strip("#\r "), rows
    except UnicodeDecodeError:
        raise BadRequestError("the # line is not ASCII") from None


def _header(header: str) -> tuple[str, int]:
    """Return the schema hash and how many rows to explain, from `schema=<hash>,explain=<rows>`."""
    given = dict(part.strip().partition("=")[::2] for part in header.split(","))
    unknown = given.keys() - {"schema", "explain"}
    if unknown or not given.get("schema"):
        raise BadRequestError("the # line must be #schema=<schema hash>,explain=<rows>")
    explained = given.get("explain", "0")
    if not (explained.isascii() and explained.isdigit()):
        raise BadRequestError("explain must be a number of rows, 0 or more")
    return given["schema"], min(int(explained[:6]), MAX_EXPLAINED)


def _parse(rows: bytes, model: Model) -> NDArray[np.float32]:
    """Return rows of features: each text to the nearest float64, that to the nearest float32.

    Arrow's reader takes a third of the time of numpy's, and refuses what is not a number or not as wide as the rest.
    """
    if not rows.strip():
        raise BadRequestError("no rows")
    width = len(model.feature_names)
    names = [str(position) for position in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(rows),
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(rows) + 1),
            parse_options=pa_csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.float64()), null_values=["nan", "NaN"]
            ),
        )
    except pa.ArrowInvalid as error:
        raise BadRequestError(_reason(str(error), width)) from None
    wide = np.empty((table.num_rows, width))
    for position, column in enumerate(table.columns):
        wide[:, position] = column.to_numpy()
    with np.errstate(over="ignore"):
        features = wide.astype(np.float32)
    if np.isinf(features).any():
        raise BadRequestError("a value is infinite, or too large for a feature")
    return features


def _reason(message: str, width: int) -> str:
    """Return what is wrong with the rows, without the rows."""
    if "Expected" in message and "columns" in message:
        return f"a row has not the {width} columns of the model's schema"
    return "a value is not a number" if "conversion" in message else "the rows are not CSV"


def _minor(version: str) -> list[Any]:
    return version.split(".")[:2]
