"""The parts of the embedded SageMaker that need no process: shifts of traffic, faults, metrics, records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.sagemaker.errors import AwsError
from local.sagemaker.faults import Faults, spoil
from local.sagemaker.kinds import MODEL, PACKAGE_GROUP
from local.sagemaker.listing import list_resources
from local.sagemaker.metrics import EndpointMetrics
from local.sagemaker.records import Records, public
from local.sagemaker.rollout import AlarmError, steps, watch
from local.sagemaker.settings import Settings


def shift(kind: str, **more: Any) -> dict[str, Any]:
    routing = {"Type": kind, "WaitIntervalInSeconds": 60, **more}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 30}}


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        ({}, [(1.0, 0)]),
        (shift("ALL_AT_ONCE"), [(1.0, 90)]),
        (shift("CANARY", CanarySize={"Type": "CAPACITY_PERCENT", "Value": 10}), [(0.1, 60), (1.0, 30)]),
        (shift("CANARY", CanarySize={"Type": "INSTANCE_COUNT", "Value": 1}), [(0.25, 60), (1.0, 30)]),
        (
            shift("LINEAR", LinearStepSize={"Type": "CAPACITY_PERCENT", "Value": 40}),
            [(0.4, 60), (0.8, 60), (1.0, 90)],
        ),
        (
            {
                "RollingUpdatePolicy": {
                    "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 2},
                    "WaitIntervalInSeconds": 5,
                }
            },
            [(0.5, 5), (1.0, 5)],
        ),
    ],
)
def test_traffic_moves_in_the_configured_steps(deployment: dict[str, Any], expected: list[tuple[float, float]]) -> None:
    """Each kind of shift gives its shares and pauses, ends with all traffic, and then bakes."""
    assert list(steps(deployment, 4)) == expected


def test_an_alarm_ends_the_watch_at_once() -> None:
    """The rest of the pause is not waited for; without an alarm it is."""
    with pytest.raises(AlarmError, match="faults"):
        watch(60, ["faults", "latency"], lambda names: names[:1])
    watch(0, ["faults"], lambda _: [])


def test_a_fault_strikes_as_often_as_asked() -> None:
    """Counted faults end by themselves, others by ``ok``; an unknown mode is refused."""
    faults = Faults()
    faults.set("endpoints", "e", {"mode": "error", "times": 2})
    assert [faults.take("endpoints", "e").get("mode") for _ in range(3)] == ["error", "error", None]
    faults.set("endpoints", "e", {"mode": "slow"})
    assert [faults.take("endpoints", "e").get("mode") for _ in range(2)] == ["slow", "slow"]
    faults.set("endpoints", "e", {"mode": "ok"})
    assert faults.take("endpoints", "e") == {}
    with pytest.raises(AwsError, match="mode must be one of"):
        faults.set("endpoints", "e", {"mode": "strange"})
    faults.set("actions", "CreateModel", {"code": "ThrottlingException", "times": 1})
    with pytest.raises(AwsError) as caught:
        faults.strike_action("CreateModel")
    assert caught.value.code == "ThrottlingException"
    faults.strike_action("CreateModel")


@pytest.mark.parametrize(
    ("mode", "scores"), [("nan", "[NaN, 0.2]"), ("out_of_range", "[1.5, 0.2]"), ("wrong_count", "[0.1]")]
)
def test_spoilt_answers_keep_their_form(mode: str, scores: str) -> None:
    """Only the scores are wrong: what else the answer says is as the model gave it."""
    answer = json.dumps({"model_version": "m", "scores": [0.1, 0.2]}).encode()
    expected = '{"model_version": "m", "scores": ' + scores + "}"
    assert spoil(mode, answer, "application/json; charset=utf-8").decode() == expected


def test_metrics_are_published_once() -> None:
    """Counts and latencies go out under endpoint and variant, and then start again from nothing."""
    sent: list[dict[str, Any]] = []

    class Recorder:
        def call(self, _service: str, _target: str, params: dict[str, Any]) -> None:
            sent.append(params)

    metrics = EndpointMetrics(Recorder())  # type: ignore[arg-type]
    for status, latency in ((200, 1234), (200, 1234), (500, 98), (404, 7)):
        metrics.count("e", "v", status, latency)
    metrics.publish()
    metrics.publish()
    (params,) = sent
    values = {datum["MetricName"]: datum for datum in params["MetricData"]}
    assert params["Namespace"] == "AWS/SageMaker"
    assert values["Invocations"]["Value"] == 4
    assert (values["Invocation4XXErrors"]["Value"], values["Invocation5XXErrors"]["Value"]) == (1, 1)
    assert dict(zip(values["ModelLatency"]["Values"], values["ModelLatency"]["Counts"], strict=True)) == {
        1200: 2, 98: 1, 7: 1,
    }  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state=tmp_path, endpoint_url="http://127.0.0.1:1", job_python="python3")


def test_records_survive_and_are_copies(settings: Settings) -> None:
    """The next process reads what this one wrote, and nobody changes a record but through ``change``."""
    records = Records(settings)
    arn = records.add(MODEL, "m", {"Environment": {"A": "1"}, "_own": 1, "Tags": [{"Key": "k", "Value": "v"}]})
    records.get(MODEL, "m")["Environment"]["A"] = "2"
    records.change(MODEL, "m", Extra=1)
    records.change(MODEL, "m", Extra=None)
    again = Records(settings).get(MODEL, arn)
    assert again["Environment"] == {"A": "1"}
    assert "Extra" not in again
    assert "Tags" not in again
    assert "_own" not in public(again)
    assert Records(settings).table("Tags", lambda tags: tags[arn]) == {"k": "v"}


@pytest.mark.parametrize("name", ["", "a_b", "-a", "a.b", "../a", "a" * 64, "a-"])
def test_names_are_those_aws_takes(settings: Settings, name: str) -> None:
    """Up to 63 letters, digits and single hyphens between them: longer names from a run's id fail here too."""
    with pytest.raises(AwsError, match="failed to satisfy constraint: Member must satisfy regular expression"):
        Records(settings).add(MODEL, name, {})


def test_lists_are_paged_in_order(settings: Settings) -> None:
    """Pages follow each other without gap or double, newest first where AWS has it so."""
    records = Records(settings)
    for number in range(5):
        records.add(MODEL, f"m{number}", {"CreationTime": float(number)})
        records.add(PACKAGE_GROUP, f"g{number}", {"CreationTime": float(number)})
    first = list_resources(records, MODEL, {"MaxResults": 3})
    second = list_resources(records, MODEL, {"MaxResults": 3, "NextToken": first["NextToken"]})
    names = [model["ModelName"] for page in (first, second) for model in page["Models"]]
    assert names == ["m4", "m3", "m2", "m1", "m0"]
    assert "NextToken" not in second
    groups = list_resources(records, PACKAGE_GROUP, {"CreationTimeAfter": 2.5, "SortBy": "Name"})
    assert [group["ModelPackageGroupName"] for group in groups["ModelPackageGroupSummaryList"]] == ["g3", "g4"]
