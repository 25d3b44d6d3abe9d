"""Tuning jobs: real training jobs with drawn hyperparameters, and the best of them.

Random and Bayesian search are both random here: what a state machine needs is the same jobs, counters and best
job, not AWS's optimiser. The draws follow from ``RandomSeed``, or else from the job's name, so a run can be repeated.
"""

from __future__ import annotations

import time
import zlib
from random import Random
from typing import Any

from local.sagemaker.errors import AwsError, JobFailedError, not_done
from local.sagemaker.jobs import Job, Jobs
from local.sagemaker.kinds import TRAINING_JOB, TUNING_JOB
from local.sagemaker.listing import page
from local.sagemaker.records import Record, Records
from local.sagemaker.search import check_ranges, draw

_LOOK_SECONDS = 0.2
_OBJECTIVE = "_tuning_objective_metric"
_COUNTERS = {"TrainingJobStatusCounters": {"Completed": 0, "InProgress": 0, "RetryableError": 0,
                                           "NonRetryableError": 0, "Stopped": 0},
             "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0}}  # fmt: skip
_COUNTED_AS = {"Completed": "Completed", "Failed": "NonRetryableError", "Stopped": "Stopped"}
_FROM_TRAINING = (
    "TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "CreationTime", "TrainingStartTime", "TrainingEndTime",
    "FailureReason",
)  # fmt: skip


def check(params: dict[str, Any]) -> None:
    """Refuse what this search does not do."""
    config = params["HyperParameterTuningJobConfig"]
    if config["Strategy"] not in ("Random", "Bayesian"):
        raise not_done(f"Strategy {config['Strategy']}")
    for unsupported in ("TuningJobCompletionCriteria", "StrategyConfig"):
        if unsupported in config:
            raise not_done(unsupported)
    for unsupported in ("TrainingJobDefinitions", "WarmStartConfig", "Autotune"):
        if unsupported in params:
            raise not_done(unsupported)
    definition = params.get("TrainingJobDefinition")
    if definition is None or "HyperParameterTuningJobObjective" not in config:
        raise not_done("A tuning job without TrainingJobDefinition and HyperParameterTuningJobObjective")
    check_ranges(config.get("ParameterRanges", {}), definition.get("StaticHyperParameters", {}))
    metrics = [metric["Name"] for metric in definition["AlgorithmSpecification"].get("MetricDefinitions", [])]
    if config["HyperParameterTuningJobObjective"]["MetricName"] not in metrics:
        raise not_done("An objective that is not among the MetricDefinitions")


def initial(_params: dict[str, Any]) -> dict[str, Any]:
    """Return what Describe knows of a tuning job before its first training job."""
    return dict(_COUNTERS)


class Tuning:
    """Runs tuning jobs on top of the training jobs."""

    def __init__(self, training: Jobs, records: Records) -> None:
        self._training, self._records = training, records

    def run(self, job: Job) -> None:
        """Start training jobs until the number is reached, so many at a time, and keep the counters and the best."""
        config = job.record["HyperParameterTuningJobConfig"]
        limits = config["ResourceLimits"]
        random = Random(config.get("RandomSeed", zlib.crc32(job.name.encode())))  # noqa: S311 - no secret
        started_at, names = time.monotonic(), []
        while True:
            running = [name for name in names if self._trained(name)["TrainingJobStatus"] in ("InProgress", "Stopping")]
            if time.monotonic() - started_at > limits.get("MaxRuntimeInSeconds", float("inf")):
                job.stop("MaxRuntimeExceeded")
            stopping = bool(job.stopped_because)  # once: what is started below is seen running the next time only
            if stopping:
                self._stop(running)
            elif len(names) < limits["MaxNumberOfTrainingJobs"]:
                for _ in range(min(limits["MaxParallelTrainingJobs"] - len(running),
                                   limits["MaxNumberOfTrainingJobs"] - len(names))):  # fmt: skip
                    names.append(self._start(job, len(names) + 1, random))
            elif not running:
                break
            self._tell(job, names)
            if stopping and not running:
                break
            time.sleep(_LOOK_SECONDS)
        self._tell(job, names)
        if not job.stopped_because and "BestTrainingJob" not in self._records.get(TUNING_JOB, job.name):
            raise JobFailedError(
                f"No objective metrics found after running {len(names)} training jobs. Please ensure that the custom "
                "algorithm is emitting the objective metric as defined by the regular expression provided."
            )

    def list_trained(self, params: dict[str, Any]) -> dict[str, Any]:
        """Answer ListTrainingJobsForHyperParameterTuningJob."""
        tuning = self._records.get(TUNING_JOB, params["HyperParameterTuningJobName"])
        summaries = [self._summary(tuning, name) for name in self._names(tuning)]
        wanted = params.get("StatusEquals")
        summaries = [s for s in summaries if wanted in (None, s["TrainingJobStatus"])]
        keys = {"CreationTime": "CreationTime", "Status": "TrainingJobStatus", "FinalObjectiveMetricValue": ""}
        by = keys.get(params.get("SortBy", "Name"), "TrainingJobName")
        summaries.sort(
            key=lambda s: s[by] if by else s.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value", 0.0),
            reverse=params.get("SortOrder") == "Descending",
        )
        return page("TrainingJobSummaries", summaries, params)

    def _start(self, job: Job, number: int, random: Random) -> str:
        config, definition = job.record["HyperParameterTuningJobConfig"], job.record["TrainingJobDefinition"]
        tuned = draw(config.get("ParameterRanges", {}), random)
        name = f"{job.name}-{number:03d}-{random.getrandbits(32):08x}"  # nosec B311 - a name, no secret
        members = ("AlgorithmSpecification", "RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig",
                   "StoppingCondition", "EnableNetworkIsolation", "Environment", "VpcConfig")  # fmt: skip
        objective = {_OBJECTIVE: config["HyperParameterTuningJobObjective"]["MetricName"]}
        try:
            self._training.create(
                {
                    **{member: definition[member] for member in members if member in definition},
                    "TrainingJobName": name,
                    "HyperParameters": {**definition.get("StaticHyperParameters", {}), **tuned, **objective},
                    "TuningJobArn": job.record["HyperParameterTuningJobArn"],
                    "_tuned": tuned,
                }
            )
        except AwsError as error:
            raise JobFailedError(f"{error.code}: {error.message}") from error
        return name

    def _stop(self, names: list[str]) -> None:
        for name in names:
            if self._trained(name)["TrainingJobStatus"] == "InProgress":
                self._training.stop({"TrainingJobName": name})

    def _tell(self, job: Job, names: list[str]) -> None:
        counters = {member: dict(counts) for member, counts in _COUNTERS.items()}
        best: dict[str, Any] | None = None
        sign = 1 if job.record["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"][
            "Type"] == "Maximize" else -1  # fmt: skip
        for name in names:
            summary = self._summary(job.record, name)
            status = _COUNTED_AS.get(summary["TrainingJobStatus"], "InProgress")
            counters["TrainingJobStatusCounters"][status] += 1
            counters["ObjectiveStatusCounters"][summary["ObjectiveStatus"]] += 1
            if summary["ObjectiveStatus"] == "Succeeded" and (
                best is None or sign * _value(summary) > sign * _value(best)
            ):
                best = summary
        job.change(**counters, BestTrainingJob=best)

    def _names(self, tuning: Record) -> list[str]:
        arn = tuning["HyperParameterTuningJobArn"]
        return [job["TrainingJobName"] for job in self._records.every(TRAINING_JOB) if job.get("TuningJobArn") == arn]

    def _trained(self, name: str) -> Record:
        return self._records.get(TRAINING_JOB, name)

    def _summary(self, tuning: Record, name: str) -> dict[str, Any]:
        trained = self._trained(name)
        objective = tuning["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
        summary = {member: trained[member] for member in _FROM_TRAINING if member in trained}
        summary["TunedHyperParameters"] = trained["_tuned"]
        found = [m for m in trained.get("FinalMetricDataList", []) if m["MetricName"] == objective["MetricName"]]
        if trained["TrainingJobStatus"] in ("InProgress", "Stopping"):
            return {**summary, "ObjectiveStatus": "Pending"}
        if not found or trained["TrainingJobStatus"] == "Failed":
            return {**summary, "ObjectiveStatus": "Failed"}
        metric = {"Type": objective["Type"], "MetricName": objective["MetricName"], "Value": found[0]["Value"]}
        return {**summary, "ObjectiveStatus": "Succeeded", "FinalHyperParameterTuningJobObjectiveMetric": metric}


def _value(summary: dict[str, Any]) -> float:
    return float(summary["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])
