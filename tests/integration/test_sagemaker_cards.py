"""Model cards, the card of a package, and the listings that pruning reads."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import IMAGE, ROLE, Sagemaker
from tests.integration.test_sagemaker_registry import SCRIPT, specification
from tests.integration.test_sagemaker_states import run, task

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

CONTENT = json.dumps({"model_overview": {"model_description": "fraud"}, "intended_uses": {}})


def test_a_card_has_versions_and_a_status(sagemaker: Sagemaker) -> None:
    """New content is a new version, a status is not; old versions stay readable until the card is deleted."""
    client = sagemaker.client("sagemaker")
    client.create_model_card(ModelCardName="carded", Content=CONTENT, ModelCardStatus="Draft")
    with pytest.raises(client.exceptions.ConflictException):
        client.create_model_card(ModelCardName="carded", Content=CONTENT, ModelCardStatus="Draft")
    second = json.dumps({"model_overview": {"model_description": "fraud, again"}})
    client.update_model_card(ModelCardName="carded", Content=second)
    client.update_model_card(ModelCardName="carded", ModelCardStatus="Approved")
    card = client.describe_model_card(ModelCardName="carded")
    assert (card["ModelCardVersion"], card["ModelCardStatus"], card["Content"]) == (2, "Approved", second)
    first = client.describe_model_card(ModelCardName="carded", ModelCardVersion=1)
    assert (first["ModelCardVersion"], first["ModelCardStatus"], first["Content"]) == (1, "Draft", CONTENT)
    versions = client.list_model_card_versions(ModelCardName="carded")["ModelCardVersionSummaryList"]
    assert [version["ModelCardVersion"] for version in versions] == [2, 1]
    listed = client.list_model_cards(NameContains="card", ModelCardStatus="Approved")["ModelCardSummaries"]
    assert [card["ModelCardName"] for card in listed] == ["carded"]
    with pytest.raises(ClientError, match="cannot be updated in one call"):
        client.update_model_card(ModelCardName="carded", Content=second, ModelCardStatus="Draft")
    client.delete_model_card(ModelCardName="carded")
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.describe_model_card(ModelCardName="carded")


def test_content_that_is_no_card_is_refused(sagemaker: Sagemaker) -> None:
    """It must be a JSON object of at most 100,000 characters with the schema's parts."""
    client = sagemaker.client("sagemaker")
    for content in ("no json", "[]", json.dumps({"model_overview": "x" * 100_000})):
        with pytest.raises(ClientError, match=r"JSON object|less than or equal to 100000"):
            client.create_model_card(ModelCardName="refused", Content=content, ModelCardStatus="Draft")
    with pytest.raises(ClientError, match="does not know: overview"):
        client.create_model_card(ModelCardName="refused", Content='{"overview": {}}', ModelCardStatus="Draft")


def test_a_state_machine_can_write_a_card(sagemaker: Sagemaker) -> None:
    """By the aws-sdk integration, whose content is text."""
    given = {
        "ModelCardName": "by-machine",
        "Content": f"{{% $string({CONTENT}) %}}",
        "ModelCardStatus": "PendingReview",
    }
    execution = run(sagemaker, {"Card": task("aws-sdk:sagemaker:createModelCard", Arguments=given)})
    assert execution["status"] == "SUCCEEDED", execution
    card = sagemaker.client("sagemaker").describe_model_card(ModelCardName="by-machine")
    assert json.loads(card["Content"]) == json.loads(CONTENT)


def test_a_package_keeps_its_card_and_metrics(sagemaker: Sagemaker) -> None:
    """What was registered with a version is what Describe shows of it; the card's status can change."""
    client = sagemaker.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="documented")
    url = sagemaker.put_archive("documented/model.tar.gz", {"code/inference.py": SCRIPT})
    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/evaluation.json"}}}
    card = {"ModelCardContent": CONTENT, "ModelCardStatus": "Draft"}
    arn = client.create_model_package(
        ModelPackageGroupName="documented",
        InferenceSpecification=specification(url),
        ModelMetrics=metrics,
        ModelCard=card,
    )["ModelPackageArn"]
    package = client.describe_model_package(ModelPackageName=arn)
    assert (package["ModelCard"], package["ModelMetrics"]) == (card, metrics)
    client.update_model_package(ModelPackageArn=arn, ModelCard={**card, "ModelCardStatus": "Approved"})
    assert client.describe_model_package(ModelPackageName=arn)["ModelCard"]["ModelCardStatus"] == "Approved"


def test_old_configurations_can_be_found_for_pruning(sagemaker: Sagemaker) -> None:
    """By a part of the name, oldest or newest first, before a time, page by page; from a state machine too."""
    client = sagemaker.client("sagemaker")
    url = sagemaker.put_archive("pruned/model.tar.gz", {"code/inference.py": SCRIPT})
    container = {"Image": IMAGE, "ModelDataUrl": url}
    names = [f"pruned-{number}" for number in range(4)]
    for name in names:
        client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.c6i.large"}
        client.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
        )

    def found(**more: object) -> list[str]:
        given = {"NameContains": "pruned", "SortBy": "CreationTime", **more}
        listed = client.list_endpoint_configs(**given)["EndpointConfigs"]
        return [config["EndpointConfigName"] for config in listed]

    assert found(SortOrder="Ascending") == names
    assert found() == names[::-1]  # newest first unless said otherwise
    pages = client.get_paginator("list_models").paginate(
        NameContains="pruned-", SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 3}
    )
    assert [model["ModelName"] for shown in pages for model in shown["Models"]] == names
    third = client.describe_endpoint_config(EndpointConfigName=names[2])["CreationTime"]
    assert found(SortOrder="Ascending", CreationTimeBefore=third) == names[:3]

    given = {"NameContains": "pruned", "CreationTimeAfter": third.isoformat(), "SortOrder": "Ascending"}
    execution = run(sagemaker, {"List": task("aws-sdk:sagemaker:listEndpointConfigs", Arguments=given)})
    listed = json.loads(execution["output"])["EndpointConfigs"]
    assert [config["EndpointConfigName"] for config in listed] == names[2:]
    with pytest.raises(ClientError, match="maxResults"):
        found(MaxResults=101)
