"""Rules about what can go wrong."""

from collections.abc import Iterator, Mapping

from lint.findings import Finding
from lint.machines.document import Machine, State, parts, states, waits

_ALL = "States.ALL"


def tasks_catch(machine: Machine) -> Iterator[Finding]:
    """Find tasks whose errors would end the execution, and retries that do not say what of."""
    for name, state in (entry for part in parts(machine) for entry in states(part).items()):
        if state.get("Type") not in ("Task", "Map", "Parallel"):
            continue
        catchers = state.get("Catch") or []
        if not catchers or _ALL not in catchers[-1].get("ErrorEquals", []):
            yield Finding(path=("States", name, "Catch"), message=f"{name} does not catch every error at the end")
        for index, catcher in enumerate(catchers[:-1]):
            if _ALL in catcher.get("ErrorEquals", []):
                path = ("States", name, "Catch", index)
                yield Finding(path=path, message=f"{name} catches everything before its last catcher")
        for index, retrier in enumerate(state.get("Retry") or []):
            path = ("States", name, "Retry", index)
            if _ALL in retrier.get("ErrorEquals", []):
                yield Finding(path=path, message=f"{name} retries whatever happened: name the errors that can pass")
            if retrier.get("MaxAttempts", 3) > 0 and "BackoffRate" not in retrier:
                yield Finding(path=path, message=f"{name} retries without a BackoffRate")


def time_is_bounded(machine: Machine) -> Iterator[Finding]:
    """Find machines and jobs that could run for ever, and machines that would end before their jobs do."""
    limit = machine.get("TimeoutSeconds")
    if not isinstance(limit, int):
        yield Finding(path=("TimeoutSeconds",), message="the machine has no time limit")
        return
    total = 0
    for name, state in states(machine).items():
        if waits(state):
            own = state.get("TimeoutSeconds")
            if not isinstance(own, int):
                yield Finding(path=("States", name), message=f"{name} waits for a job without a time limit")
                continue
            total += own
            if _cannot_stop_itself(state):
                continue
            allowed = _job_limit(state)
            if allowed is None or allowed >= own:
                message = f"{name}: the job must stop itself (StoppingCondition) before the task gives up on it"
                yield Finding(path=("States", name, "Arguments", "StoppingCondition"), message=message)
    if total >= limit:
        message = f"the jobs may take {total} s, the machine only {limit} s: it would end without its Catch"
        yield Finding(path=("TimeoutSeconds",), message=message)


def _cannot_stop_itself(state: State) -> bool:
    """Transform jobs have no time limit of their own; another machine has its own `TimeoutSeconds`, checked with it."""
    return str(state["Resource"]).endswith(("createTransformJob.sync", "startExecution.sync:2"))


def _job_limit(state: State) -> int | None:
    """Return after how many seconds a job stops itself, wherever its kind of job says so."""
    arguments = state.get("Arguments")
    if not isinstance(arguments, Mapping):
        return None
    if state["Resource"].endswith("glue:startJobRun.sync"):
        minutes = arguments.get("Timeout")
        return minutes * 60 if isinstance(minutes, int) else None
    tuning = (arguments.get("HyperParameterTuningJobConfig") or {}).get("ResourceLimits") or {}
    limit = (arguments.get("StoppingCondition") or tuning).get("MaxRuntimeInSeconds")
    return limit if isinstance(limit, int) else None
