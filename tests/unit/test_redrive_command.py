"""What `python -m operate redrive` says, and how it ends."""

import json
from typing import ClassVar

import pytest
from botocore.exceptions import ClientError

from operate.__main__ import main
from operate.redrive import command
from operate.target import Target, TargetError, find_target
from tests.samples import NOW_MS, records, transaction
from tests.unit.redrive_world import World
from tests.unit.test_redrive import OLD, waiting_world

OUTPUTS = {
    "QuarantineBucketName": "quarantine",
    "AlertTopicArn": "arn:aws:sns:eu-west-1:123456789012:stack-alerts",
    "EndpointName": "stack",
}


class Endpoint:
    """SageMaker with one endpoint, or none."""

    def __init__(self, status: str | None = "InService") -> None:
        self.status = status

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, str]:  # noqa: N803
        if self.status is None:
            raise ClientError({"Error": {"Code": "ValidationException"}}, "DescribeEndpoint")
        return {"EndpointStatus": self.status}


@pytest.fixture
def give(monkeypatch):
    """Give the command over a world's bucket and function."""

    def give(world: World, *arguments: str, endpoint: str | None = "InService") -> int:
        clients = {"s3": world.s3, "lambda": world.function, "sagemaker": Endpoint(endpoint)}
        target = Target(name="stack", outputs=OUTPUTS, client=clients.__getitem__, where="a test")
        monkeypatch.setattr(command, "find_target", lambda stack: target)
        monkeypatch.setattr(command.time, "time", lambda: NOW_MS / 1000)
        monkeypatch.setattr(command.time, "sleep", lambda seconds: None)
        return main(["redrive", *arguments])

    return give


def test_it_ends_with_zero_when_nothing_is_refused_again(give, capsys):
    """And when nothing waits."""
    world = World()
    world.before_the_fix(records([transaction(1, **OLD)]))
    assert give(world) == 0
    assert "1 records of 1 objects went through\n        1  decided" in capsys.readouterr().out
    assert give(world) == 0


def test_it_ends_with_three_when_something_is_refused_again(give, capsys):
    """And says what, and why."""
    assert give(waiting_world()) == 3
    said = capsys.readouterr().out
    assert "3  refused again" in said
    assert "2  not_json" in said
    assert "2 cannot be sent again and stay: a card number" in said


def test_it_ends_with_one_when_the_function_fails_and_says_what_to_do(give, capsys):
    """Where the records are, where the log is, how to go past them."""
    world = waiting_world()
    world.function.trouble = lambda records: (_ for _ in ()).throw(RuntimeError("broken"))
    assert give(world) == 1
    said = capsys.readouterr().err
    assert "RuntimeError: broken" in said
    assert "redriving/" in said
    assert "stack-score-transactions" in said
    assert "--prefix" in said


@pytest.mark.parametrize("status", [None, "Failed", "Creating"])
def test_without_a_model_nothing_is_decided_unless_rules_alone_were_asked_for(give, capsys, status):
    """Decisions are for good, and these records are too old to wait for the endpoint."""
    world = waiting_world()
    before = dict(world.s3.objects)
    assert give(world, endpoint=status) == 1
    assert "rules alone would decide" in capsys.readouterr().err
    assert world.s3.objects == before
    assert give(world, "--rules-alone", endpoint=status) == 3


def test_a_dry_run_counts_by_reason_and_age_and_changes_nothing(give, capsys):
    """Also what an interrupted run left."""
    world = waiting_world()
    before = dict(world.s3.objects)
    assert give(world, "--dry-run", endpoint=None) == 0
    said = capsys.readouterr().out
    assert "4  (given up)" in said
    assert "2  event_time_too_old           arrived 0 min to 0 min ago" in said
    assert "10  records in 4 objects; nothing was done" in said
    assert world.s3.objects == before
    world.function.trouble = lambda records: (_ for _ in ()).throw(RuntimeError("broken"))
    give(world)
    give(world, "--dry-run", "--prefix", "aws/lambda/")
    assert "4 lines are in redriving/" in capsys.readouterr().out


def test_a_dry_run_looks_at_the_reason_asked_for(give, capsys):
    """And at nothing else."""
    give(waiting_world(), "--dry-run", "--reason", "event_time_too_old")
    assert "2  records in 1 objects" in capsys.readouterr().out


def test_the_embedded_stack_is_meant_if_it_runs_and_no_name_is_given(monkeypatch, tmp_path):
    """Its outputs, and its clients, whatever the environment's credentials are."""
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS | {"endpoint_url": "http://127.0.0.1:1"}))

    class Info:
        environment: ClassVar[dict[str, str]] = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}

        @staticmethod
        def client(service: str, **_: object) -> str:
            return f"embedded {service}"

    monkeypatch.setattr("operate.target.EmbeddedStack.info", Info)
    target = find_target(None, state_dir=tmp_path)
    assert (target.name, target.client("s3")) == ("fraudstream", "embedded s3")
    assert target.where == "embedded AWS, http://127.0.0.1:1"
    assert target.environment == {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


class Session:
    """boto3's session, with a CloudFormation that knows two stacks."""

    meta = type("Meta", (), {"endpoint_url": "https://cloudformation.eu-west-1.amazonaws.com"})
    stacks: ClassVar = {"stack": OUTPUTS, "other": {"X": "y"}}

    def client(self, service: str, **_: object) -> object:
        return self if service == "cloudformation" else service

    def describe_stacks(self, *, StackName: str) -> dict:  # noqa: N803
        if StackName not in self.stacks:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        outputs = self.stacks[StackName].items()
        return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs]}]}


def test_a_stack_is_looked_up_with_the_credentials_of_the_environment(monkeypatch, tmp_path):
    """By CloudFormation; one that is none of ours, or is not there, is refused with what to do."""
    monkeypatch.setattr("operate.target.boto3.Session", Session)
    target = find_target("stack", state_dir=tmp_path)
    assert (target.outputs["QuarantineBucketName"], target.client("s3")) == ("quarantine", "s3")
    assert target.stream_arn("s") == "arn:aws:kinesis:eu-west-1:123456789012:stream/s"
    with pytest.raises(TargetError, match="is not a Fraudstream stack"):
        find_target("other", state_dir=tmp_path)
    with pytest.raises(TargetError, match=r"the stack fraudstream was not found(.|\n)*--stack"):
        find_target(None, state_dir=tmp_path)
