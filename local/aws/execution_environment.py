"""One worker which runs one version of one function, one event at a time, and what it says about it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from local.aws.function_log import FunctionLog
from local.aws.function_spec import FunctionSpec
from local.aws.platform_log import Usage, end_lines, start_lines, utc_now
from local.aws.runtime_api import RuntimeRequest
from local.aws.worker import Worker, WorkerError, WorkerTimedOutError

MAX_RESPONSE_BYTES = 6_291_556
_INIT_SECONDS = 10.0  # what Lambda allows before the first event
_WAKE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One event on its way to a function; ``event`` is its JSON."""

    request_id: str
    function_arn: str
    event: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an invocation ended with: the function's JSON or the error's, and the log written meanwhile."""

    payload: bytes
    failed: bool
    log: str


class ExecutionEnvironment:
    """A worker with its log stream; cold until its first invocation.

    Parameters
    ----------
    spec
        What it runs.
    worker
        The process, just started; closed with the environment.
    log
        Its log stream; closed with the environment.
    """

    def __init__(self, spec: FunctionSpec, worker: Worker, log: FunctionLog) -> None:
        self.spec = spec
        self.log = log
        self.usable = True
        self._worker = worker
        self._started = time.monotonic()
        self._warm = False
        self._closed = False

    def wake(self) -> bool:
        """Whether it takes an event. A worker may end while nobody asks anything of it."""
        if self._warm:
            try:
                self._await_next(_WAKE_SECONDS)
                self.usable = self._worker.is_listening()
            except WorkerError:
                self.usable = False
        return self.usable

    def invoke(self, invocation: Invocation) -> Outcome:
        """Give the event to the function and wait for its answer; call `wake` before. Never raises for the worker."""
        spec = self.spec
        begun, init_ms, error_type = time.monotonic(), None, None
        try:
            init_ms, refusal = self._initialise(invocation)
            begun = time.monotonic()
            payload, failed = (refusal, True) if refusal is not None else self._exchange(invocation)
            status = "error" if failed else "success"
            self.usable = refusal is None
        except WorkerError as error:
            self.usable = False
            status, error_type, failed = error.status, error.error_type, True
            payload = self._explain(error, invocation.request_id)
        usage = Usage(
            duration_ms=(time.monotonic() - begun) * 1_000,
            init_ms=init_ms,
            peak_memory_mb=self._worker.peak_memory_mb(),
        )
        self.log.write(end_lines(spec, invocation.request_id, usage, status, error_type))
        return Outcome(payload=payload, failed=failed, log=self.log.collect())

    def interrupt(self) -> None:
        """Kill the worker under whatever it does; from any thread. An invocation ends with an error."""
        self._worker.strike()

    def close(self) -> None:
        """End the worker. The log file stays. Once more does nothing."""
        if self._closed:
            return
        self._closed, self.usable = True, False
        self._worker.close()
        self.log.close()

    def _initialise(self, invocation: Invocation) -> tuple[float | None, bytes | None]:
        """Import the function if this is the first call: the time it took, and the error if it refused to start."""
        refusal, init_ms = None, None
        try:
            if not self._warm:
                refusal = self._await_next(max(_INIT_SECONDS, self.spec.timeout_seconds))
                init_ms = (time.monotonic() - self._started) * 1_000
                self._warm = True
                self._worker.peak_memory_mb()  # what a worker that is killed soon after will have used
        finally:
            self.log.write(start_lines(self.spec, invocation.request_id))
        return init_ms, refusal

    def _await_next(self, seconds: float) -> bytes | None:
        """Wait until the worker asks for an event; an error in the function's own imports is returned."""
        request = self._worker.receive(time.monotonic() + seconds)
        if request.path == "init/error":
            self._worker.reply(202)
            return request.body
        self._expect(request, "invocation/next")
        return None

    def _exchange(self, invocation: Invocation) -> tuple[bytes, bool]:
        """Pass the event there and the answer back: its JSON, and whether it is an error."""
        seconds = self.spec.timeout_seconds
        deadline = time.monotonic() + seconds
        trace_id = invocation.request_id.replace("-", "")[:24]
        self._worker.reply(
            200,
            invocation.event,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1_000)),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{trace_id};Sampled=0",
            },
        )
        answer = self._worker.receive(deadline)
        self._worker.reply(202)
        if answer.path == f"invocation/{invocation.request_id}/error":
            return answer.body, True
        self._expect(answer, f"invocation/{invocation.request_id}/response")
        if len(answer.body) > MAX_RESPONSE_BYTES:
            message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
            return _error("Function.ResponseSizeTooLarge", message), True
        return answer.body, False

    def _expect(self, request: RuntimeRequest, path: str) -> None:
        if request.path != path:
            self._worker.reply(400)
            raise WorkerError(f"Runtime sent {request.method} {request.path} instead of {path}")

    def _explain(self, error: WorkerError, request_id: str) -> bytes:
        """Log what ended the worker, and put it as Lambda does."""
        if isinstance(error, WorkerTimedOutError):
            self.log.write([f"{utc_now()} {request_id} {error}"])
        else:
            self.log.write([f"RequestId: {request_id} Error: {error}", error.error_type])
        return _error(error.error_type, f"RequestId: {request_id} Error: {error}")


def _error(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()
