"""`python -m operate models`: the registry at a glance."""

import json

import pytest
from botocore.exceptions import ClientError

from operate.__main__ import main
from operate.models import command
from tests.unit.explain_world import World


@pytest.fixture
def world(monkeypatch) -> World:
    world = World()
    monkeypatch.setattr(command, "find_target", lambda stack: world.target)
    return world


def evaluated(world: World, version: str, *, approval: str, **figures: float | None) -> str:
    """Register a version with its evaluation."""
    arn = world.registry.register(version, f"s3://models/{version}", approval)
    url = f"s3://models/runs/{version}/evaluation/evaluation.json"
    world.put(url, json.dumps({"challenger": {"all_rows": figures}}).encode())
    world.registry.packages[arn]["ModelMetrics"] = {"ModelQuality": {"Statistics": {"S3Uri": url}}}
    return arn


def test_every_version_is_listed_newest_first_with_the_champion_marked(world, capsys):
    """Version, day, approval, figures, and why it was rejected."""
    first = evaluated(world, "run-1", approval="Approved", average_precision=0.7912, recall_at_budget=0.5)
    second = evaluated(world, "run-2", approval="Rejected", average_precision=None)
    world.registry.packages[second]["ApprovalDescription"] = "Verify: golden rows\ndiffer"
    world.registry.pointer = {"model_version": "run-1", "model_package_arn": first}
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split()[:8] == ["2", "run-2", "2026-09-03", "00:00", "Rejected", "-", "-", "-"]
    assert lines[2].endswith("  Verify: golden rows differ")
    assert lines[3].split() == ["*", "1", "run-1", "2026-09-02", "00:00", "Approved", "0.791", "0.500", "-"]


def test_a_version_whose_report_is_gone_is_listed_without_figures(world, capsys):
    """So is one that the state machine did not make."""
    arn = evaluated(world, "run-1", approval="Approved", average_precision=0.5)
    world.aws.s3.objects["models"].clear()
    world.registry.packages[arn]["CustomerMetadataProperties"] = {}
    assert main(["models"]) == 0
    assert "1    -              2026-09-02 00:00  Approved  -" in capsys.readouterr().out


def test_it_says_so_when_no_model_is_registered_or_none_scores(world, capsys):
    """And what that means."""
    assert main(["models"]) == 0
    assert "rules alone decide. `make retrain`" in capsys.readouterr().out
    evaluated(world, "run-1", approval="PendingManualApproval")
    main(["models"])
    assert "no model scores yet" in capsys.readouterr().out


def test_at_most_the_limit_is_asked_for_and_a_champion_beyond_it_is_named(world, capsys):
    """A registry may be long."""
    arns = [evaluated(world, f"run-{number}", approval="Approved") for number in range(1, 6)]
    world.registry.pointer = {"model_version": "run-1", "model_package_arn": arns[0]}
    main(["models", "--limit", "2"])
    said = capsys.readouterr().out
    assert "run-5" in said
    assert "run-3" not in said
    assert "the champion, run-1, is not among them" in said


def test_what_aws_refuses_ends_with_one(world, capsys, monkeypatch):
    """No traceback."""

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListModelPackages")

    monkeypatch.setattr(world.registry, "list_model_packages", refuse)
    assert main(["models"]) == 1
    assert "AccessDeniedException" in capsys.readouterr().err
