"""Step Functions' SageMaker integrations: optimized, ``.sync``, and ``aws-sdk``.

Everything here runs on the thread of an execution, never on the event loop.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.validate import ParamValidator  # part of the embedded AWS's own environment

from local.sagemaker.plugin.events import Events
from local.sagemaker.plugin.forward import call

OPTIMIZED = "arn:aws:states:::sagemaker:"
AWS_SDK = "arn:aws:states:::aws-sdk:sagemaker:"
SCALING_SDK = "arn:aws:states:::aws-sdk:applicationautoscaling:"
_OPTIMIZED_ACTIONS = (
    "createTrainingJob", "createProcessingJob", "createTransformJob", "createHyperParameterTuningJob",
    "createModel", "createEndpointConfig", "createEndpoint", "updateEndpoint",
)  # fmt: skip
_FIRST_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 0.1, 1.0
_TARGET_PREFIX = {"SageMaker": "SageMaker", "ApplicationAutoScaling": "AnyScaleFrontendService"}
_BOTO_NAME = {"SageMaker": "sagemaker", "ApplicationAutoScaling": "application-autoscaling"}


class Integrations:
    """Does what a Task with a SageMaker resource asks for.

    Parameters
    ----------
    execution_error
        What fails a task, made from an error name and a cause.
    service_model
        botocore's model of a service by name: Step Functions refuses parameters that the API lacks, and so
        must we, or a misspelt member is only found on AWS.
    events
        Told of calls that make an event.
    """

    def __init__(self, execution_error: Callable[[str, str], Exception], service_model: Any, events: Events) -> None:
        self._error, self._service_model, self._events = execution_error, service_model, events
        self.current = threading.local()  # the execution whose task runs on this thread

    def optimized(self, resource: str, params: dict[str, Any], timeout_seconds: float | None = None) -> Any:
        """Do ``sagemaker:createX`` or its ``.sync``; times in the answer are epoch milliseconds."""
        action, _, pattern = resource.removeprefix(OPTIMIZED).partition(".")
        if action not in _OPTIMIZED_ACTIONS or pattern not in ("", "sync") or (pattern and "Job" not in action):
            raise self._error("States.Runtime", f"{resource} is no service integration of Step Functions.")
        answer = self._call("SageMaker", action, params, _optimized_error)
        if pattern == "sync":
            return self._job_done(action.removeprefix("create"), params, timeout_seconds)
        return _with_times(answer, lambda seconds: round(seconds * 1000))

    def aws_sdk(self, resource: str, params: dict[str, Any]) -> Any:
        """Do ``aws-sdk:sagemaker:x``; times in the answer are ISO 8601."""
        service = "SageMaker" if resource.startswith(AWS_SDK) else "ApplicationAutoScaling"
        action = resource.rpartition(":")[2]
        return _with_times(self._call(service, action, params, lambda code: _sdk_error(service, code)), _iso)

    def _job_done(self, kind: str, params: dict[str, Any], timeout_seconds: float | None) -> Any:
        """Wait for the job; stop it, as Step Functions does, when the task times out or is aborted."""
        name = {f"{kind}Name": params[f"{kind}Name"]}
        deadline = time.monotonic() + (timeout_seconds or float("inf"))
        execution = getattr(self.current, "execution", None) or {"status": "RUNNING"}
        pause = _FIRST_LOOK_SECONDS
        while True:
            answer = self._call("SageMaker", f"describe{kind}", name, _optimized_error)
            job = _with_times(answer, lambda seconds: round(seconds * 1000))
            status = job[f"{kind}Status"]
            if status == "Completed":
                return job
            if status in ("Failed", "Stopped"):
                raise self._error("States.TaskFailed", json.dumps(job))
            if execution["status"] != "RUNNING":
                call(f"SageMaker.Stop{kind}", name)
                return job
            if time.monotonic() > deadline:
                call(f"SageMaker.Stop{kind}", name)
                raise self._error("States.Timeout", f"Task timed out after {timeout_seconds} seconds")
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK_SECONDS)

    def _call(self, service: str, action: str, params: Any, error_name: Any) -> dict[str, Any]:
        operation = action[:1].upper() + action[1:]
        params = _whole(params)
        self._refuse_unknown(service, operation, params)
        target = f"{_TARGET_PREFIX[service]}.{operation}"
        status, answer = call(target, params)
        if status >= 400:
            raise self._error(error_name(answer["__type"]), answer["message"])
        if self._events.concerns(target, status):
            self._events.after(answer)
        return answer

    def _refuse_unknown(self, service: str, operation: str, params: Any) -> None:
        model = self._service_model(_BOTO_NAME[service])
        if operation not in model.operation_names:
            raise self._error("States.Runtime", f"{service} has no operation {operation}.")
        report = ParamValidator().validate(params, model.operation_model(operation).input_shape)
        if report.has_errors():
            raise self._error("States.Runtime", f"{operation}: {report.generate_report()}")


def _optimized_error(code: str) -> str:
    return f"SageMaker.{_java_name(code, 'AmazonSageMakerException')}"


def _sdk_error(service: str, code: str) -> str:
    return f"{service}.{_java_name(code, f'{service}Exception')}"


def _java_name(code: str, other: str) -> str:
    """Return the class AWS's Java SDK throws: its modelled errors by name, all others as the service's own."""
    modelled = ("ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound", "Conflict", "ObjectNotFound")
    name = code.removesuffix("Exception")
    return f"{name}Exception" if name in modelled else other


def _whole(value: Any) -> Any:
    """Return the value with whole numbers as integers: JSONata knows one kind of number only."""
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _with_times(value: Any, convert: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _with_times(item, convert, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_times(item, convert) for item in value]
    if isinstance(value, float) and key.endswith(("Time", "Timestamp")):
        return convert(value)
    return value


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
