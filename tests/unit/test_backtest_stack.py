"""What a backtest takes from a stack: the live document, the costs, and the models' thresholds."""

import io
import json
import tarfile
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from botocore.exceptions import ClientError
from fraudstream.errors import PolicyError
from fraudstream.policy import Coded, canonical_json, default_policy
from fraudstream.policy.published import Published, digest

from operate.archive.rows import Rows
from operate.backtest.costs import costs_of
from operate.backtest.thresholds import thresholds_of
from operate.backtest.trying import live_policy
from operate.target import Target
from tests.archives import policy, rule


class Aws:
    """The few calls that are made, on dictionaries."""

    def __init__(self, objects=None, parameters=None, packages=()) -> None:
        self.objects, self.parameters, self.packages = objects or {}, parameters or {}, packages

    def get_object(self, Bucket, Key):  # noqa: N803
        if (Bucket, Key) not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}

    def describe_stacks(self, StackName):  # noqa: N803
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()]
        return {"Stacks": [{"Parameters": given}]}

    def get_parameter(self, Name):  # noqa: N803
        raise ClientError({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")

    def list_model_packages(self, **_):
        return {"ModelPackageSummaryList": [{"ModelPackageArn": arn} for arn in range(len(self.packages))]}

    def describe_model_package(self, ModelPackageName):  # noqa: N803
        version, url = self.packages[ModelPackageName]
        return {
            "CreationTime": datetime(2026, 11, 1, tzinfo=UTC),
            "InferenceSpecification": {"Containers": [{"ModelDataUrl": url}]},
            "CustomerMetadataProperties": {"model_version": version},
        }


def target(aws: Aws) -> Target:
    return Target(name="stack", outputs={"ModelsBucketName": "models"}, client=lambda _: aws, where="here")


def artefact(version: str, review: float, block: float) -> bytes:
    said = {"model_version": version, "thresholds": {"review": review, "block": block}}
    content, body = json.dumps(said).encode(), io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        member = tarfile.TarInfo("./bundle/metadata.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return body.getvalue()


def scored(decisions, scores, fired=None, model="m1") -> Rows:
    """Rows that one model scored."""
    count = len(scores)

    def all_of(text):
        return Coded(np.zeros(count, np.int32), (text,))

    names = ("approve", "review", "block")
    fired_names = tuple(dict.fromkeys(fired or [""]))
    codes = [fired_names.index(name) for name in fired] if fired else [0] * count
    whole = np.arange(count, dtype=np.int64)
    return Rows(
        parts=[], event_ms=whole, decided_ms=whole, amount_minor=whole, score=np.array(scores),
        label=np.zeros(count, np.int8), label_ms=whole, all_label_ms=whole, latest_ms=count, repeats=0, orphans=0,
        other_features=0,
        coded={
            "model_version": all_of(model),
            "rules_version": all_of("v1"),
            "rules_fired": Coded(np.array(codes, np.int32), fired_names),
            "decision": Coded(np.array([names.index(name) for name in decisions], np.int32), names),
        },
    )  # fmt: skip


def test_the_present_document_is_the_published_one_else_the_shipped_one():
    """As the functions take it."""
    document = canonical_json(policy("team.1", rule("large", "amount_minor > 5000")).policy)
    published = Published(
        version="team.1", sha256=digest(document), author="a", at="2026-11-24T00:00:00.000Z", why="w",
        policy=msgspec.Raw(document),
    )  # fmt: skip
    aws = Aws({("models", "rules/live.json"): msgspec.json.encode(published)})
    assert live_policy(target(aws)).version == "team.1"
    assert live_policy(target(Aws())).version == default_policy().version
    assert live_policy(None).version == default_policy().version


def test_a_live_document_that_is_not_valid_is_said():
    """Rather than compared with another one in silence."""
    with pytest.raises(PolicyError):
        live_policy(target(Aws({("models", "rules/live.json"): b"{}"})))


def test_costs_are_given_else_the_stacks_else_trainings():
    """Each figure by itself."""
    aws = Aws(parameters={"AlertCostMinor": "700", "BlockGenuineCostMinor": "3100", "Other": "x"})
    none = {"alert_minor": None, "block_genuine_minor": None}
    of_stack = costs_of(target(aws), none)
    assert (of_stack.alert_minor, of_stack.block_genuine_minor, of_stack.recovered_share) == (700, 3100, 0.9)
    assert costs_of(target(aws), none | {"alert_minor": 0}).alert_minor == 0
    assert costs_of(None, none).alert_minor == 500


def test_thresholds_are_those_of_the_registered_artefact():
    """By the version that its metadata names; of an artefact that is gone the decisions tell."""
    rows = scored(["approve", "review"], [0.2, 0.6])
    packages = [("other", "s3://models/x"), ("m1", "s3://models/m1.tar.gz")]
    aws = Aws({("models", "m1.tar.gz"): artefact("m1", 0.4, 0.8)}, packages=packages)
    found = thresholds_of(rows, policy("v1"), target(aws), {})["m1"]
    assert (found.thresholds.review, found.thresholds.block, found.source) == (0.4, 0.8, "registry")
    gone = thresholds_of(rows, policy("v1"), target(Aws(packages=packages)), {})["m1"]
    assert (gone.thresholds.review, gone.source) == (0.6, "decisions")


@pytest.mark.parametrize("body", [b"no archive", artefact("another", 0.1, 0.2)])
def test_an_artefact_that_is_another_tells_nothing(body):
    """Broken, or of another version than registered: the decisions tell."""
    aws = Aws({("models", "m1.tar.gz"): body}, packages=[("m1", "s3://models/m1.tar.gz")])
    found = thresholds_of(scored(["review"], [0.6]), policy("v1"), target(aws), {})["m1"]
    assert found.source == "decisions"


def test_decisions_tell_thresholds_by_rows_on_which_no_rule_had_a_say():
    """An approve rule has none beside a score; a review rule has, so its rows tell nothing of the model."""
    present = policy("v1", rule("usual", "amount_minor >= 0", "approve"), rule("large", "amount_minor > 1"))
    rows = scored(["approve", "review", "review", "block"], [0.3, 0.1, 0.7, 0.95], ["", "large", "usual", "usual"])
    limits = thresholds_of(rows, present, None, {})["m1"].thresholds
    assert (limits.review, limits.block) == (0.7, 0.95)


def test_where_nothing_was_flagged_no_score_reaches_the_thresholds():
    """The rows come out as they did: approved."""
    limits = thresholds_of(scored(["approve"], [1.0]), policy("v1"), None, {})["m1"].thresholds
    assert limits.review > 1.0
