"""The model registry of a stack: every version, whether it was approved, and which one scores."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError


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
    why
        Why it was registered.
    modified
        When its approval was last changed; None if it never was.
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
    why: str = ""
    modified: datetime | None = None
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def model_version(self) -> str:
        """Return the version that decisions name."""
        return self.properties.get("model_version", "")


def champion(ssm: Any, parameter: str) -> Champion:
    """Return what the pointer says."""
    try:
        found = ssm.get_parameter(Name=parameter)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return Champion()
        raise
    return read_pointer(found["Parameter"]["Value"])


def read_pointer(text: str) -> Champion:
    """Return what a value of the pointer says."""
    value: dict[str, str] = json.loads(text)
    names: Sequence[str] = Champion.__slots__
    return Champion(**{name: value.get(name, "") for name in names})


def packages(sagemaker: Any, group: str) -> Iterator[Package]:
    """Yield the versions of a group, the newest first; each is asked for when it is taken."""
    for summary in summaries(sagemaker, group):
        yield describe(sagemaker, summary["ModelPackageArn"])


def summaries(sagemaker: Any, group: str, page_size: int = 10) -> Iterator[dict[str, Any]]:
    """Yield what a list says of the versions, the newest first: ARN, approval and little more."""
    asked = {
        "ModelPackageGroupName": group,
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
        "MaxResults": page_size,
    }
    while True:
        try:
            page = sagemaker.list_model_packages(**asked)
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return
            raise
        yield from page["ModelPackageSummaryList"]
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def describe(sagemaker: Any, arn: str) -> Package:
    """Return one version."""
    found: dict[str, Any] = sagemaker.describe_model_package(ModelPackageName=arn)
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
        why=found.get("ModelPackageDescription", ""),
        modified=found.get("LastModifiedTime"),
        properties=found.get("CustomerMetadataProperties", {}),
    )
