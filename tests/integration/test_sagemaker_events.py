"""A registered or approved model package reaches EventBridge, and through a rule a state machine."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.integration.sagemaker_stack import ROLE, Sagemaker, until
from tests.integration.test_sagemaker_registry import SCRIPT, specification
from tests.integration.test_sagemaker_states import run, task

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

GROUP = "approvals"


def machine_of_approvals(stack: Sagemaker) -> str:
    """A state machine which a rule starts with the ARN of each package of our group that is approved; its ARN."""
    states, events = stack.client("stepfunctions"), stack.client("events")
    definition = {"StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": True}}}
    machine = states.create_state_machine(
        name=f"approved-{time.time_ns()}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [GROUP], "ModelApprovalStatus": ["Approved"]},
    }
    events.put_rule(Name="approved", EventPattern=json.dumps(pattern))
    transformer = {
        "InputPathsMap": {"arn": "$.detail.ModelPackageArn"},
        "InputTemplate": '{"model_package_arn": "<arn>"}',
    }
    target: dict[str, Any] = {"Id": "deploy", "Arn": machine, "RoleArn": ROLE, "InputTransformer": transformer}
    events.put_targets(Rule="approved", Targets=[target])
    return str(machine)


def test_an_approval_starts_the_rules_state_machine(sagemaker: Sagemaker) -> None:
    """By a person's call or by a state machine's; packages of another group or another approval start nothing."""
    client, states = sagemaker.client("sagemaker"), sagemaker.client("stepfunctions")
    machine = machine_of_approvals(sagemaker)
    url = sagemaker.put_archive("approvals/model.tar.gz", {"code/inference.py": SCRIPT})
    for group in (GROUP, "others"):
        client.create_model_package_group(ModelPackageGroupName=group)

    def register(group: str) -> str:
        answer = client.create_model_package(ModelPackageGroupName=group, InferenceSpecification=specification(url))
        return str(answer["ModelPackageArn"])

    def inputs() -> list[Any]:
        listed = states.list_executions(stateMachineArn=machine)["executions"]
        shown = [states.describe_execution(executionArn=execution["executionArn"]) for execution in listed]
        return [json.loads(execution["input"]) for execution in shown]

    first, second, rejected, other = register(GROUP), register(GROUP), register(GROUP), register("others")
    client.update_model_package(ModelPackageArn=rejected, ModelApprovalStatus="Rejected")
    client.update_model_package(ModelPackageArn=other, ModelApprovalStatus="Approved")
    client.update_model_package(ModelPackageArn=first, ModelApprovalStatus="Approved")
    until(lambda: inputs() == [{"model_package_arn": first}])

    given = {"ModelPackageArn": second, "ModelApprovalStatus": "Approved"}
    approve = task("aws-sdk:sagemaker:updateModelPackage", Arguments=given)
    assert run(sagemaker, {"Approve": approve})["status"] == "SUCCEEDED"
    until(lambda: {given["model_package_arn"] for given in inputs()} == {first, second})
