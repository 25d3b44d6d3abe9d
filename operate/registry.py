"""The model registry of a stack: every version, whether it was approved, and which one scores."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from operate.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """The model that scores, as the state machine verified it; all texts are empty before the first."""

    model_version: str = ""
    model_package_arn: str = ""
    model_data_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One version of the model package group.

    Attributes
    ----------
    model_version
        As decisions name it; empty for a package that the state machine did not make.
    properties
        What the state machine noted: run, schema_hash and more.
    """

    arn: str
    number: int
    created: datetime
    approval: str
    remark: str
    model_data_url: str
    metrics_url: str
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def model_version(self) -> str:
        """Return the version that decisions name."""
        return self.properties.get("model_version", "")


def champion(target: Target) -> Champion:
    """Return what the pointer says."""
    try:
        found = target.client("ssm").get_parameter(Name=f"/{target.name}/champion")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return Champion()
        raise
    value: dict[str, str] = json.loads(found["Parameter"]["Value"])
    return Champion(**{name: value.get(name, "") for name in Champion.__slots__})


def packages(target: Target) -> Iterator[Package]:
    """Yield the versions of the stack's group, the newest first; each is asked for when it is taken."""
    sagemaker = target.client("sagemaker")
    asked = {"ModelPackageGroupName": target.name, "SortBy": "CreationTime", "SortOrder": "Descending"}
    while True:
        try:
            page = sagemaker.list_model_packages(**asked)
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return
            raise
        for summary in page["ModelPackageSummaryList"]:
            yield describe(target, summary["ModelPackageArn"])
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def describe(target: Target, arn: str) -> Package:
    """Return one version."""
    found: dict[str, Any] = target.client("sagemaker").describe_model_package(ModelPackageName=arn)
    containers = found.get("InferenceSpecification", {}).get("Containers", [{}])
    statistics = found.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
    return Package(
        arn=arn,
        number=found.get("ModelPackageVersion", 0),
        created=found["CreationTime"],
        approval=found.get("ModelApprovalStatus", ""),
        remark=found.get("ApprovalDescription", ""),
        model_data_url=containers[0].get("ModelDataUrl", ""),
        metrics_url=statistics.get("S3Uri", ""),
        properties=found.get("CustomerMetadataProperties", {}),
    )
