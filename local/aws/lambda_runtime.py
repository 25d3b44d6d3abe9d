"""Runs deployed functions as Lambda does, in place of ministack's own executors.

Every invocation, whether through the Invoke API, Step Functions, a custom resource, an event or API Gateway,
passes through one function of ministack on a thread of its own; `LambdaRuntime.execute` takes its place. So a
running function may call the embedded AWS.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws.artefacts import Artefacts
from local.aws.environment_pool import EnvironmentPool, PoolExhaustedError
from local.aws.execution_environment import ExecutionEnvironment, Invocation, Outcome
from local.aws.function_log import FunctionLog, LogsCall, LogShipper, MetricCall
from local.aws.function_spec import FunctionSpec, UnsupportedFunctionError
from local.aws.worker import Worker, WorkerSetup

_logger = logging.getLogger("fraudstream.lambda")
_LOG_TAIL_BYTES = 4_096

Result = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeLimits:
    """What a laptop allows where Lambda has an account's limits."""

    environments_per_function: int = 10
    wait_for_environment_seconds: float = 10.0
    keep_idle_seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """What the runtime needs of the emulator around it."""

    layer_zip: Callable[[str], bytes | None]
    throttled: Callable[[str, str], Result]
    logs_call: LogsCall
    record_metric: MetricCall


class LambdaRuntime:
    """All execution environments of this process.

    Parameters
    ----------
    state
        Directory for unpacked artefacts and scratch files.
    logs
        Directory for log files, one a stream.
    python
        Interpreter of the virtual environment with AWS's runtime client.
    endpoint_url
        The embedded AWS, for the functions' own calls.
    """

    def __init__(
        self,
        *,
        state: Path,
        logs: Path,
        python: Path,
        endpoint_url: str,
        emulator: Emulator,
        limits: RuntimeLimits,
    ) -> None:
        # Never closed: the writing end closes with this process, and then no worker survives.
        lifeline_fd, self._lifeline_writer = os.pipe()
        self._setup = WorkerSetup(python=python, endpoint_url=endpoint_url, state=state, lifeline_fd=lifeline_fd)
        self._emulator = emulator
        self._logs = logs
        self._artefacts = Artefacts(state / "artefacts")
        self._shipper = LogShipper(emulator.logs_call, emulator.record_metric)
        self._pool = EnvironmentPool(
            limit=limits.environments_per_function,
            wait_seconds=limits.wait_for_environment_seconds,
            idle_seconds=limits.keep_idle_seconds,
        )

    def execute(
        self, func: Mapping[str, Any], config: Mapping[str, Any], event: object, request_id: str, started: float
    ) -> Result:
        """Run one invocation; the signature and the result are ministack's.

        The result has ``body`` (the function's answer, or an error with ``errorType`` and ``errorMessage``),
        ``error`` if it is one, and ``log``.
        """
        del started  # the duration that counts is the function's
        try:
            spec = FunctionSpec.from_config(config)
            invocation = Invocation(
                request_id=request_id,
                function_arn=config["FunctionArn"],
                event=json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(),
            )
            with self._pool.environment(spec, lambda: self._start(spec, func.get("code_zip"))) as environment:
                outcome = environment.invoke(invocation)
                self._shipper.ship(environment.log, outcome.log)
        except PoolExhaustedError as error:
            return self._emulator.throttled("ConcurrentInvocationLimitExceeded", f"Rate Exceeded: {error}")
        except UnsupportedFunctionError as error:
            return _refusal("Runtime.InvalidRuntime", error)
        except Exception as error:
            _logger.exception("cannot run %s", config.get("FunctionName"))
            return _refusal("Sandbox.Failure", error)
        return _result(outcome)

    def close(self) -> None:
        """End every idle worker and bring the last log lines."""
        self._pool.close()
        self._shipper.close(timeout_seconds=1.0)

    def _start(self, spec: FunctionSpec, code_zip: bytes | None) -> ExecutionEnvironment:
        if not code_zip:
            raise UnsupportedFunctionError(f"{spec.name} has no code")
        layers = [(arn, self._layer(arn)) for arn in spec.layer_arns]
        task_root = self._artefacts.code(spec.name, code_zip)
        layers_root = self._artefacts.layers(layers)
        log = FunctionLog(self._logs, spec)
        worker = Worker(spec, self._setup, task_root=task_root, layers_root=layers_root, log=log)
        return ExecutionEnvironment(spec, worker, log)

    def _layer(self, arn: str) -> bytes:
        blob = self._emulator.layer_zip(arn)
        if blob is None:
            raise UnsupportedFunctionError(f"layer {arn} does not exist")
        return blob


def _result(outcome: Outcome) -> Result:
    body = json.loads(outcome.payload) if outcome.payload else None
    tail = outcome.log.encode()[-_LOG_TAIL_BYTES:].decode(errors="ignore")
    if not outcome.failed:
        return {"body": body, "log": tail}
    if not isinstance(body, dict):
        body = {"errorType": "Runtime.Unknown", "errorMessage": json.dumps(body)}
    return {"body": body, "error": True, "function_error": "Unhandled", "log": tail}


def _refusal(error_type: str, error: Exception) -> Result:
    body = {"errorType": error_type, "errorMessage": str(error)}
    return {"body": body, "error": True, "function_error": "Unhandled", "log": ""}
