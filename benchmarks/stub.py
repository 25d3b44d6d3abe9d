"""The AWS of one contestant: the stub in a process of its own, whose time nobody is charged for."""

import json
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.request import urlopen

import boto3

from benchmarks.names import ARCHIVE, INDEXES, QUARANTINE, REGION, TABLES, environment
from benchmarks.places import ROOT

Counts = dict[str, dict[str, float]]


class Stub:
    """A running stub with our tables and buckets; a context manager."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        tables = [word for name, key in TABLES.items() for word in ("--table", f"{name}={key}")]
        tables += [word for name, key in INDEXES.items() for word in ("--index", f"{name}={key}")]
        buckets = [word for name in (ARCHIVE, QUARANTINE) for word in ("--bucket", name)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "stubs", "--port", "0", *tables, *buckets],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        self.url = self._process.stdout.readline().split()[-1].decode()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None  # noqa: S101 - it was started
        self._process.communicate()  # closes stdin: its sign to end

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None  # noqa: S101 - it was started
        return self._process.pid

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process use it."""
        return environment(self.url)

    def counts(self) -> Counts:
        """Return what was asked of it since its start."""
        with urlopen(f"{self.url}/_counts") as answer:  # noqa: S310 - our own address
            return json.load(answer)

    def client(self, service: str) -> Any:
        """Return a boto3 client of it."""
        secret = self.environment["AWS_SECRET_ACCESS_KEY"]
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key=secret,
        )


def difference(before: Mapping[str, Mapping[str, float]], after: Counts) -> Counts:
    """Return what was asked between two looks."""
    return {
        name: {column: value - before.get(name, {}).get(column, 0) for column, value in columns.items()}
        for name, columns in after.items()
        if columns["requests"] > before.get(name, {}).get("requests", 0)
    }


def totals(counts: Counts) -> dict[str, float]:
    """Return the sums over all operations."""
    columns = ("requests", "request_bytes", "response_bytes", "write_units", "read_units")
    return {column: sum(count[column] for count in counts.values()) for column in columns}
