"""The life of a job, whatever it does: created, run in a thread, stopped, finished, forgotten never."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from local.sagemaker.children import Child
from local.sagemaker.container import Container
from local.sagemaker.errors import JobFailedError, invalid
from local.sagemaker.faults import Faults
from local.sagemaker.kinds import TUNING_JOB, Kind
from local.sagemaker.records import Record, Records, now
from local.sagemaker.stack import LogStream, Stack

_STOP_GRACE_SECONDS = 120  # what SageMaker leaves between SIGTERM and SIGKILL
_REASON_LENGTH = 1024
_LOST = "InternalServerError: We encountered an internal error. Please try again."
_RUNNING = ("InProgress", "Stopping")


class Job:
    """One running job, as the code that runs it sees it."""

    def __init__(self, kind: Kind, record: Record, records: Records, stack: Stack) -> None:
        self.kind, self.record, self.stack = kind, record, stack
        self.settings = records.settings
        self.name: str = record[f"{kind.name}Name"]
        self.container = Container(self.settings, self.settings.state / "jobs" / kind.arn_part / self.name)
        self.stopped_because: str | None = None
        self.last_lines: list[str] = []
        self._records = records
        self._child: Child | None = None
        self._lock = threading.Lock()
        log = self.settings.state / "logs" / kind.arn_part / f"{self.name}.log"
        stream = f"{self.name}/algo-1-{int(time.time())}"
        self.log = LogStream(stack, f"/aws/sagemaker/{kind.name}s", stream, log)

    def change(self, **members: Any) -> None:
        """Change what Describe says of the job."""
        self._records.change(self.kind, self.name, **members)

    def execute(
        self,
        command: list[str],
        *,
        cwd: Any,
        environment: Mapping[str, str],
        on_line: Callable[[str], None] = lambda _: None,
    ) -> int:
        """Run the container's command within the job's time limit and return its exit code."""
        with self._lock:
            if self.stopped_because:
                return 0
            self._child = Child(command, cwd=cwd, environment=environment)
        seconds = self.record.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 86_400)
        limit = threading.Timer(seconds, self.stop, ["MaxRuntimeExceeded"])
        limit.daemon = True
        limit.start()
        try:
            for line in self._child.lines():
                self.log.write(line)
                self.last_lines = [*self.last_lines[-19:], line]
                on_line(line)
            return self._child.wait()
        finally:
            limit.cancel()

    def stop(self, because: str) -> None:
        """Have the command end; the first reason stays."""
        with self._lock:
            self.stopped_because = self.stopped_because or because
            if self._child is not None:
                self._child.stop(_STOP_GRACE_SECONDS)

    def fail_with(self, exit_code: int) -> JobFailedError:
        """Make the failure of the user's code, with the reason it left or the last it said."""
        left = self.container.root / "output" / "failure"
        said = left.read_text(errors="replace") if left.is_file() else "\n".join(self.last_lines)
        ending = f", exit code: {exit_code}"
        text = f"AlgorithmError: {said.strip()}"
        return JobFailedError(text[: _REASON_LENGTH - len(ending)] + ending)


class Jobs:
    """The jobs of one kind.

    Parameters
    ----------
    run
        Does the job and returns, or raises :class:`JobFailedError`; looks at ``job.stopped_because``
        where it matters. Everything else that it raises is an internal error of the service.
    check
        Refuses a request that could never run, before there is a job.
    initial
        What Describe knows of a job before it runs, made from the request.
    faults
        Asked, before a job runs, whether it is to end without running.
    """

    def __init__(
        self,
        kind: Kind,
        records: Records,
        stack: Stack,
        *,
        faults: Faults,
        run: Callable[[Job], None],
        check: Callable[[dict[str, Any]], None] = lambda _: None,
        initial: Callable[[dict[str, Any]], dict[str, Any]] = lambda _: {},
    ) -> None:
        self.kind = kind
        self._records, self._stack = records, stack
        self._run, self._check, self._initial, self._faults = run, check, initial, faults
        self._running: dict[str, Job] = {}
        self._lock = threading.Lock()  # between a stop and the end that overtakes it
        self._verb = kind.name.removesuffix("Job")

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        """Start a job and answer at once."""
        self._check(params)
        name = params[f"{self.kind.name}Name"]
        record = {**params, self.kind.status_key: "InProgress", **self._initial(params)}
        with self._lock:
            arn = self._records.add(self.kind, name, {**record, "LastModifiedTime": now()})
            job = Job(self.kind, self._records.get(self.kind, name), self._records, self._stack)
            self._running[name] = job
        threading.Thread(target=self._live, args=[job], name=name, daemon=True).start()
        return {f"{self.kind.name}Arn": arn}

    def stop(self, params: dict[str, Any]) -> dict[str, Any]:
        """Ask a running job to end; it ends Stopped."""
        name = params[f"{self.kind.name}Name"]
        with self._lock:
            status = self._records.get(self.kind, name)[self.kind.status_key]
            if status not in _RUNNING:
                raise invalid(f"The request was rejected because the {self._verb.lower()} job is in status {status}.")
            self._records.change(self.kind, name, **{self.kind.status_key: "Stopping"})
            self._running[name].stop("Stopped")
        return {}

    def recover(self) -> None:
        """Fail the jobs that ran when the process last ended: they are lost, and say so."""
        for record in self._records.every(self.kind):
            if record[self.kind.status_key] in _RUNNING:
                self._finish(record[f"{self.kind.name}Name"], "Failed", _LOST)

    def _live(self, job: Job) -> None:
        if self.kind is not TUNING_JOB:  # Describe tells no such time of one
            job.change(**{f"{self._verb}StartTime": now()})
        status, reason = "Failed", None
        try:
            if fault := self._faults.take("jobs", self.kind.name):
                _end(job, fault)
            else:
                self._run(job)
        except JobFailedError as failure:
            reason = str(failure)
        except Exception as error:
            job.log.write(traceback.format_exc())
            reason = f"InternalServerError: {type(error).__name__}: {error}"
        else:
            status = "Stopped" if job.stopped_because else "Completed"
        job.log.close()
        job.container.remove()
        with self._lock:
            self._finish(job.name, status, reason, job)
            del self._running[job.name]

    def _finish(self, name: str, status: str, reason: str | None, job: Job | None = None) -> None:
        reason = reason and reason[:_REASON_LENGTH]
        ended = {self.kind.status_key: status, "FailureReason": reason, f"{self._verb}EndTime": now()}
        if self.kind.name == "TrainingJob":
            started = self._records.get(self.kind, name).get("TrainingStartTime", now())
            spent = max(1, round(now() - started))
            secondary = job.stopped_because if job and status == "Stopped" else status
            ended |= {"SecondaryStatus": secondary, "TrainingTimeInSeconds": spent, "BillableTimeInSeconds": spent}
        self._records.change(self.kind, name, **ended)


def _end(job: Job, fault: Mapping[str, Any]) -> None:
    """End a job as the fault says."""
    if fault["end"] == "Failed":
        raise JobFailedError(fault.get("reason", "InternalServerError: injected fault"))
    job.stop("Stopped")
