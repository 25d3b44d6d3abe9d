"""What was trained: the stack's training jobs, and what became of each in the registry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from operate.registry import Package, champion, packages
from operate.table import figure, table
from operate.target import Target

_HEAD = ("", "training job", "began (UTC)", "status", "s", "run", "validation AP", "registered", "hyperparameters")
_OURS = ("sagemaker_", "model_version")
METRIC = "validation:average_precision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One training job.

    Attributes
    ----------
    run
        Whose data it learned from, by its tag or its channels.
    hyperparameters
        Those that were given; `train.py` has defaults for the others.
    """

    name: str
    began: datetime
    status: str
    seconds: int | None
    run: str
    model_version: str
    model_data_url: str
    hyperparameters: dict[str, str]
    metrics: dict[str, float]


def jobs(target: Target) -> Iterator[Job]:
    """Yield the stack's training jobs, the newest first; each is asked for when it is taken."""
    sagemaker = target.client("sagemaker")
    asked = {"NameContains": target.name, "SortBy": "CreationTime", "SortOrder": "Descending"}
    while True:
        page = sagemaker.list_training_jobs(**asked)
        for summary in page["TrainingJobSummaries"]:
            if summary["TrainingJobName"].startswith(f"{target.name}-"):
                yield job_of(sagemaker.describe_training_job(TrainingJobName=summary["TrainingJobName"]))
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def job_of(told: dict[str, Any]) -> Job:
    """Return a job as its description tells it."""
    given = {name: value.strip('"') for name, value in told.get("HyperParameters", {}).items()}
    return Job(
        name=told["TrainingJobName"],
        began=told["CreationTime"],
        status=told["TrainingJobStatus"],
        seconds=told.get("TrainingTimeInSeconds"),
        run=_run(told.get("InputDataConfig", [])),
        model_version=given.get("model_version", ""),
        model_data_url=told.get("ModelArtifacts", {}).get("S3ModelArtifacts", ""),
        hyperparameters={name: value for name, value in given.items() if not name.startswith(_OURS)},
        metrics={metric["MetricName"]: metric["Value"] for metric in told.get("FinalMetricDataList", [])},
    )


def listing(target: Target, found: list[Job]) -> str:
    """Return a table of jobs; an asterisk marks the one whose model scores."""
    if not found:
        return f"{target.name} has trained nothing yet. `make retrain` does, or `launch` once a run has prepared data."
    registered = {package.model_data_url: package for package in _registered(target)}
    current = champion(target).model_data_url
    return table(_HEAD, [_row(job, registered.get(job.model_data_url), current) for job in found])


def newest_run(s3: Any, bucket: str) -> str | None:
    """Return the run whose data was prepared last, or None."""
    newest: tuple[datetime, str] | None = None
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="runs/"):
        for entry in page.get("Contents", ()):
            _, run, *rest = entry["Key"].split("/")
            if rest[:2] == ["data", "train"] and (newest is None or entry["LastModified"] > newest[0]):
                newest = (entry["LastModified"], run)
    return newest[1] if newest else None


def _registered(target: Target) -> Iterator[Package]:
    try:
        yield from packages(target)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":  # who may train need not see the registry
            raise


def _row(job: Job, package: Package | None, current: str) -> tuple[str, ...]:
    return (
        "*" if job.model_data_url and job.model_data_url == current else "",
        job.name,
        f"{job.began:%Y-%m-%d %H:%M}",
        job.status,
        str(job.seconds) if job.seconds is not None else "-",
        job.run or "-",
        figure(job.metrics.get(METRIC)),
        f"{package.number} {package.approval}" if package else "-",
        " ".join(f"{name}={value}" for name, value in sorted(job.hyperparameters.items())) or "(defaults)",
    )


def _run(channels: list[dict[str, Any]]) -> str:
    for channel in channels:
        address = channel.get("DataSource", {}).get("S3DataSource", {}).get("S3Uri", "")
        _, found, rest = address.partition("/runs/")
        if found:
            return str(rest.partition("/")[0])
    return ""
