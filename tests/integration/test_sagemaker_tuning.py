"""Tuning jobs: real training jobs, drawn hyperparameters, and the best of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import Sagemaker, until
from tests.integration.test_sagemaker_states import run, start, task
from tests.integration.test_sagemaker_training import request
from tests.reliability.proof import proves

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

OBJECTIVE = "validation:average_precision"
SCRIPT = """
import argparse, json, os
parser = argparse.ArgumentParser()
for name in ("depth", "rate", "kind", "rounds"):
    parser.add_argument(f"--{name}")
given = parser.parse_args()
print(f"model version=x validation_average_precision={float(given.rate):.6f} rounds={given.rounds}")
"""


def tuning(stack: Sagemaker, name: str, script: str = SCRIPT, *, jobs: int = 3, parallel: int = 2) -> dict[str, Any]:
    """A CreateHyperParameterTuningJob request; the objective is the learning rate itself."""
    training = request(stack, name, script)
    hyperparameters = training.pop("HyperParameters")
    static = {key: value for key, value in hyperparameters.items() if key.startswith("sagemaker_")}
    training["AlgorithmSpecification"]["MetricDefinitions"] = [
        {"Name": OBJECTIVE, "Regex": "validation_average_precision=([0-9.eE+-]+)"}
    ]
    del training["TrainingJobName"]
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "RandomSeed": 7,
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": OBJECTIVE},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": parallel},
            "ParameterRanges": {
                "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "6"}],
                "ContinuousParameterRanges": [
                    {"Name": "rate", "MinValue": "0.01", "MaxValue": "0.3", "ScalingType": "Logarithmic"}
                ],
                "CategoricalParameterRanges": [{"Name": "kind", "Values": ["hist"]}],
            },
        },
        "TrainingJobDefinition": {**training, "StaticHyperParameters": {**static, "rounds": "10"}},
    }


def ended(stack: Sagemaker, name: str) -> dict[str, Any]:
    """The tuning job once it has ended."""
    client = stack.client("sagemaker")

    def over() -> Any:
        job = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        return job if job["HyperParameterTuningJobStatus"] in ("Completed", "Failed", "Stopped") else None

    return until(over)


def test_a_tuning_job_finds_the_best_of_its_training_jobs(sagemaker: Sagemaker) -> None:
    """Every training job ran the script; the best has the highest objective, and its hyperparameters are told."""
    client = sagemaker.client("sagemaker")
    client.create_hyper_parameter_tuning_job(**tuning(sagemaker, "tunes"))
    job = ended(sagemaker, "tunes")
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == job["ObjectiveStatusCounters"]["Succeeded"] == 3
    listed = client.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="tunes", SortBy="FinalObjectiveMetricValue", SortOrder="Descending"
    )["TrainingJobSummaries"]
    values = [trained["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for trained in listed]
    assert values == sorted(values, reverse=True)
    best = job["BestTrainingJob"]
    assert best["TrainingJobName"] == listed[0]["TrainingJobName"]
    assert float(best["TunedHyperParameters"]["rate"]) == pytest.approx(values[0], abs=1e-6)
    trained = client.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert trained["TuningJobArn"] == job["HyperParameterTuningJobArn"]
    assert trained["HyperParameters"].items() >= best["TunedHyperParameters"].items()
    assert trained["HyperParameters"]["_tuning_objective_metric"] == OBJECTIVE
    assert set(best["TunedHyperParameters"]) == {"depth", "rate", "kind"}


def test_the_same_seed_draws_the_same_hyperparameters(sagemaker: Sagemaker) -> None:
    """A search can be repeated."""
    client = sagemaker.client("sagemaker")
    drawn = []
    for name in ("once", "again"):
        client.create_hyper_parameter_tuning_job(**tuning(sagemaker, name, jobs=2))
        ended(sagemaker, name)
        listed = client.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        drawn.append([trained["TunedHyperParameters"] for trained in listed["TrainingJobSummaries"]])
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[0][1]


def test_a_state_machine_waits_for_a_tuning_job(sagemaker: Sagemaker) -> None:
    """`.sync` gives the description with the best job, and a search that cannot succeed fails the task."""
    resource = "sagemaker:createHyperParameterTuningJob.sync"
    execution = run(sagemaker, {"Tune": task(resource, Arguments=tuning(sagemaker, "by-state", jobs=1))})
    assert execution["status"] == "SUCCEEDED", execution
    best = json.loads(execution["output"])["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["MetricName"] == OBJECTIVE

    silent = tuning(sagemaker, "silent", SCRIPT.replace("validation_average_precision", "score"), jobs=1)
    execution = run(sagemaker, {"Tune": task(resource, Arguments=silent)})
    assert (execution["status"], execution["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(execution["cause"])["FailureReason"].startswith("No objective metrics found after running 1")


@proves(faults=[25])
def test_a_failed_training_job_does_not_end_the_search(sagemaker: Sagemaker) -> None:
    """The other jobs go on, and the best is one of them."""
    sagemaker.control("jobs/TrainingJob", {"end": "Failed", "reason": "InternalServerError: away", "times": 1})
    sagemaker.client("sagemaker").create_hyper_parameter_tuning_job(**tuning(sagemaker, "one-down", parallel=1))
    job = ended(sagemaker, "one-down")
    counters = job["TrainingJobStatusCounters"]
    assert (job["HyperParameterTuningJobStatus"], counters["Completed"], counters["NonRetryableError"]) == (
        "Completed", 2, 1,
    )  # fmt: skip
    assert job["BestTrainingJob"]["TrainingJobStatus"] == "Completed"


@proves(faults=[25])
def test_stopping_a_tuning_job_stops_its_training_jobs(sagemaker: Sagemaker) -> None:
    """Nothing goes on running, whether a person or an aborted state machine stopped it."""
    client = sagemaker.client("sagemaker")
    script = "import time; time.sleep(60)"
    client.create_hyper_parameter_tuning_job(**tuning(sagemaker, "halts", script))
    until(lambda: len(client.list_training_jobs(NameContains="halts-")["TrainingJobSummaries"]) == 2)
    client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="halts")
    assert ended(sagemaker, "halts")["TrainingJobStatusCounters"]["Stopped"] == 2

    waiting = tuning(sagemaker, "aborts", script)
    arn = start(sagemaker, {"Tune": task("sagemaker:createHyperParameterTuningJob.sync", Arguments=waiting)})
    until(lambda: client.list_training_jobs(NameContains="aborts-")["TrainingJobSummaries"])
    sagemaker.client("stepfunctions").stop_execution(executionArn=arn)
    assert ended(sagemaker, "aborts")["HyperParameterTuningJobStatus"] == "Stopped"


def test_a_search_that_cannot_run_is_refused(sagemaker: Sagemaker) -> None:
    """Ranges turned round, a hyperparameter both tuned and static, an objective nobody measures."""
    client = sagemaker.client("sagemaker")
    turned = tuning(sagemaker, "turned")
    turned["HyperParameterTuningJobConfig"]["ParameterRanges"]["IntegerParameterRanges"][0]["MinValue"] = "9"
    with pytest.raises(ClientError, match="MinValue of depth is greater"):
        client.create_hyper_parameter_tuning_job(**turned)
    both = tuning(sagemaker, "both")
    both["TrainingJobDefinition"]["StaticHyperParameters"]["depth"] = "3"
    with pytest.raises(ClientError, match="either tuned or static, once: depth"):
        client.create_hyper_parameter_tuning_job(**both)
    unmeasured = tuning(sagemaker, "unmeasured")
    unmeasured["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["MetricName"] = "auc"
    with pytest.raises(ClientError, match="not among the MetricDefinitions"):
        client.create_hyper_parameter_tuning_job(**unmeasured)
