"""The lines Lambda itself writes around a function's own: START, END, REPORT and what ended it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.aws.function_spec import FunctionSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one invocation took; ``init_ms`` is there for the first one of an environment only."""

    duration_ms: float
    init_ms: float | None
    peak_memory_mb: int


def start_lines(spec: FunctionSpec, request_id: str) -> list[str]:
    """Return what precedes the function's output."""
    if spec.log_format == "JSON":
        return [_event("start", requestId=request_id, version=spec.version)]
    return [f"START RequestId: {request_id} Version: {spec.version}"]


def end_lines(spec: FunctionSpec, request_id: str, usage: Usage, status: str, error_type: str | None) -> list[str]:
    """Return what follows it.

    Parameters
    ----------
    status
        ``success``, ``error`` or ``timeout``.
    error_type
        Only for what the platform ended; an exception of the function is a success of the platform in text logs.
    """
    billed_ms = math.ceil(usage.duration_ms + (usage.init_ms or 0))
    if spec.log_format == "JSON":
        metrics: dict[str, Any] = {
            "durationMs": round(usage.duration_ms, 3),
            "billedDurationMs": billed_ms,
            "memorySizeMB": spec.memory_mb,
            "maxMemoryUsedMB": usage.peak_memory_mb,
        }
        if usage.init_ms is not None:
            metrics["initDurationMs"] = round(usage.init_ms, 3)
        error = {"errorType": error_type} if error_type else {}
        return [_event("report", requestId=request_id, metrics=metrics, status=status, **error)]
    report = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {usage.duration_ms:.2f} ms",
        f"Billed Duration: {billed_ms} ms",
        f"Memory Size: {spec.memory_mb} MB",
        f"Max Memory Used: {usage.peak_memory_mb} MB",
    ]
    if usage.init_ms is not None:
        report.append(f"Init Duration: {usage.init_ms:.2f} ms")
    if status == "timeout":
        report.append("Status: timeout")
    elif error_type is not None:
        report += ["Status: error", f"Error Type: {error_type}"]
    return [f"END RequestId: {request_id}", "\t".join([*report, ""])]


def utc_now() -> str:
    """Return the time as Lambda's text logs have it."""
    return datetime.now(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(kind: str, **record: Any) -> str:
    return json.dumps({"time": utc_now(), "type": f"platform.{kind}", "record": record})
