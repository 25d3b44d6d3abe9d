"""What `sam deploy` made of a build is kept once and submitted again; what CloudFormation says of a failure is told."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.deployment.samcli import DeployError
from local.deployment.submitted import keep, submit, was_kept

UPLOADED = {"a1": b"layer", "b2": b"function", "c3.template": b"Resources: {}"}


class Buckets:
    """One bucket of S3."""

    meta = SimpleNamespace(endpoint_url="http://127.0.0.1:1")

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = dict(objects)

    def list_objects_v2(self, **_: str) -> dict[str, Any]:
        return {"Contents": [{"Key": key} for key in self.objects]}

    def download_file(self, _: str, key: str, path: str) -> None:
        Path(path).write_bytes(self.objects[key])

    def put_object(self, **asked: Any) -> None:
        self.objects[asked["Key"]] = asked["Body"]


class Stacks:
    """CloudFormation, with the statuses it goes through."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.asked: dict[str, Any] = {}

    def create_stack(self, **asked: Any) -> None:
        self.asked = asked

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": self.statuses.pop(0)}]}

    def describe_stack_events(self, **_: str) -> dict[str, Any]:
        failed = {
            "LogicalResourceId": "Queue",
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": "no key",
        }
        return {"StackEvents": [failed, {"LogicalResourceId": "Topic", "ResourceStatus": "CREATE_COMPLETE"}]}


def test_what_was_uploaded_once_is_uploaded_again_and_submitted_with_the_parameters(tmp_path: Path):
    """The same objects under the same names, the template among them."""
    first, second, stacks = Buckets(UPLOADED), Buckets({}), Stacks("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    assert not was_kept(tmp_path)
    keep(tmp_path, {"s3": first}.__getitem__, "artefacts")
    keep(tmp_path, {"s3": first}.__getitem__, "artefacts")  # a second time there is nothing to do
    assert was_kept(tmp_path)
    submit(
        tmp_path,
        {"s3": second, "cloudformation": stacks}.__getitem__,
        "artefacts",
        stack_name="fraudstream",
        parameters={"LogRetentionDays": "1"},
    )
    assert second.objects == UPLOADED
    assert stacks.asked["TemplateURL"].endswith("/artefacts/c3.template")
    assert stacks.asked["Parameters"] == [{"ParameterKey": "LogRetentionDays", "ParameterValue": "1"}]
    assert [path.name for path in tmp_path.iterdir()] == ["submitted"]


def test_a_stack_that_is_not_created_says_which_resource_failed_and_why(tmp_path: Path):
    """Those that failed, and not those that are well."""
    keep(tmp_path, {"s3": Buckets(UPLOADED)}.__getitem__, "artefacts")
    stacks = Stacks("CREATE_IN_PROGRESS", "CREATE_FAILED")
    with pytest.raises(DeployError, match="Queue: no key") as raised:
        submit(
            tmp_path,
            {"s3": Buckets({}), "cloudformation": stacks}.__getitem__,
            "artefacts",
            stack_name="fraudstream",
            parameters={},
        )
    assert "Topic" not in str(raised.value)
