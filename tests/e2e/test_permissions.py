"""Used = granted: what each function and job calls in a whole day of the system is what its role allows."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.permissions_walk import Walk, walked
from tests.iam import Grant, grants_of_role

pytestmark = pytest.mark.e2e

# What a role is granted and no program of ours calls, and who does: patterns of actions. `KMS` and `LOGS` are the same
# everywhere; the rest is listed by role.
_KMS = "S3, DynamoDB, Kinesis, SNS and SQS use the key in the caller's name; the embedded AWS encrypts nothing."
_LOGS = "Lambda writes the log in the role's name; the embedded AWS writes it in nobody's."
_MISSING = "Who may not list is told 403 of an object that is not there; nothing is listed."
EVERYWHERE = {"kms:*": _KMS, "logs:*": _LOGS, "sqs:SendMessage": "Lambda, of a call that failed to its last retry."}
BESIDE: Mapping[str, Mapping[str, str]] = {
    "ScoreTransactionsRole": {
        "s3:ListBucket": "Lambda looks for the failure destination before it writes there.",
        "kinesis:DescribeStream*": "Lambda's poller asks about the stream; that of the embedded AWS lists shards only.",
    },
    "PublishTrainingRole": {"s3:ListBucket": _MISSING},
    "PublishConsoleRole": {
        "s3:DeleteObject": "Only where a file is gone, or the stack is deleted (tests/unit/test_publish_console.py).",
        "s3:DeleteObjectVersion": "When the stack is deleted (tests/unit/test_publish_console.py).",
        "s3:ListBucketVersions": "When the stack is deleted (tests/unit/test_publish_console.py).",
    },
    "ServeConsoleRole": {"s3:ListBucket": _MISSING},
    "VerifyEndpointRole": {"s3:ListBucket": _MISSING},
    "ServeApiRole": {
        "s3:ListBucket": _MISSING,
        "sns:Publish": "No payment sent here is suspicious enough for an alert (tests/unit/test_pipeline.py).",
    },
    "ServeRulesRole": {"s3:ListBucket": _MISSING},
    "RunBacktestRole": {
        "sagemaker:*": "Only of models that are not the champion any more (tests/unit/test_backtest_stack.py).",
    },
    "MeasureDriftRole": {
        "dynamodb:BatchGetItem": "Labels mature in a week (tests/unit/test_measure_drift.py).",
        "states:StartExecution": "Only drift starts a retraining (tests/e2e/test_watching.py).",
    },
    "SageMakerRole": {
        "dynamodb:PartiQLUpdate": "Only where the stream was there first (tests/unit/test_training_backfill.py).",
        "ecr:*": "SageMaker pulls the image before a program of ours runs.",
        "cloudwatch:PutMetricData": "SageMaker publishes the metrics of a job.",
        "s3:GetBucketLocation": "SageMaker finds the bucket's region before it downloads.",
        "s3:AbortMultipartUpload": "SageMaker cleans up after an upload that broke.",
    },
}


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A stack in which everything happened once."""
    with walked(tmp_path_factory.mktemp("walk")) as found:
        yield found


@pytest.fixture(scope="module")
def roles(walk: Walk) -> dict[str, list[Grant]]:
    """What the role of each function and of SageMaker's jobs allows, by the role's name in the template."""
    cloudformation, iam = walk.deployed.client("cloudformation"), walk.deployed.client("iam")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=walk.deployed.stack_name)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {
        resource["LogicalResourceId"]: grants_of_role(iam, resource["PhysicalResourceId"])
        for resource in resources
        if resource["ResourceType"] == "AWS::IAM::Role"
    }


@pytest.fixture(scope="module")
def used(walk: Walk) -> dict[str, set[tuple[str, str]]]:
    """What was called under each role."""
    functions = walk.deployed.client("lambda").list_functions()["Functions"]
    prefix = f"{walk.deployed.stack_name}-"
    role_of = {
        function["FunctionName"]: _logical(function["FunctionName"].removeprefix(prefix)) for function in functions
    }
    role_of |= {"sagemaker": "SageMakerRole", "stream-mapping": "ScoreTransactionsRole"}
    found = defaultdict(set)
    for caller, action, resource in walk.calls:
        if caller == "stream-mapping" and action.startswith(("lambda:", "cloudwatch:")):
            continue  # the mapping is Lambda itself there
        found[role_of[caller]].add((action, resource))
    return found


def test_every_call_is_allowed_by_its_role(roles, used):
    """Each action on each resource, by a statement of the caller's own role."""
    refused = [
        f"{role}: {action} on {resource}"
        for role, calls in used.items()
        for action, resource in sorted(calls)
        if not any(grant.covers(action, resource) for grant in roles[role])
    ]
    assert not refused, "\n".join(refused)


def test_every_granted_action_is_used(roles, used):
    """On a resource that its statement names; what services do in the role's name is listed, with its reason."""
    idle = [
        f"{role}/{grant.sid}: {action}"
        for role in used
        for grant in roles[role]
        for action in grant.actions
        if not any(Grant(sid="", actions=(action,), resources=grant.resources).covers(*call) for call in used[role])
        and not _beside(role, action)
    ]
    assert not idle, "\n".join(idle)


def test_every_function_was_walked(walk, used):
    """No function of the stack did nothing, so none of its permissions is unseen."""
    functions = walk.deployed.client("lambda").list_functions()["Functions"]
    prefix = f"{walk.deployed.stack_name}-"
    names = {_logical(function["FunctionName"].removeprefix(prefix)) for function in functions}
    assert names <= used.keys()


def test_nothing_is_excused_that_no_role_is_granted(roles):
    """A reason for a permission that is gone goes too."""
    granted = {role: {action for grant in grants for action in grant.actions} for role, grants in roles.items()}
    stale = [
        f"{role}: {action}" for role, beside in BESIDE.items() for action in beside if not _some(granted[role], action)
    ]
    assert stale == []


def test_reasons_that_name_a_test_name_one_that_exists():
    """What this walk does not see is shown elsewhere."""
    reasons = [reason for beside in BESIDE.values() for reason in beside.values()]
    named = [name for reason in reasons for name in re.findall(r"tests/[a-z0-9_/]+\.py", reason)]
    assert named
    assert [name for name in named if not (Path(__file__).parents[2] / name).exists()] == []


def _beside(role: str, action: str) -> bool:
    patterns = {**EVERYWHERE, **BESIDE.get(role, {})}
    return any(Grant(sid="", actions=(pattern,), resources=("*",)).covers(action, "") for pattern in patterns)


def _some(granted: set[str], pattern: str) -> bool:
    return any(Grant(sid="", actions=(pattern,), resources=("*",)).covers(action, "") for action in granted)


def _logical(function: str) -> str:
    return "".join(word.capitalize() for word in function.split("-")) + "Role"
