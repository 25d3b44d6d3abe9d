"""What the watching functions are tried with: an AWS of a few dictionaries, and what they can say."""

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import zstandard
from botocore.exceptions import ClientError
from bundle import baseline

from tests.unit.function_loading import function_modules

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
NAMES = ("amount", "hour", "visits")
VERSION, FEATURES = "m7", "2"
WATCHED = ("AlertRate", "FraudRate")


def refused(code: str) -> ClientError:
    """What boto3 raises for an error that AWS names."""
    return ClientError({"Error": {"Code": code, "Message": code}}, "call")


@dataclass
class World:
    """Objects, decisions, executions and a topic, and a client over each that knows the few calls that are made."""

    objects: dict[str, bytes] = field(default_factory=dict)
    labels: dict[str, dict[str, Any]] = field(default_factory=dict)
    pointer: dict[str, Any] | None = None
    since: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    executions: list[dict[str, Any]] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    letters: list[dict[str, str]] = field(default_factory=list)
    counts: Mapping[str, Sequence[tuple[datetime, float]]] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def client(self, _service: str) -> Any:
        """Every service at once."""
        return self

    def get_parameter(self, **_: Any) -> dict[str, Any]:
        if self.pointer is None:
            raise refused("ParameterNotFound")
        return {"Parameter": {"Value": json.dumps(self.pointer), "LastModifiedDate": self.since}}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        self.reads.append(Key)
        if f"{Bucket}/{Key}" not in self.objects:
            raise refused("NoSuchKey")
        body = self.objects[f"{Bucket}/{Key}"]
        return {"Body": io.BytesIO(body), "ContentLength": len(body)}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803
        self.objects[f"{Bucket}/{Key}"] = Body

    def list_objects_v2(self, *, Bucket: str, Prefix: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        found = [key.removeprefix(f"{Bucket}/") for key in sorted(self.objects) if key.startswith(f"{Bucket}/{Prefix}")]
        return {"Contents": [{"Key": key, "Size": 100, "LastModified": NOW} for key in found]}

    def get_paginator(self, name: str) -> Any:
        world = self

        class Pages:
            def paginate(self, **asked: Any) -> list[dict[str, Any]]:
                return [getattr(world, name)(**asked)]

        return Pages()

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((table, request),) = RequestItems.items()
        names = [key["transaction_id"]["S"] for key in request["Keys"]]
        assert len(names) <= 100
        found = [{"transaction_id": {"S": name}} | self.labels[name] for name in names if name in self.labels]
        return {"Responses": {table: found}}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        return {"executions": self.executions}

    def start_execution(self, **asked: Any) -> None:
        self.started.append(asked)
        self.executions.append({"name": asked["name"], "startDate": NOW})

    def publish(self, **asked: str) -> None:
        self.letters.append(asked)

    def get_metric_data(self, *, MetricDataQueries: list[dict[str, Any]], **_: Any) -> dict[str, Any]:  # noqa: N803
        results = []
        for query in MetricDataQueries:
            metric = query["MetricStat"]["Metric"]
            points = self.counts.get(f"{metric['MetricName']}/{metric['Dimensions'][0]['Value']}", ())
            results.append(
                {"Id": query["Id"], "Timestamps": [at for at, _ in points], "Values": [value for _, value in points]}
            )
        return {"MetricDataResults": results}


def served(random: np.random.Generator, many: int, *, shift: float = 0.0, label: str = "t") -> list[dict[str, Any]]:
    """Archive lines of transactions of many cards; the score follows the amount."""
    values = random.normal(size=(many, len(NAMES)))
    values[:, 0] += shift
    scores = 1 / (1 + np.exp(2 - 2 * values[:, 0]))
    return [
        {
            "kind": "transaction",
            "transaction": {"transaction_id": f"{label}{row}", "card_id": f"card_{row % 400}", "unknown": [1]},
            "decision": {
                "terminal_id": f"terminal_{row % 70}",
                "features_version": FEATURES,
                "fraud_score": float(scores[row]),
                "model_version": VERSION,
            },
            "features": [
                float(values[row, 0]),
                float(values[row, 1]),
                None if row % 50 == 0 else float(values[row, 2]),
            ],
        }
        for row in range(many)
    ]


def archived(world: World, lines: Sequence[dict[str, Any]], hour: str, batch: int = 100) -> None:
    """Put lines into the archive, a batch an object."""
    for first in range(0, len(lines), batch):
        body = b"\n".join(json.dumps(line).encode() for line in lines[first : first + batch]) + b"\n"
        key = f"archive/archive/{hour}/shard/{lines[first]['transaction']['transaction_id']}.jsonl.zst"
        world.objects[key] = zstandard.ZstdCompressor().compress(body)


def with_champion(world: World, *, average_precision: float = 0.9, frauds: int = 400) -> World:
    """Give the world a champion that learned from such rows."""
    random = np.random.default_rng(99)
    lines = served(random, 20_000)
    features = np.array([line["features"] for line in lines], np.float32)
    learned = baseline(features, NAMES, np.array([line["decision"]["fraud_score"] for line in lines]))
    metadata = {"features_version": FEATURES, "feature_names": NAMES, "windows": {"validation": {"rows": 20_000}}}
    world.objects["models/models/m7/model.tar.gz"] = artefact(
        {"model.ubj": b"trees", "bundle/metadata.json": json.dumps(metadata).encode()}
        | {"bundle/baseline.json": json.dumps(learned).encode()}
    )
    figures = {"average_precision": average_precision, "frauds": frauds}
    report = {"model_version": VERSION, "challenger": {"all_rows": figures, "calibration": {"log_loss": 0.1}}}
    world.objects["models/runs/run-7/evaluation/evaluation.json"] = json.dumps(report).encode()
    world.pointer = {"model_version": VERSION, "model_data_url": "s3://models/models/m7/model.tar.gz", "run": "run-7"}
    return world


def artefact(files: Mapping[str, bytes]) -> bytes:
    """Pack a `model.tar.gz`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _watching() -> set[str]:
    """Return every metric that the watching functions can emit."""
    column = {"psi": 0.1, "drifted": False, "missing_drifted": False}
    evaluated = {"average_precision": 0.5}
    labels = {"average_precision": 0.5, "log_loss": 0.1, "worse": False, "of_champion": True, "evaluated": evaluated}
    report = {
        "drift": {"columns": [column | {"name": "score"}, column | {"name": "amount"}]},
        "labels": labels,
        "drifted": [],
    }
    with function_modules("measure_drift", "reporting") as (reporting,):
        drift = {name for name, _ in reporting.metrics_of(report)}
    rates = {f"{name}{kind}" for name in WATCHED for kind in ("", "Usual", "Spike")}
    return drift | rates | {"RatesWatched", "DriftSilentHours"}


WATCHING = _watching()
"""Names only; that the rates' are these, test_watch_rates.py finds in what is really emitted."""
