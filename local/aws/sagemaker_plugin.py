"""SageMaker for the embedded AWS: everything the process ``local.sagemaker`` needs plugged in.

Call :func:`install` before the embedded AWS starts serving; ``FRAUDSTREAM_SAGEMAKER_URL`` names the process.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from local.aws.patch_points import PatchPoint
from local.sagemaker.plugin.events import Events
from local.sagemaker.plugin.forward import Forwarder, Reply
from local.sagemaker.plugin.resources import HANDLERS
from local.sagemaker.plugin.states import AWS_SDK, OPTIMIZED, SCALING_SDK, Integrations

_STATES = "ministack.services.stepfunctions"

SERVICE_PATTERNS = PatchPoint(
    module="ministack.core.router", attribute="SERVICE_PATTERNS", kind="dict", purpose="told of the services' names"
)
SERVICE_HANDLERS = PatchPoint(
    module="ministack.app", attribute="SERVICE_HANDLERS", kind="dict", purpose="given their handler"
)
DETECT_SERVICE = PatchPoint(
    module="ministack.app",
    attribute="detect_service",
    parameters=("method", "path", "headers", "query_params"),
    purpose="replaced: the runtime is told from the control API",
)
SERVICE_DISPATCH = PatchPoint(
    module=_STATES, attribute="_SERVICE_DISPATCH", kind="dict", purpose="given the integrations"
)
EXECUTE_TASK = PatchPoint(
    module=_STATES,
    attribute="_execute_task",
    parameters=("state_def", "raw_input", "execution", "ctx"),
    purpose="replaced: a job must know the execution that waits for it",
)
INVOKE_IN_TIME = PatchPoint(
    module=_STATES,
    attribute="_invoke_resource_with_timeout",
    parameters=("resource", "input_data", "timeout"),
    purpose="replaced: a job is stopped when its task times out",
)
EXECUTION_ERROR = PatchPoint(
    module=_STATES, attribute="_ExecutionError", parameters=("error", "cause"), purpose="raised to fail a task"
)
SERVICE_MODEL = PatchPoint(
    module="ministack.core.responses",
    attribute="_service_model",
    parameters=("service",),
    purpose="gives the API's model, against which parameters are checked",
)
RESOURCE_HANDLERS = PatchPoint(
    module="ministack.services.cloudformation.provisioners",
    attribute="_RESOURCE_HANDLERS",
    kind="dict",
    purpose="given the resource types",
)

PUT_EVENTS = PatchPoint(
    module="ministack.services.eventbridge",
    attribute="_put_events",
    parameters=("data", "allow_aws_source"),
    purpose="given the events of SageMaker",
)

PATCH_POINTS = (
    SERVICE_PATTERNS,
    SERVICE_HANDLERS,
    DETECT_SERVICE,
    SERVICE_DISPATCH,
    EXECUTE_TASK,
    INVOKE_IN_TIME,
    EXECUTION_ERROR,
    SERVICE_MODEL,
    RESOURCE_HANDLERS,
    PUT_EVENTS,
)

_INVOCATION = re.compile(r"/endpoints/[^/]+/invocations")
_PASSED = ("content-type", "accept", "x-amz-target")


def install(_app: Any = None) -> None:
    """Plug SageMaker and Application Auto Scaling into the embedded AWS of this process.

    Raises
    ------
    PatchPointError
        If the embedded AWS is not what this was written for; nothing was changed then.
    """
    for point in PATCH_POINTS:
        point.resolve()
    forwarder, events = Forwarder(), Events(PUT_EVENTS.resolve())

    async def handle(method: str, path: str, headers: dict[str, str], body: Any, _query: dict[str, Any]) -> Reply:
        passed = {k: v for k, v in headers.items() if k in _PASSED or k.startswith("x-amzn-sagemaker-")}
        # The process's control route is not for users of the embedded AWS: only what AWS has gets through.
        wanted = path if _INVOCATION.fullmatch(path) else "/"
        reply = await forwarder.send(method, wanted, passed, body if isinstance(body, bytes) else body.encode())
        if events.concerns(passed.get("x-amz-target"), reply[0]):
            await asyncio.to_thread(events.after, json.loads(reply[2]))
        return reply

    SERVICE_PATTERNS.resolve()["sagemaker"] = {"target_prefixes": ["SageMaker."]}
    SERVICE_PATTERNS.resolve()["application-autoscaling"] = {"target_prefixes": ["AnyScaleFrontendService."]}
    # The runtime has a name of its own, one that botocore does not know: under "sagemaker" the content type
    # of a model's JSON answer would be "corrected" to that of the control API.
    names = ("sagemaker", "application-autoscaling", "runtime.sagemaker")
    SERVICE_HANDLERS.resolve().update(dict.fromkeys(names, handle))
    DETECT_SERVICE.replace(_runtime_first(DETECT_SERVICE.resolve()))
    RESOURCE_HANDLERS.resolve().update(HANDLERS)
    _plug_states(Integrations(EXECUTION_ERROR.resolve(), SERVICE_MODEL.resolve(), events))


def _runtime_first(detect: Any) -> Any:
    def detect_service(method: str, path: str, headers: dict[str, str], query_params: Any) -> str:
        if method == "POST" and _INVOCATION.fullmatch(path):
            return "runtime.sagemaker"
        return str(detect(method, path, headers, query_params))

    return detect_service


def _plug_states(integrations: Integrations) -> None:
    SERVICE_DISPATCH.resolve().update(
        {OPTIMIZED: integrations.optimized, AWS_SDK: integrations.aws_sdk, SCALING_SDK: integrations.aws_sdk}
    )
    execute, invoke_in_time = EXECUTE_TASK.resolve(), INVOKE_IN_TIME.resolve()

    def execute_task(state_def: Any, raw_input: Any, execution: Any, ctx: Any) -> Any:
        integrations.current.execution = execution
        return execute(state_def, raw_input, execution, ctx)

    def invoke_resource_with_timeout(resource: str, input_data: Any, timeout: Any) -> Any:
        # Its own would leave the job running after the time-out, and wait for it on another thread.
        if resource.startswith(OPTIMIZED) and resource.endswith(".sync"):
            return integrations.optimized(resource, input_data, float(timeout))
        return invoke_in_time(resource, input_data, timeout)

    EXECUTE_TASK.replace(execute_task)
    INVOKE_IN_TIME.replace(invoke_resource_with_timeout)
