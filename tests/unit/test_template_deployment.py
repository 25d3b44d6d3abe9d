"""The deployment into the embedded AWS finds what was left out, and tells needed from harmless."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.deployment import comparison
from local.deployment.build import input_digest
from local.deployment.comparison import Difference, compare, notes
from local.deployment.samcli import DeployError, run_sam
from local.deployment.wanted import SOMETHING, Template, agrees

DOCUMENT: dict[str, Any] = {
    "Conditions": {
        "Large": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Size"}, "0"]}]},
        "Never": {"Fn::And": [{"Condition": "Large"}, {"Fn::Equals": [{"Ref": "AWS::Region"}, "nowhere"]}]},
    },
    "Resources": {
        "Stream": {
            "Type": "AWS::Kinesis::Stream",
            "Properties": {
                "Name": {"Fn::Sub": "${AWS::StackName}-stream"},
                "ShardCount": {"Fn::If": ["Large", {"Ref": "Size"}, {"Ref": "AWS::NoValue"}]},
                "RetentionPeriodHours": {"Fn::If": ["Never", 1, {"Ref": "AWS::NoValue"}]},
                "StreamEncryption": {"KeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
            },
        },
        "Absent": {"Type": "AWS::SNS::Topic", "Condition": "Never", "Properties": {}},
    },
}


def template(document: dict[str, Any] = DOCUMENT, **physical_ids: str) -> Template:
    """Return a template with its parameters."""
    return Template(
        document=document,
        parameters={"Size": "2"},
        physical_ids={"Stream": "stream-1", **physical_ids},
        pseudo={"AWS::StackName": "fraudstream", "AWS::Region": "us-east-1"},
    )


def kinesis(**summary: Any) -> Any:
    """Return clients of which Kinesis has one stream."""
    found = {"OpenShardCount": 2, "RetentionPeriodHours": 24, **summary}
    client = SimpleNamespace(describe_stream_summary=lambda **_: {"StreamDescriptionSummary": found})
    return {"kinesis": client}.__getitem__


def test_a_template_is_resolved_as_far_as_it_can_be() -> None:
    """Parameters, conditions and names become values; what only AWS knows is something; NoValue is nothing."""
    (stream,) = template().resources()
    assert stream.properties == {
        "Name": "fraudstream-stream",
        "ShardCount": "2",
        "StreamEncryption": {"KeyId": SOMETHING},
    }


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("5", 5.0, True),
        (True, "true", True),
        (True, None, False),
        ("a", "b", False),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {}, False),
        ({"a": 1}, None, False),
        ([1, 2], [1, 2], True),
        ([1], [1, 2], False),
        (SOMETHING, "arn", True),
        (SOMETHING, None, False),
        (SOMETHING, "", False),
    ],
)
def test_wanted_and_found_are_compared_by_meaning(wanted: Any, found: Any, same: object) -> None:
    """Numbers may be texts, more than was wanted is fine, and something is anything but nothing."""
    assert agrees(wanted, found) is same


def test_what_behaviour_needs_is_a_fault_and_the_rest_a_note() -> None:
    """A missing shard changes what the system does; missing encryption on a laptop does not."""
    differences = compare(template(), kinesis(OpenShardCount=1))
    assert [(d.property, d.needed) for d in differences] == [("ShardCount", True), ("StreamEncryption", False)]
    assert notes(differences) == ["StreamEncryption (Stream)"]


def test_nothing_is_said_about_what_is_there() -> None:
    """A resource that is as wanted makes no difference."""
    assert compare(template(), kinesis(KeyId="arn:key", EncryptionType="KMS")) == []


def test_a_resource_that_was_not_created_is_a_fault() -> None:
    """CloudFormation may call a stack complete that lacks something; we do not."""
    made = Template(document=DOCUMENT, parameters={"Size": "2"}, physical_ids={}, pseudo={"AWS::Region": "x"})
    (difference,) = compare(made, kinesis())
    assert difference.needed
    assert "not created" in difference.detail


def test_a_resource_that_cannot_be_found_is_a_fault() -> None:
    """A physical id behind which there is nothing is no resource."""

    def gone(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no stream"}}, "DescribeStream")

    clients = {"kinesis": SimpleNamespace(describe_stream_summary=gone)}.__getitem__
    (difference,) = compare(template(), clients)
    assert difference.needed
    assert "no stream" in difference.detail


def test_a_type_nobody_looks_at_is_a_fault() -> None:
    """What cannot be checked is not called good."""
    document = {"Resources": {"Thing": {"Type": "AWS::New::Thing", "Properties": {}}}}
    (difference,) = compare(template(document, Thing="x"), kinesis())
    assert difference.needed


def test_notes_join_what_is_alike() -> None:
    """One line a property, with the resources that lack it."""
    lacking = [
        Difference(logical_id=name, type="AWS::SNS::Topic", property="KmsMasterKeyId", needed=False, detail="")
        for name in ("Alerts", "Operations")
    ]
    assert notes(lacking) == ["KmsMasterKeyId (Alerts, Operations)"]


def test_readers_know_the_properties_they_need() -> None:
    """Every needed property is one its reader reports, or the check would pass over it."""
    for kind, (reader, needs) in comparison.KNOWN.items():
        source = Path(reader.__code__.co_filename).read_text() if needs else ""
        for name in needs or ():
            known = f'"{name}"' in source or kind in ("AWS::Lambda::EventSourceMapping", "AWS::Scheduler::Schedule")
            assert known, f"{kind} {name}"


def test_the_build_is_known_by_all_that_goes_into_it(tmp_path: Path) -> None:
    """Any change of template, code, layers or requirements is a new build; compiled litter is none."""
    for name in ("template.yaml", "functions/a/handler.py", "requirements/functions.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    for directory in ("statemachines", "layers", "training"):
        (tmp_path / directory).mkdir()
    (tmp_path / "requirements/sam.txt").write_text("1")
    before = input_digest(tmp_path)
    (tmp_path / "functions/a/__pycache__").mkdir()
    (tmp_path / "functions/a/__pycache__/handler.pyc").write_text("x")
    assert input_digest(tmp_path) == before
    (tmp_path / "training/train.py").write_text("2")
    assert input_digest(tmp_path) != before


def test_a_failing_sam_says_what_it_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error ends with the end of its output; its own AWS settings and make's are not inherited."""
    program = tmp_path / "sam"
    program.write_text(
        '#!/bin/sh\necho "profile ${AWS_PROFILE:-none} flags ${MAKEFLAGS:-none}"\necho "no such bucket"\nexit 3\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("FRAUDSTREAM_SAM", str(program))
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("MAKEFLAGS", "-j4")
    lines: list[str] = []
    with pytest.raises(DeployError, match=r"sam deploy failed with exit code 3(.|\n)*no such bucket"):
        run_sam(["deploy"], environment={}, on_line=lines.append)
    assert lines == ["profile none flags none", "no such bucket"]


def test_a_missing_sam_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh checkout is told of `make setup`."""
    monkeypatch.setenv("FRAUDSTREAM_SAM", str(tmp_path / "nothing"))
    with pytest.raises(DeployError, match="make setup"):
        run_sam(["build"], environment={})
