"""The model registry, tags, and the model behind a package."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import IMAGE, ROLE, Sagemaker, waited

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

SCRIPT = "def model_fn(d): return 1\ndef transform_fn(model, body, kind, accept): return body.upper(), accept\n"


def specification(url: str) -> dict[str, object]:
    return {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": url, "Environment": {"SAGEMAKER_PROGRAM": "inference.py"}}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["application/json"],
    }


def test_packages_are_numbered_and_approved(sagemaker: Sagemaker) -> None:
    """Versions count up in their group and never come twice; approval and properties change, the rest stays."""
    client = sagemaker.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="champions", Tags=[{"Key": "team", "Value": "fraud"}])
    with pytest.raises(ClientError, match="Model Package Group already exists"):
        client.create_model_package_group(ModelPackageGroupName="champions")
    url = sagemaker.put_archive("registry/model.tar.gz", {"code/inference.py": SCRIPT})

    def register(**more: object) -> str:
        given = {"ModelPackageGroupName": "champions", "InferenceSpecification": specification(url), **more}
        return client.create_model_package(**given)["ModelPackageArn"]

    first = register(CustomerMetadataProperties={"run": "one", "schema": "abc"})
    assert first == "arn:aws:sagemaker:us-east-1:000000000000:model-package/champions/1"
    package = client.describe_model_package(ModelPackageName=first)
    assert (package["ModelPackageVersion"], package["ModelPackageStatus"]) == (1, "Completed")
    assert package["ModelApprovalStatus"] == "PendingManualApproval"

    client.update_model_package(
        ModelPackageArn=first,
        ModelApprovalStatus="Approved",
        ApprovalDescription="better by 0.02",
        CustomerMetadataProperties={"schema": "def"},
    )
    package = client.describe_model_package(ModelPackageName=first)
    assert (package["ModelApprovalStatus"], package["ApprovalDescription"]) == ("Approved", "better by 0.02")
    assert package["CustomerMetadataProperties"] == {"run": "one", "schema": "def"}
    with pytest.raises(ClientError, match="failed to satisfy constraint: Member must satisfy enum value set"):
        client.update_model_package(ModelPackageArn=first, ModelApprovalStatus="Great")

    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/evaluation.json"}}}
    second = register(ModelApprovalStatus="Approved", ModelMetrics=metrics)
    client.delete_model_package(ModelPackageName=second)
    third = register(ModelApprovalStatus="Rejected")
    assert third.endswith("champions/3")
    listed = client.list_model_packages(
        ModelPackageGroupName="champions", ModelApprovalStatus="Approved", SortOrder="Descending"
    )
    assert [p["ModelPackageArn"] for p in listed["ModelPackageSummaryList"]] == [first]
    with pytest.raises(client.exceptions.ConflictException):
        client.delete_model_package_group(ModelPackageGroupName="champions")


def test_a_registered_package_can_be_served(sagemaker: Sagemaker) -> None:
    """A model made of a package serves the package's artefact with the package's environment."""
    client = sagemaker.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="served")
    url = sagemaker.put_archive("registry/served.tar.gz", {"code/inference.py": SCRIPT})
    package = client.create_model_package(ModelPackageGroupName="served", InferenceSpecification=specification(url))
    container = {"ModelPackageName": package["ModelPackageArn"]}
    client.create_model(ModelName="packaged", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "AllTraffic", "ModelName": "packaged"}
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
    client.create_endpoint_config(
        EndpointConfigName="packaged", ProductionVariants=[{**variant, "ServerlessConfig": serverless}]
    )
    client.create_endpoint(EndpointName="packaged", EndpointConfigName="packaged")
    waited(client, "endpoint_in_service", EndpointName="packaged")
    runtime = sagemaker.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName="packaged", Body="abc", ContentType="text/csv")
    assert answer["Body"].read() == b"ABC"


def test_tags_are_kept_by_arn(sagemaker: Sagemaker) -> None:
    """Tags given at creation and later are listed, and deleted by key."""
    client = sagemaker.client("sagemaker")
    arn = client.create_model_package_group(ModelPackageGroupName="tagged", Tags=[{"Key": "a", "Value": "1"}])
    arn = arn["ModelPackageGroupArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    client.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
