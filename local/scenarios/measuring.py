"""Asking the deployed functions that watch, and measuring the same parts of a stream by the same code."""

import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np

from local import programs  # noqa: F401 makes the layer importable
from local.deployed import Deployed
from local.objects import NewObjects

from fraudstream.drift import Sample, measure  # isort: skip
from fraudstream.features import FEATURE_NAMES  # isort: skip
from fraudstream.quality import average_precision  # isort: skip


class FunctionFailedError(Exception):
    """A function of the stack failed; the message is what it said."""


def invoke(deployed: Deployed, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Call a function of the stack as its schedule does, and return its answer.

    Raises
    ------
    FunctionFailedError
        With what it said.
    """
    answer = deployed.client("lambda").invoke(
        FunctionName=f"{deployed.stack_name}-{function}", Payload=json.dumps(event).encode()
    )
    body = answer["Payload"].read()
    if answer.get("FunctionError"):
        raise FunctionFailedError(f"{function} failed: {body.decode(errors='replace')}")
    found: dict[str, Any] = json.loads(body)
    return found


def measure_drift(deployed: Deployed, *, as_of: datetime) -> dict[str, Any]:
    """Have drift measured over the 24 whole hours before a moment; return the report that is kept."""
    told = invoke(deployed, "measure-drift", {"as_of": as_of.isoformat(timespec="seconds")})
    kept = NewObjects(deployed.client("s3"), deployed.outputs["ModelsBucketName"], "drift/")
    reports: list[dict[str, Any]] = [json.loads(body) for _, body in kept.poll()]
    return next(report for report in reports if report["window"] == told["window"])


@contextmanager
def with_variables(deployed: Deployed, function: str, **variables: str) -> Iterator[None]:
    """Change variables of a function's environment for a while, as a deployment with other parameters would."""
    client, name = deployed.client("lambda"), f"{deployed.stack_name}-{function}"
    before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(FunctionName=name, Environment={"Variables": before | variables})
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": before})


def baseline_of(deployed: Deployed, address: str) -> dict[str, Any]:
    """Return the distributions that an artefact at ``s3://bucket/key`` learned from."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    body = deployed.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=BytesIO(body), mode="r:gz") as archive:
        name = next(name for name in archive.getnames() if name.endswith("bundle/baseline.json"))
        opened = archive.extractfile(name)
        found: dict[str, Any] = json.load(opened) if opened else {}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Some days of the stream: how well its scores ranked, and how far they were from a model's baseline."""

    first_day: int
    days: int
    rows: int
    frauds: int
    average_precision: float
    score_psi: float | None
    drifted: int


def segment(
    lines: Sequence[Mapping[str, Any]], fraud: Mapping[str, bool], baseline: Mapping[str, Any], *, first: int, days: int
) -> Segment:
    """Measure archive lines of some days by the code of the deployed function, against one baseline."""
    names = [line["transaction"]["transaction_id"] for line in lines]
    scores = np.array([line["decision"].get("fraud_score", np.nan) for line in lines], np.float64)
    features = np.array([line["features"] for line in lines], np.float32)
    sample = Sample(
        names=tuple(FEATURE_NAMES),
        features=features,
        scores=scores,
        cards=_numbers([line["transaction"]["card_id"] for line in lines]),
        terminals=_numbers([line["decision"]["terminal_id"] for line in lines]),
    )
    drift = measure(sample, baseline)
    truth = np.array([fraud[name] for name in names], bool)
    return Segment(
        first_day=first,
        days=days,
        rows=len(lines),
        frauds=int(truth.sum()),
        average_precision=float(average_precision(truth, scores)),
        score_psi=drift.score.psi if drift.score else None,
        drifted=len(drift.drifted),
    )


def _numbers(names: Sequence[str]) -> Any:
    return np.unique(np.array(names, dtype=str), return_inverse=True)[1]
