"""A log stream: a file the worker writes to directly, and its way into CloudWatch Logs."""

from __future__ import annotations

import contextvars
import json
import logging
import os
import queue
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from local.aws.embedded_metrics import Datum, metrics_in
from local.aws.function_spec import FunctionSpec
from local.aws.lambda_metrics import metrics_of_report

_logger = logging.getLogger("fraudstream.lambda")
_GATHER_SECONDS = 0.1  # lines go in few calls, and not while the next invocation needs the processor

# The Logs API of ministack: an action and its JSON, called in process. The answer's status and body.
LogsCall = Callable[[str, dict[str, object]], tuple[int, bytes]]
MetricCall = Callable[[Datum], None]


class FunctionLog:
    """One environment's log stream, as a file.

    The worker inherits the file as its standard output and error: nothing is lost when it is killed, and
    nobody has to read along.
    """

    def __init__(self, directory: Path, spec: FunctionSpec) -> None:
        stream_id = uuid.uuid4().hex
        day = datetime.now(tz=UTC)
        self.function = spec.name
        self.group = spec.log_group
        self.stream = f"{day:%Y/%m/%d}/[{spec.version}]{stream_id}"
        self.path = directory / spec.name / f"{day:%Y-%m-%d}-{stream_id}.log"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._collected = 0

    def fileno(self) -> int:
        """For the worker's standard output and error."""
        return self._fd

    def write(self, lines: Sequence[str]) -> None:
        """Append lines of the platform's own, on lines of their own."""
        size = os.fstat(self._fd).st_size
        starts_line = size == 0 or os.pread(self._fd, 1, size - 1) == b"\n"
        text = "".join(f"{line}\n" for line in lines)
        os.write(self._fd, (text if starts_line else f"\n{text}").encode())

    def collect(self) -> str:
        """Return what was written since the last call."""
        size = os.fstat(self._fd).st_size
        data = os.pread(self._fd, size - self._collected, self._collected)
        self._collected += len(data)
        return data.decode("utf-8", errors="replace")

    def close(self) -> None:
        """Close the file; it stays."""
        os.close(self._fd)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    context: contextvars.Context  # ministack keeps the account and region of a call in it
    function: str
    group: str
    stream: str
    lines: Sequence[str]
    time_ms: int


class LogShipper:
    """Brings log lines into CloudWatch Logs, and the metrics in them into CloudWatch, after the answer.

    Parameters
    ----------
    call
        Makes one call of the Logs API.
    record
        Takes one metric value.
    """

    def __init__(self, call: LogsCall, record: MetricCall) -> None:
        self._call = call
        self._record = record
        self._batches: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._streams: set[tuple[str, str]] = set()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lambda-logs", daemon=True)
        self._thread.start()

    def ship(self, log: FunctionLog, text: str) -> None:
        """Queue the lines of ``text``; never waits, never fails."""
        lines = [line for line in text.split("\n") if line]
        if lines:
            self._batches.put(
                _Batch(
                    context=contextvars.copy_context(),
                    function=log.function,
                    group=log.group,
                    stream=log.stream,
                    lines=lines,
                    time_ms=int(time.time() * 1_000),
                )
            )

    def close(self, timeout_seconds: float) -> None:
        """Bring what is queued, if it goes quickly."""
        self._batches.put(None)
        self._closing.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        open_ = True
        while open_:
            gathered = [self._batches.get()]
            self._closing.wait(_GATHER_SECONDS)
            while not self._batches.empty():
                gathered.append(self._batches.get())
            open_ = None not in gathered
            streams: dict[tuple[str, str], list[_Batch]] = {}
            for batch in filter(None, gathered):
                streams.setdefault((batch.group, batch.stream), []).append(batch)
            for (group, stream), batches in streams.items():
                try:
                    batches[0].context.run(self._put, group, stream, batches)
                except Exception:  # logging must not end because one batch failed
                    _logger.exception("cannot write to %s", group)

    def _put(self, group: str, stream: str, batches: Sequence[_Batch]) -> None:
        names: dict[str, object] = {"logGroupName": group, "logStreamName": stream}
        events = [{"timestamp": batch.time_ms, "message": line} for batch in batches for line in batch.lines]
        if (group, stream) not in self._streams:
            self._create(names)
        status, _ = self._call("PutLogEvents", {**names, "logEvents": events})
        if status == 400:  # the group was deleted meanwhile; Lambda makes it again, too
            self._create(names)
            status, _ = self._call("PutLogEvents", {**names, "logEvents": events})
        if status != 200:
            _logger.error("CloudWatch Logs refused %d lines of %s", len(events), group)
        for batch in batches:
            for line in batch.lines:
                for datum in (*metrics_in(line), *metrics_of_report(batch.function, line)):
                    self._record(datum)

    def _create(self, names: dict[str, object]) -> None:
        for action, keys in (("CreateLogGroup", ("logGroupName",)), ("CreateLogStream", tuple(names))):
            status, body = self._call(action, {key: names[key] for key in keys})
            if status != 200 and b"ResourceAlreadyExists" not in body:
                raise RuntimeError(f"{action}: {json.loads(body)}")
        self._streams.add((str(names["logGroupName"]), str(names["logStreamName"])))
