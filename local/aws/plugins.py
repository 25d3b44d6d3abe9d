"""What is replaced in ministack, and by what."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from local.aws.lambda_runtime import Emulator, LambdaRuntime, RuntimeLimits
from local.aws.patch_points import PatchPoint, PatchPointError

_LAMBDA = "ministack.services.lambda_svc"

APP = PatchPoint(
    module="ministack.app", attribute="app", parameters=("scope", "receive", "send"), is_async=True, purpose="served"
)
CALL_SERVICE = PatchPoint(
    module="ministack.app",
    attribute="call_service_handler_sync",
    parameters=("handler", "method", "path", "headers", "body", "query_params", "timeout"),
    purpose="calls CloudWatch Logs from a worker's thread",
)
HANDLE_LOGS = PatchPoint(
    module="ministack.services.cloudwatch_logs",
    attribute="handle_request",
    parameters=("method", "path", "headers", "body", "query_params"),
    is_async=True,
    purpose="receives the functions' log lines",
)
STORE_METRIC = PatchPoint(
    module="ministack.services.cloudwatch",
    attribute="_store_datum",
    parameters=("namespace", "name", "dims", "ts", "unit", "value", "values", "counts", "stat_values"),
    purpose="receives the metrics in the functions' log lines, at the time that these say",
)
EXECUTE = PatchPoint(
    module=_LAMBDA,
    attribute="_execute_function_dispatch",
    parameters=("func", "config", "event", "request_id", "started"),
    purpose="replaced: every invocation passes here, its concurrency already counted",
)
LAYER_ZIP = PatchPoint(
    module=_LAMBDA, attribute="_resolve_layer_zip", parameters=("attachment",), purpose="gives a layer's content"
)
THROTTLE = PatchPoint(
    module=_LAMBDA,
    attribute="_throttle_response",
    parameters=("reason_code", "msg", "retry_after"),
    purpose="words a throttled invocation",
)
POLL_KINESIS = PatchPoint(
    module=_LAMBDA,
    attribute="_poll_kinesis",
    parameters=(),
    purpose="replaced: the stream mapping of local.streams reads the streams",
)

# Modules with an `install()` of their own, and perhaps with `PATCH_POINTS`.
OTHER_PLUGINS = (
    "local.aws.sagemaker_plugin",
    "local.aws.s3_states_plugin",
    "local.aws.nested_states_plugin",
    "local.aws.kinesis_plugin",
    "local.aws.http_api_plugin",
    "local.aws.tokens_plugin",
    "local.aws.cloudfront_plugin",
    "local.aws.scheduler_plugin",
    "local.alarms.base_plugin",
    "local.aws.mail_plugin",
    "local.aws.call_recorder_plugin",  # last: it wraps what the others made
)
PATCH_POINTS = (APP, CALL_SERVICE, HANDLE_LOGS, STORE_METRIC, EXECUTE, LAYER_ZIP, THROTTLE, POLL_KINESIS)


def problems() -> dict[str, str | None]:
    """Every patch point by name, ours and those the other plugins name, with what is wrong with it."""
    found: dict[str, str | None] = {}
    others = (point for plugin in _other_plugins() for point in getattr(plugin, "PATCH_POINTS", ()))
    for point in (*PATCH_POINTS, *others):
        try:
            point.resolve()
            found[point.name] = None
        except PatchPointError as error:
            found[point.name] = str(error)
    return found


def install(
    *, state: Path, logs: Path, runtime_python: Path, endpoint_url: str, limits: RuntimeLimits
) -> LambdaRuntime:
    """Put our parts into ministack, before it serves.

    Raises
    ------
    PatchPointError
        If any place is not as expected; nothing was changed then.
    """
    wrong = [problem for problem in problems().values() if problem]
    if wrong:
        raise PatchPointError("; ".join(wrong))
    call_service, handle_logs, store_metric = CALL_SERVICE.resolve(), HANDLE_LOGS.resolve(), STORE_METRIC.resolve()

    def logs_call(action: str, request: dict[str, object]) -> tuple[int, bytes]:
        headers = {"x-amz-target": f"Logs_20140328.{action}"}
        status, _, body = call_service(handle_logs, "POST", "/", headers, json.dumps(request).encode(), {})
        return status, body

    runtime = LambdaRuntime(
        state=state,
        logs=logs,
        python=runtime_python,
        endpoint_url=endpoint_url,
        emulator=Emulator(
            layer_zip=LAYER_ZIP.resolve(),
            throttled=THROTTLE.resolve(),
            logs_call=logs_call,
            record_metric=lambda datum: store_metric(
                datum.namespace,
                datum.name,
                datum.dimensions,
                datum.timestamp_ms / 1000,
                datum.unit,
                datum.value,
                None,
                None,
                None,
            ),
        ),
        limits=limits,
    )
    EXECUTE.replace(runtime.execute)
    POLL_KINESIS.replace(lambda: False)
    for plugin in _other_plugins():
        plugin.install()
    return runtime


def _other_plugins() -> list[Any]:
    return [importlib.import_module(name) for name in OTHER_PLUGINS]
