"""Step Functions with SageMaker: ``.sync`` jobs, the optimized calls, and ``aws-sdk``."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import pytest

from tests.integration.sagemaker_stack import IMAGE, ROLE, Sagemaker, until
from tests.integration.test_sagemaker_endpoints import INFERENCE, ask
from tests.integration.test_sagemaker_training import SCRIPT, ended, request

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

_numbers = itertools.count()


def start(stack: Sagemaker, states: dict[str, Any], *, language: str = "JSONata", given: Any = None) -> str:
    """Start an execution of a machine whose first state is the first given; its ARN."""
    client = stack.client("stepfunctions")
    definition = {"QueryLanguage": language, "StartAt": next(iter(states)), "States": states}
    machine = client.create_state_machine(
        name=f"machine-{next(_numbers)}-{time.time_ns()}", definition=json.dumps(definition), roleArn=ROLE
    )
    return client.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(given or {}))[
        "executionArn"
    ]


def run(stack: Sagemaker, states: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The execution of a machine once it has ended."""
    client, arn = stack.client("stepfunctions"), start(stack, states, **more)
    return until(lambda: (e := client.describe_execution(executionArn=arn))["status"] != "RUNNING" and e, seconds=30)


def task(resource: str, **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True, **more}


def test_a_jsonata_task_waits_for_the_job(sagemaker: Sagemaker) -> None:
    """The result is the job's description, in its own member names, times in epoch milliseconds."""
    job = request(sagemaker, "waits", SCRIPT)
    job["TrainingJobName"] = "{% $states.input.name %}"
    before = time.time()
    execution = run(
        sagemaker, {"Train": task("sagemaker:createTrainingJob.sync", Arguments=job)}, given={"name": "waits"}
    )
    assert execution["status"] == "SUCCEEDED", execution
    output = json.loads(execution["output"])
    assert (output["TrainingJobName"], output["TrainingJobStatus"]) == ("waits", "Completed")
    assert output["ModelArtifacts"]["S3ModelArtifacts"].endswith("/waits/output/model.tar.gz")
    assert before * 1000 - 1 <= output["CreationTime"] <= time.time() * 1000
    assert isinstance(output["CreationTime"], int)


def test_a_jsonpath_task_waits_for_the_job(sagemaker: Sagemaker) -> None:
    """Parameters and ResultPath work as with any other task."""
    job = request(sagemaker, "unnamed", SCRIPT)
    del job["TrainingJobName"]
    parameters = {**job, "TrainingJobName.$": "$.name"}
    state = task("sagemaker:createTrainingJob.sync", Parameters=parameters, ResultPath="$.job")
    execution = run(sagemaker, {"Train": state}, language="JSONPath", given={"name": "by-path"})
    output = json.loads(execution["output"])
    assert (output["name"], output["job"]["TrainingJobStatus"]) == ("by-path", "Completed")


def test_a_failed_job_fails_the_task_with_its_description(sagemaker: Sagemaker) -> None:
    """The error is States.TaskFailed and the cause the whole description, so that a catcher can read the reason."""
    job = request(sagemaker, "fails-task", "raise SystemExit('bad data')")
    caught = {"Type": "Pass", "Output": "{% $parse($states.input.Cause).FailureReason %}", "End": True}
    state = task("sagemaker:createTrainingJob.sync", Arguments=job)
    del state["End"]
    state |= {"Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Told"}], "Next": "Told"}
    execution = run(sagemaker, {"Train": state, "Told": caught})
    assert json.loads(execution["output"]) == "AlgorithmError: bad data, exit code: 1"

    again = run(sagemaker, {"Train": task("sagemaker:createTrainingJob.sync", Arguments=job)})
    assert (again["status"], again["error"]) == ("FAILED", "SageMaker.ResourceInUseException")


def test_a_task_that_times_out_stops_its_job(sagemaker: Sagemaker) -> None:
    """States.Timeout leaves no orphan: the job ends Stopped."""
    job = request(sagemaker, "orphan", "import time; time.sleep(60)")
    state = task("sagemaker:createTrainingJob.sync", Arguments=job, TimeoutSeconds=2)
    execution = run(sagemaker, {"Train": state})
    assert (execution["status"], execution["error"]) == ("FAILED", "States.Timeout")
    assert ended(sagemaker, "orphan")["SecondaryStatus"] == "Stopped"


def test_an_aborted_execution_stops_its_job(sagemaker: Sagemaker) -> None:
    """StopExecution ends the job of its current state, and the execution stays aborted."""
    job = request(sagemaker, "aborted", "import time; time.sleep(60)")
    arn = start(sagemaker, {"Train": task("sagemaker:createTrainingJob.sync", Arguments=job)})
    client, states = sagemaker.client("sagemaker"), sagemaker.client("stepfunctions")
    until(lambda: client.list_training_jobs(NameContains="aborted")["TrainingJobSummaries"])
    states.stop_execution(executionArn=arn)
    assert ended(sagemaker, "aborted")["TrainingJobStatus"] == "Stopped"
    time.sleep(0.5)
    assert states.describe_execution(executionArn=arn)["status"] == "ABORTED"


def test_parameters_the_api_lacks_are_refused(sagemaker: Sagemaker) -> None:
    """A misspelt or missing member fails the task here, not first on AWS."""
    for arguments in ({"ModelNam": "x"}, {}):
        for resource in ("sagemaker:createModel", "aws-sdk:sagemaker:createModel"):
            execution = run(sagemaker, {"Create": task(resource, Arguments=arguments)})
            assert (execution["status"], execution["error"]) == ("FAILED", "States.Runtime")
            assert "ModelName" in execution["cause"]
    execution = run(sagemaker, {"Create": task("sagemaker:createEndpoint.sync", Arguments={})})
    assert "is no service integration of Step Functions" in execution["cause"]


def test_a_model_is_deployed_by_tasks_alone(sagemaker: Sagemaker) -> None:
    """Model, configuration and endpoint by optimized calls; polling by aws-sdk until it is in service."""
    url = sagemaker.put_archive("states/model.tar.gz", {"code/inference.py": INFERENCE.replace("FACTOR", "4.0")})
    arn = "arn:aws:states:::"

    def step(resource: str, arguments: dict[str, Any], following: str, **more: Any) -> dict[str, Any]:
        return {"Type": "Task", "Resource": arn + resource, "Arguments": arguments, "Next": following, **more}

    container = {"Image": IMAGE, "ModelDataUrl": url}
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    variant = {"VariantName": "AllTraffic", "ModelName": "by-states", "ServerlessConfig": serverless}
    endpoint = {"EndpointName": "by-states"}
    ready = {"Condition": "{% $states.input.EndpointStatus = 'InService' %}", "Next": "Ready"}
    execution = run(
        sagemaker,
        {
            "Look": step(
                "aws-sdk:sagemaker:describeEndpoint",
                endpoint,
                "Ready",
                Catch=[{"ErrorEquals": ["SageMaker.SageMakerException"], "Next": "Model"}],
            ),
            "Model": step(
                "sagemaker:createModel",
                {"ModelName": "by-states", "PrimaryContainer": container, "ExecutionRoleArn": ROLE},
                "Configuration",
            ),
            "Configuration": step(
                "sagemaker:createEndpointConfig",
                {"EndpointConfigName": "by-states", "ProductionVariants": [variant]},
                "Endpoint",
            ),
            "Endpoint": step("sagemaker:createEndpoint", {**endpoint, "EndpointConfigName": "by-states"}, "Wait"),
            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Poll"},
            "Poll": step("aws-sdk:sagemaker:describeEndpoint", endpoint, "Choose"),
            "Choose": {"Type": "Choice", "Choices": [ready], "Default": "Wait"},
            "Ready": {"Type": "Succeed"},
        },
    )
    assert execution["status"] == "SUCCEEDED", execution
    output = json.loads(execution["output"])
    assert output["EndpointConfigName"] == "by-states"
    assert output["CreationTime"].endswith("Z")
    assert ask(sagemaker, "by-states", "2") == "8.0"


def test_a_processing_job_can_be_waited_for(sagemaker: Sagemaker) -> None:
    """The same holds for processing jobs, whose failure is the task's failure."""
    from tests.integration.test_sagemaker_processing import SCRIPT as PREPARE
    from tests.integration.test_sagemaker_processing import request as processing

    state = task("sagemaker:createProcessingJob.sync", Arguments=processing(sagemaker, "sync-prepare", PREPARE))
    execution = run(sagemaker, {"Prepare": state})
    assert json.loads(execution["output"])["ProcessingJobStatus"] == "Completed"
