"""Used = granted for state machines: what their states call is what their roles allow, action by action."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MACHINES = ("Retrain", "Deploy", "Backfill", "ScoreBatch")
_JOBS = ("sagemaker:AddTags", "events:PutTargets", "events:PutRule", "events:DescribeRule")
# What a state of each kind needs beside a permission of its own name. `.sync` follows what it started by a rule that
# Step Functions manages, asks how it ended, and stops it when the execution is stopped.
NEEDS: Mapping[str, tuple[str, ...]] = {
    **{
        f"sagemaker:create{job}.sync": (
            *(f"sagemaker:{verb}{job}" for verb in ("Create", "Describe", "Stop")),
            *_JOBS,
            "sagemaker:ListTags",
            "iam:PassRole",
        )
        for job in ("ProcessingJob", "TrainingJob", "TransformJob", "HyperParameterTuningJob")
    },
    "glue:startJobRun.sync": ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"),
    "states:startExecution.sync:2": (
        *(f"states:{verb}Execution" for verb in ("Start", "Describe", "Stop")),
        *_JOBS[1:],
    ),
    "lambda:invoke": ("lambda:InvokeFunction",),
    "sns:publish": ("sns:Publish",),
    "s3:listObjectsV2": ("s3:ListBucket",),
    "sagemaker:createModel": ("sagemaker:CreateModel", "iam:PassRole"),
}
_NAMES = {"sfn": "states", "applicationautoscaling": "application-autoscaling"}
# What a role is granted that no state asks for by name, and why.
BESIDE: Mapping[str, str] = {
    "logs:CreateLogDelivery": "Step Functions delivers the machine's own log.",
    "logs:GetLogDelivery": "The same.",
    "logs:UpdateLogDelivery": "The same.",
    "logs:DeleteLogDelivery": "The same.",
    "logs:ListLogDeliveries": "The same.",
    "logs:PutResourcePolicy": "The same.",
    "logs:DescribeResourcePolicies": "The same.",
    "logs:DescribeLogGroups": "The same.",
    "kms:Decrypt": "Objects are read and messages sent to a topic under the key, in the machine's name.",
    "kms:GenerateDataKey": "A message to an encrypted topic is encrypted in the sender's name.",
    "kms:DescribeKey": "SageMaker asks about the key of a job's disks in the name of who starts the job.",
    "kms:CreateGrant": "SageMaker lets the job's machines use the key, in the name of who starts the job.",
    "iam:CreateServiceLinkedRole": "RegisterScalableTarget makes the service's role, once in an account.",
    "sagemaker:DescribeEndpointConfig": "RegisterScalableTarget looks at the variants in the caller's name.",
    "sagemaker:UpdateEndpointWeightsAndCapacities": "RegisterScalableTarget asks for it; it is what scaling does.",
    "cloudwatch:PutMetricAlarm": "PutScalingPolicy makes the policy's alarms in the caller's name.",
    "cloudwatch:DeleteAlarms": "PutScalingPolicy replaces the alarms of the policy before.",
    "cloudwatch:DescribeAlarms": "SageMaker watches the endpoint's alarms during a shift, for who updates it.",
}


class _Loader(yaml.SafeLoader):
    """Takes what `!Sub` and the like hold for a plain value."""


def _plain(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _plain)


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """The resources of the template."""
    return yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)["Resources"]  # noqa: S506 - a safe one


def called(machine: str, resources: Mapping[str, Any]) -> set[str]:
    """Return the permissions that the states of a machine need."""
    path = ROOT / resources[f"{machine}StateMachine"]["Properties"]["DefinitionUri"]
    tasks = set(re.findall(r'"Resource":\s*"arn:[^"]*:states:::([^"]+)"', path.read_text()))
    needed: set[str] = set()
    for task in tasks:
        named = task.removeprefix("aws-sdk:")
        if named in NEEDS:
            needed.update(NEEDS[named])
            continue
        service, _, operation = named.partition(":")
        needed.add(f"{_NAMES.get(service, service)}:{operation[0].upper()}{operation[1:]}")
    return needed


def granted(machine: str, resources: Mapping[str, Any]) -> set[str]:
    """Return what the role of a machine allows, by all the policies that name it."""
    role = f"{machine}Role"
    documents = [policy["PolicyDocument"] for policy in resources[role]["Properties"]["Policies"]]
    documents += [
        resource["Properties"]["PolicyDocument"]
        for resource in resources.values()
        if resource["Type"] == "AWS::IAM::Policy" and role in resource["Properties"]["Roles"]
    ]
    return {action for document in documents for action in _actions(document)}


def _actions(document: Mapping[str, Any]) -> Iterator[str]:
    for statement in document["Statement"]:
        actions = statement["Action"]
        yield from actions if isinstance(actions, list) else [actions]


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_is_granted_what_its_states_need_and_nothing_else(machine, resources):
    """Beside what services do in the machine's name, which is listed with the reason."""
    needs, may = called(machine, resources), granted(machine, resources)
    assert sorted(needs - may) == []
    assert sorted(may - needs - BESIDE.keys()) == []


def test_every_machine_of_the_template_is_asked(resources):
    """Whoever adds one adds it here."""
    kind = "AWS::Serverless::StateMachine"
    assert {name for name, resource in resources.items() if resource["Type"] == kind} == {
        f"{machine}StateMachine" for machine in MACHINES
    }


def test_schedules_and_rules_may_start_what_they_start(resources):
    """A role of theirs allows one action: the start of their machine or function."""
    starters = {
        "states:StartExecution",
        "lambda:InvokeFunction",
        "sqs:SendMessage",
        "kms:GenerateDataKey",
        "kms:Decrypt",
    }
    for name, resource in resources.items():
        trusted = json.dumps(resource.get("Properties", {}).get("AssumeRolePolicyDocument", ""))
        if resource["Type"] == "AWS::IAM::Role" and ("events.amaz" in trusted or "scheduler.amaz" in trusted):
            policies = resource["Properties"]["Policies"]
            assert {action for policy in policies for action in _actions(policy["PolicyDocument"])} <= starters, name
