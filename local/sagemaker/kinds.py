"""The kinds of resource, and how AWS words their absence and their double."""

from __future__ import annotations

from dataclasses import dataclass

_JOB_TAKEN = "Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of resource of the control API.

    ``name`` begins its members (``TrainingJobName``, ``TrainingJobArn``); ``missing`` and ``taken`` are
    AWS's messages; ``listed`` are the members a List answer shows beside name, ARN, times and status.
    """

    name: str
    arn_part: str
    list_key: str
    missing: str
    taken: str
    taken_code: str = "ValidationException"
    missing_code: str = "ValidationException"
    newest_first: bool = True
    listed: tuple[str, ...] = ()

    @property
    def status_key(self) -> str:
        """The member that holds the status."""
        return f"{self.name}Status"


def _thing(name: str, arn_part: str, words: str, list_key: str, listed: tuple[str, ...] = ()) -> Kind:
    return Kind(
        name=name,
        arn_part=arn_part,
        list_key=list_key,
        missing=f'Could not find {words} "{{arn}}".',
        taken=f'Cannot create already existing {words} "{{arn}}".',
        listed=listed,
    )


def _job(name: str, arn_part: str, missing: str, taken: str, listed: tuple[str, ...]) -> Kind:
    return Kind(
        name=name,
        arn_part=arn_part,
        list_key=f"{name}Summaries",
        missing=missing,
        taken=taken,
        taken_code="ResourceInUse",
        newest_first=False,
        listed=listed,
    )


TRAINING_JOB = _job(
    "TrainingJob",
    "training-job",
    "Requested resource not found.",
    "Training job names must be unique within an AWS account and region, "
    "and a training job with this name already exists ({arn})",
    ("TrainingEndTime",),
)
PROCESSING_JOB = _job(
    "ProcessingJob",
    "processing-job",
    "Could not find requested job with name: {name}",
    _JOB_TAKEN,
    ("ProcessingEndTime", "FailureReason"),
)
TRANSFORM_JOB = _job(
    "TransformJob",
    "transform-job",
    "Could not find requested job with name: {name}",
    _JOB_TAKEN,
    ("TransformEndTime", "FailureReason"),
)
TUNING_JOB = _job(
    "HyperParameterTuningJob",
    "hyper-parameter-tuning-job",
    "Amazon SageMaker can't find a tuning job with the name {name}.",
    "Hyper parameter tuning job names must be unique within an AWS account and region, "
    "and a tuning job with this name already exists ({arn})",
    ("HyperParameterTuningEndTime", "TrainingJobStatusCounters", "ObjectiveStatusCounters"),
)
MODEL = _thing("Model", "model", "model", "Models")
ENDPOINT_CONFIG = _thing("EndpointConfig", "endpoint-config", "endpoint configuration", "EndpointConfigs")
ENDPOINT = _thing("Endpoint", "endpoint", "endpoint", "Endpoints")
PACKAGE_GROUP = Kind(
    name="ModelPackageGroup",
    arn_part="model-package-group",
    list_key="ModelPackageGroupSummaryList",
    missing="ModelPackageGroup {arn} does not exist.",
    taken="Model Package Group already exists: {arn}",
    newest_first=False,
    listed=("ModelPackageGroupDescription",),
)
PACKAGE = Kind(
    name="ModelPackage",
    arn_part="model-package",
    list_key="ModelPackageSummaryList",
    missing="ModelPackage {arn} does not exist.",
    taken="Model Package already exists: {arn}",
    newest_first=False,
    listed=("ModelPackageGroupName", "ModelPackageVersion", "ModelPackageDescription", "ModelApprovalStatus"),
)
MODEL_CARD = Kind(
    name="ModelCard",
    arn_part="model-card",
    list_key="ModelCardSummaries",
    missing="ModelCard {arn} does not exist.",
    missing_code="ResourceNotFound",
    taken="ModelCard {arn} already exists.",
    taken_code="ConflictException",
)
