"""The console's reading function over an AWS of a few dictionaries: what tests of its routes stand on."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from fraudstream.adapters import clients
from fraudstream.policy.published import Published, digest

from tests.unit.function_loading import function_modules

NOW = datetime(2026, 11, 24, 2, 30, 30, tzinfo=UTC)
STACK = "fraudstream"
CONTEXT = SimpleNamespace(aws_request_id="r-1")
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_SERVICE_NAME": "serve_console",
    "STACK_NAME": STACK,
    "MODELS_BUCKET": "models",
    "CHAMPION_PARAMETER": f"/{STACK}/champion",
    "RETRAIN_STATE_MACHINE_ARN": "arn:retrain",
    "DEPLOY_STATE_MACHINE_ARN": "arn:deploy",
    "TRANSACTION_STREAM": f"{STACK}-transactions",
    "DECISIONS_TABLE": "Decisions",
    "HISTORIES_TABLE": "Histories",
    "CASES_TABLE": "Cases",
    "SCORING_FUNCTION": f"{STACK}-score-transactions",
    "API_FUNCTION": f"{STACK}-serve-api",
    "API_ID": "api",
    "ALERT_TOPIC": "alerts",
    "RATE_HISTORY_DAYS": "14",
    "STREAM_SHARDS": "1",
    "ENDPOINT_MEMORY_MB": "2048",
    "ENDPOINT_INSTANCES": "0",
}
ROUTES = (
    "/overview",
    "/drift",
    "/models",
    "/models/{model_version}",
    "/rules/versions",
    "/rules/versions/{version}",
    "/basis",
)


def refused(code: str, message: str = "") -> ClientError:
    """What boto3 raises for an error that AWS names."""
    return ClientError({"Error": {"Code": code, "Message": message or code}}, "call")


@dataclass
class World:
    """Every service at once, with the few calls that are made; `away` names calls that fail."""

    metrics: dict[tuple[str, ...], list[tuple[datetime, float]]] = field(default_factory=dict)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    pointers: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    executions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    created: datetime = NOW - timedelta(days=100)
    away: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    handler: ModuleType = field(init=False)

    def ask(self, path: str, **query: str) -> tuple[int, Any]:
        """Read a path with a query; return status and body."""
        event: dict[str, Any] = {"routeKey": f"GET {path}", "requestContext": {}}
        for template in ROUTES:
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>(?s:.+))", template)
            if "{" in template and path != "/rules/versions" and (found := re.fullmatch(pattern, path)):
                event = {"routeKey": f"GET {template}", "pathParameters": found.groupdict(), "requestContext": {}}
        answer = self.handler.handler(event | ({"queryStringParameters": query} if query else {}), CONTEXT)
        assert answer["headers"]["Content-Type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])

    def metric(self, name: str, *points: tuple[float, float], of: str = "score_transactions", space: str = "") -> None:
        """Count something so many minutes ago, under the dimension's value that is given."""
        named = self.metrics.setdefault((space or "Fraudstream", name, of), [])
        named += [(NOW - timedelta(minutes=ago), value) for ago, value in points]

    def register(self, version: str, *, days_ago: float, evaluation: dict[str, Any] | None = None, **said: Any) -> str:
        """Put a model into the registry; return its name."""
        arn = f"arn:package/{len(self.packages) + 1}"
        self.packages[arn] = {
            "ModelPackageArn": arn,
            "ModelPackageVersion": len(self.packages) + 1,
            "CreationTime": NOW - timedelta(days=days_ago),
            "ModelApprovalStatus": "Approved",
            "ModelPackageDescription": f"Run {version}: better",
            "ModelMetrics": {
                "ModelQuality": {"Statistics": {"S3Uri": f"s3://models/runs/{version}/evaluation/evaluation.json"}}
            },
            "CustomerMetadataProperties": {"run": version, "model_version": version},
        } | said
        if evaluation is not None:
            self.put(f"runs/{version}/evaluation/evaluation.json", evaluation)
        return arn

    def point(self, arn: str, *, days_ago: float) -> None:
        """Make a model the champion."""
        version = self.packages[arn]["CustomerMetadataProperties"]["model_version"]
        self.pointers.append((NOW - timedelta(days=days_ago), {"model_version": version, "model_package_arn": arn}))

    def ran(self, machine: str, name: str, *, days_ago: float, status: str = "SUCCEEDED", **said: Any) -> None:
        """Note an execution; `output` and `input` are what JSON has."""
        found = {"executionArn": f"arn:{machine}:{name}", "name": name, "status": status}
        if status != "RUNNING":
            found["stopDate"] = NOW - timedelta(days=days_ago)
        texts = {key: json.dumps(value) if key in ("output", "input") else value for key, value in said.items()}
        self.executions.setdefault(f"arn:{machine}", []).insert(0, found | texts)

    def publish(self, version: str, *, minutes_ago: int, noted: bool = True, **document: Any) -> None:
        """Publish rules as `operate rules publish` leaves them."""
        body = msgspec.json.encode({"version": version} | document)
        at = (NOW - timedelta(minutes=minutes_ago)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        published = Published(
            version=version,
            sha256=digest(body),
            author="Bo",
            at=at,
            why=f"why of {version}",
            policy=msgspec.Raw(body),
            yaml=f"# {version}\n",
        )
        whole = msgspec.json.encode(published)
        self.objects[f"rules/history/{version}.json"] = whole
        if noted:
            entry = {"version": version, "sha256": "", "author": "Bo", "at": at, "why": published.why}
            self.put(f"rules/log/{at}-{version}.json", entry)
        self.objects["rules/live.json"] = whole

    def put(self, key: str, document: dict[str, Any]) -> None:
        """Put a document into the bucket."""
        self.objects[key] = json.dumps(document).encode()

    def client(self, _service: str, **_: Any) -> Any:
        """Every service at once."""
        return self

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if name in self.away:
            raise refused("InternalFailure")

    def get_paginator(self, name: str) -> Any:
        return SimpleNamespace(paginate=lambda **asked: [getattr(self, name)(**asked)])

    def get_metric_data(
        self,
        *,
        MetricDataQueries: list[dict[str, Any]],  # noqa: N803
        StartTime: datetime,  # noqa: N803
        EndTime: datetime,  # noqa: N803
    ) -> dict[str, Any]:
        self._called("get_metric_data")
        results = []
        for query in MetricDataQueries:
            metric, period = query["MetricStat"]["Metric"], query["MetricStat"]["Period"]
            name = (metric["Namespace"], metric["MetricName"], metric["Dimensions"][0]["Value"])
            slots: dict[datetime, float] = {}
            for at, value in self.metrics.get(name, ()):
                slot = datetime.fromtimestamp(at.timestamp() // period * period, UTC)
                if StartTime <= slot < EndTime:
                    slots[slot] = slots.get(slot, 0.0) + value
            results.append({"Id": query["Id"], "Timestamps": list(slots), "Values": list(slots.values())})
        return {"MetricDataResults": results}

    def describe_alarms(self, *, AlarmNamePrefix: str, AlarmTypes: list[str]) -> dict[str, Any]:  # noqa: N803
        self._called("describe_alarms")
        return {"MetricAlarms": [each for each in self.alarms if each["AlarmName"].startswith(AlarmNamePrefix)]}

    def describe_stream_summary(self, *, StreamName: str) -> dict[str, Any]:  # noqa: N803
        self._called("describe_stream_summary")
        return {"StreamDescriptionSummary": {"StreamCreationTimestamp": self.created}}

    def list_model_packages(self, *, MaxResults: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        self._called("list_model_packages")
        if not self.packages:
            raise refused("ValidationException", "the group does not exist")
        newest = sorted(self.packages.values(), key=lambda each: each["CreationTime"], reverse=True)
        return {"ModelPackageSummaryList": newest[:MaxResults]}

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:  # noqa: N803
        self._called("describe_model_package")
        return self.packages[ModelPackageName]

    def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        self._called("get_parameter")
        if not self.pointers:
            raise refused("ParameterNotFound")
        return {"Parameter": {"Value": json.dumps(self.pointers[-1][1])}}

    def get_parameter_history(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        self._called("get_parameter_history")
        if not self.pointers:
            raise refused("ParameterNotFound")
        found = [
            {"Version": number, "LastModifiedDate": at, "Value": json.dumps(value)}
            for number, (at, value) in enumerate(self.pointers, 1)
        ]
        return {"Parameters": found}

    def list_executions(self, *, stateMachineArn: str, maxResults: int) -> dict[str, Any]:  # noqa: N803
        self._called("list_executions")
        return {"executions": self.executions.get(stateMachineArn, [])[:maxResults]}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803
        self._called("describe_execution")
        return next(e for each in self.executions.values() for e in each if e["executionArn"] == executionArn)

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        self._called("get_object")
        if Key not in self.objects:
            raise refused("NoSuchKey")
        body = self.objects[Key]
        return {"Body": io.BytesIO(body), "ContentLength": len(body), "ETag": sha256(body).hexdigest()}

    def list_objects_v2(self, *, Bucket: str, Prefix: str, StartAfter: str = "") -> dict[str, Any]:  # noqa: N803
        self._called("list_objects_v2")
        keys = [key for key in sorted(self.objects) if key.startswith(Prefix) and key > StartAfter]
        return {"Contents": [{"Key": key, "ETag": sha256(self.objects[key]).hexdigest()} for key in keys]}


@contextmanager
def reading(monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[World]:
    """Give a handler over a world; its clock stands still."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clients, "client", world.client)
    with function_modules("serve_console", "handler") as (handler,):
        monkeypatch.setattr(handler.time, "time_ns", lambda: int(NOW.timestamp() * 1e9))
        world.handler = handler
        yield world
