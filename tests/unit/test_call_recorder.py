"""Who calls what is written down once, as the permission that AWS would ask for."""

import json
from typing import Any

import pytest

from local.aws import call_recorder_plugin as plugin
from local.aws.call_recorder_plugin import Recorder, Request, needs

ARN = "arn:aws:dynamodb:us-east-1:000000000000"


def request(service: str, body: Any = b"", path: str = "/", **headers: str) -> Request:
    """Return a request as it comes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(service=service, region="us-east-1", method="POST", path=path, headers=headers, body=data, query={})


def statements(*texts: str) -> Request:
    """Return a batch of PartiQL statements."""
    body = {"Statements": [{"Statement": text} for text in texts]}
    return request("dynamodb", body, **{"x-amz-target": "DynamoDB_20120810.BatchExecuteStatement"})


def test_a_batch_of_statements_needs_what_each_statement_needs():
    """There is no permission for the batch itself."""
    batch = statements('INSERT INTO "Decisions" VALUE {}', 'UPDATE "Histories" SET a=? WHERE b=?')
    assert list(needs(batch)) == [
        ("dynamodb:PartiQLInsert", f"{ARN}:table/Decisions"),
        ("dynamodb:PartiQLUpdate", f"{ARN}:table/Histories"),
    ]


def test_publishing_a_batch_needs_the_permission_to_publish():
    """On the topic that the body names."""
    body = b"Action=PublishBatch&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A0%3Aalerts"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plugin.PatchPoint, "resolve", lambda _: lambda *_: "sns:PublishBatch")
        assert list(needs(request("sns", body))) == [("sns:Publish", "arn:aws:sns:us-east-1:0:alerts")]


def test_an_endpoint_is_named_by_path_or_body():
    """InvokeEndpoint has it in the path, DescribeEndpoint in the body."""
    arn = "arn:aws:sagemaker:us-east-1:000000000000:endpoint/fraud"
    assert list(needs(request("sagemaker", path="/endpoints/fraud/invocations"))) == [("sagemaker:InvokeEndpoint", arn)]
    described = request("sagemaker", {"EndpointName": "fraud"}, **{"x-amz-target": "SageMaker.DescribeEndpoint"})
    assert list(needs(described)) == [("sagemaker:DescribeEndpoint", arn)]
    package = "arn:aws:sagemaker:us-east-1:000000000000:model-package/fraud/1"
    asked = request("sagemaker", {"ModelPackageName": package}, **{"x-amz-target": "SageMaker.DescribeModelPackage"})
    assert list(needs(asked)) == [("sagemaker:DescribeModelPackage", package)]


def test_the_same_call_is_written_once(tmp_path):
    """A million batches are one line for each caller."""
    recorder = Recorder(tmp_path / "calls.jsonl")
    for caller in ("a", "a", "b"):
        recorder.record(caller, statements('UPDATE "Histories" SET a=?'))
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [line["caller"] for line in lines] == ["a", "b"]
