"""From a history to decisions, over the whole embedded stack: real processes, real HTTP, a real model."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from local.demo import show_system
from local.demo_data import DemoData, from_file
from local.screen import Screen
from local.summary import Summary
from tests.e2e.conftest import Demo, Deployed
from tests.reliability.proof import proves

pytestmark = pytest.mark.e2e
HANDBOOK = Path(__file__).parents[3] / "shared/data/handbook.parquet"


def run(deployed: Deployed, data: DemoData) -> Summary:
    """Do what `make demo` does after the deployment, in silence."""
    return show_system(deployed.client, deployed.outputs, data, Screen(console=Console(quiet=True)))


@pytest.fixture(scope="module")
def deployed(demo: Demo) -> Iterator[Deployed]:
    """The demo's stack; nobody looks at it afterwards."""
    yield demo.deployed
    demo.close()


@pytest.fixture(scope="module")
def summary(demo: Demo) -> Summary:
    """The demo on simulated data, with fewer transactions."""
    return demo.summary


@proves(faults=[3, 6], invariants=[1, 2, 3, 4, 5, 6, 9, 10])
def test_every_proof_holds_of_a_simulated_stream(summary):
    """Sent = decided + duplicates + quarantined; alerts, archive, scores and histories agree; no card number leaks."""
    assert [proof.claim for proof in summary.proofs if not proof.holds] == []
    assert len(summary.proofs) >= 6


def test_the_first_model_finds_simulated_fraud(summary):
    """Average precision of the decisions as the system made them, above one half."""
    assert summary.by_scored_by == {"endpoint": 5_000}
    assert summary.verdict.average_precision > 0.5


@proves(invariants=[5])
def test_every_flagged_decision_reached_the_subscribed_queue(summary):
    """As many alerts as decisions that are no approval."""
    assert summary.alerts == sum(count for outcome, count in summary.by_decision.items() if outcome != "approve")
    assert summary.alerts > 0


@proves(faults=[28])
def test_of_two_retrainings_at_once_one_is_a_no_op(deployed, summary):
    """Both end well, and the endpoint's configuration changes only if the other one promoted its model."""
    states, sagemaker = deployed.client("stepfunctions"), deployed.client("sagemaker")
    before = sagemaker.describe_endpoint(EndpointName=deployed.outputs["EndpointName"])["EndpointConfigName"]
    machine = deployed.outputs["RetrainStateMachineArn"]
    runs = [states.start_execution(stateMachineArn=machine, input="{}")["executionArn"] for _ in range(2)]
    ended = [_ended(states, run) for run in runs]
    assert [run["status"] for run in ended] == ["SUCCEEDED", "SUCCEEDED"]
    said = sorted(json.loads(run["output"])["status"] for run in ended)
    after = sagemaker.describe_endpoint(EndpointName=deployed.outputs["EndpointName"])["EndpointConfigName"]
    assert "skipped" in said
    assert ("promoted" in said) == (after != before)


def test_a_deleted_endpoint_is_restored_by_the_next_retraining(deployed, summary):
    """Whether the new model is better or the champion stays: afterwards a model scores, the champion's."""
    states, sagemaker = deployed.client("stepfunctions"), deployed.client("sagemaker")
    name = deployed.outputs["EndpointName"]
    served = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    sagemaker.delete_endpoint(EndpointName=name)
    run = states.start_execution(stateMachineArn=deployed.outputs["RetrainStateMachineArn"], input="{}")
    ended = _ended(states, run["executionArn"])
    assert ended["status"] == "SUCCEEDED"
    output = json.loads(ended["output"])
    endpoint = sagemaker.describe_endpoint(EndpointName=name)
    assert endpoint["EndpointStatus"] == "InService"
    if output["status"] == "kept":
        assert endpoint["EndpointConfigName"] == served
        assert f"restored with {served}" in output["reason"]
    else:
        assert output["status"] == "promoted"
        assert endpoint["EndpointConfigName"] == output["endpoint_config_name"]


def test_the_schedule_starts_the_retraining_machine(deployed):
    """EventBridge Scheduler has the machine as its target."""
    scheduler = deployed.client("scheduler")
    found = [
        scheduler.get_schedule(Name=entry["Name"], GroupName=entry["GroupName"])
        for entry in scheduler.list_schedules()["Schedules"]
    ]
    assert deployed.outputs["RetrainStateMachineArn"] in [schedule["Target"]["Arn"] for schedule in found]


@pytest.mark.skipif(not HANDBOOK.exists(), reason="the Handbook's data is not beside the project")
def test_the_handbook_stream_is_decided_well_and_every_proof_holds(tmp_path):
    """Trained on the earlier part, streamed the later one, labels seven days late: average precision above .65."""
    from mapping import Mapping

    from tests.e2e.conftest import deployed_stack

    data = from_file(HANDBOOK, Mapping(), transactions=10_000)
    with deployed_stack(tmp_path) as deployed:
        summary = run(deployed, data)
    assert [proof.claim for proof in summary.proofs if not proof.holds] == []
    assert summary.verdict.average_precision > 0.65


def _ended(states, run: str) -> dict:
    deadline = time.monotonic() + 240
    while (execution := states.describe_execution(executionArn=run))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the retraining did not end"
        time.sleep(0.5)
    return execution
