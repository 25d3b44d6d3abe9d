"""What `operate` reads of the registry and the jobs, in the embedded AWS as in the real one."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from fraudstream.adapters.bucket import Bucket
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.decisions_table import DecisionsTable

from operate.explain import command as explain_command
from operate.models.command import listing
from operate.registry import champion, packages
from operate.target import Target
from operate.training_jobs.runs import jobs
from tests.integration.sagemaker_stack import BUCKET, IMAGE, Sagemaker
from tests.samples import NOW_MS, records, transaction
from tests.unit.explain_world import RealModel, packed, trained
from tests.unit.test_pipeline import build

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration


def test_the_registry_is_listed_newest_first_with_what_the_state_machine_noted(sagemaker: Sagemaker) -> None:
    """Before the first model, and after; the pointer marks the one that scores."""
    outputs = {"ModelsBucketName": BUCKET}
    target = Target(name="people", outputs=outputs, client=sagemaker.client, where="the embedded AWS")
    assert not list(packages(target))
    assert not list(jobs(target))
    assert champion(target).model_version == ""
    assert "no model is registered" in listing(target, 5)
    client = sagemaker.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="people")
    assert not list(packages(target))
    evaluation = json.dumps({"challenger": {"all_rows": {"average_precision": 0.75}}})
    address = sagemaker.put("people/evaluation.json", evaluation)
    arns = [
        client.create_model_package(
            ModelPackageGroupName="people",
            ModelApprovalStatus=approval,
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/people/{version}/model.tar.gz"}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            ModelMetrics={"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": address}}},
            CustomerMetadataProperties={"model_version": version, "artefact_sha256": "ab" * 32},
        )["ModelPackageArn"]
        for version, approval in (("v1", "Approved"), ("v2", "Rejected"))
    ]
    sagemaker.client("ssm").put_parameter(
        Name="/people/champion",
        Type="String",
        Value=json.dumps({"model_version": "v1", "model_package_arn": arns[0], "run": "v1"}),
    )
    newest, oldest = packages(target)
    assert (newest.arn, newest.model_version, newest.approval, newest.number) == (arns[1], "v2", "Rejected", 2)
    assert oldest.model_data_url == f"s3://{BUCKET}/people/v1/model.tar.gz"
    assert oldest.properties["artefact_sha256"] == "ab" * 32
    told = listing(target, 5).splitlines()
    assert told[1].split()[:2] == ["2", "v2"]
    assert told[2].split()[:3] == ["*", "1", "v1"]
    assert "0.750" in told[2]


def test_a_decision_is_explained_from_what_the_stack_keeps(
    sagemaker: Sagemaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Item, archive line, registered artefact: the score comes out to the bit, and one that is changed does not."""
    dynamodb, s3, client = (sagemaker.client(service) for service in ("dynamodb", "s3", "sagemaker"))
    dynamodb.create_table(
        TableName="explain-decisions",
        KeySchema=[{"AttributeName": "transaction_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "transaction_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    directory = trained(tmp_path, "run-1")
    pipeline = replace(
        build(),
        scorer=RealModel(directory),
        decisions=DecisionsTable(dynamodb, "explain-decisions", Calls(1)),
        archive=Bucket(s3, BUCKET),
    )
    pipeline.run(records([transaction(n, amount_minor=900 * n) for n in range(1, 6)]), NOW_MS)
    artefact = packed(directory)
    s3.put_object(Bucket=BUCKET, Key="explain/model.tar.gz", Body=artefact)
    client.create_model_package_group(ModelPackageGroupName="explain")
    client.create_model_package(
        ModelPackageGroupName="explain",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/explain/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        CustomerMetadataProperties={"model_version": "run-1", "artefact_sha256": sha256(artefact).hexdigest()},
    )
    outputs = {
        "DecisionsTableName": "explain-decisions",
        "ArchiveBucketName": BUCKET,
        "ModelsBucketName": BUCKET,
    }
    target = Target(name="explain", outputs=outputs, client=sagemaker.client, where="the embedded AWS")
    monkeypatch.setattr(explain_command, "find_target", lambda stack: target)
    assert explain_command.main(["tx-3"]) == 0
    said = capsys.readouterr().out
    assert "equal to the bit" in said
    assert f"archived in s3://{BUCKET}/archive/date=2026-09-21/hour=14/" in said
    s3.put_object(Bucket=BUCKET, Key="explain/model.tar.gz", Body=artefact[:-1] + bytes([artefact[-1] ^ 1]))
    assert explain_command.main(["tx-3"]) == 2
    assert "is not what was registered" in capsys.readouterr().err
    assert explain_command.main(["tx-9"]) == 2
