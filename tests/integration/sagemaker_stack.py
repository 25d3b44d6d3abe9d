"""The embedded AWS with SageMaker plugged in, on free ports, for the tests of SageMaker."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

REPOSITORY = Path(__file__).resolve().parents[2]
BUCKET = "sagemaker-tests"
ROLE = "arn:aws:iam::000000000000:role/tests"
IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/xgboost:3.2-0"

_EMBEDDED = """
import sys
sys.path.insert(0, sys.argv[1])
from local.alarms import base_plugin
from local.aws import nested_states_plugin, sagemaker_plugin
sagemaker_plugin.install()
nested_states_plugin.install()
base_plugin.install()  # no alarm changes by itself: the base's own evaluation knows no dimensions
sys.argv = sys.argv[:1]
from ministack.app import main
main()
"""


class Sagemaker:
    """Both processes, and clients for them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        aws_port, self._aws_holder = reserve_port()
        port, self._holder = reserve_port()
        self.aws_url, self.url = f"http://127.0.0.1:{aws_port}", f"http://127.0.0.1:{port}"
        self.state = directory / "sagemaker"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start what is not running, and wait until it answers."""
        if "aws" not in self._processes:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(self.directory),
                "TMPDIR": str(self.directory),
                "GATEWAY_PORT": self.aws_url.rpartition(":")[2],
                "BIND_HOST": "127.0.0.1",
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "LOG_LEVEL": "WARNING",
                "FRAUDSTREAM_SAGEMAKER_URL": self.url,
            }
            self._run("aws", [str(aws_python()), "-c", _EMBEDDED, str(REPOSITORY)], environment)
            self._until_it_answers(f"{self.aws_url}/_ministack/health")
        if "sagemaker" not in self._processes:
            port = self.url.rpartition(":")[2]
            command = [sys.executable, "-m", "local.sagemaker", "--port", port, "--state", str(self.state)]
            command += ["--endpoint-url", self.aws_url, "--job-python", str(container_python()), "--wait-scale", "0.01"]
            self._run("sagemaker", command, dict(os.environ))
            self._until_it_answers(f"{self.url}/_control/health")

    def end(self, name: str, number: int = signal.SIGTERM) -> None:
        """End one of the two processes by a signal."""
        process = self._processes.pop(name)
        process.send_signal(number)
        process.wait(20)

    def stop(self) -> None:
        """End both processes."""
        for name in [*self._processes]:
            self.end(name)
        self._aws_holder.close()
        self._holder.close()

    def client(self, service: str) -> Any:
        """A boto3 client which never tries again, so that a test sees each error."""
        return boto3.client(
            service,
            endpoint_url=self.aws_url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=90),
        )

    def control(self, what: str, fault: dict[str, Any]) -> None:
        """Set a fault: ``endpoints/<name>`` or ``actions/<Action>``."""
        request = urllib.request.Request(f"{self.url}/_control/{what}", json.dumps(fault).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def put_archive(self, key: str, files: dict[str, str]) -> str:
        """A tar.gz of the given files in S3; its address."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for name, text in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                tar.addfile(entry, io.BytesIO(text.encode()))
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=packed.getvalue())
        return f"s3://{BUCKET}/{key}"

    def put(self, key: str, text: str) -> str:
        """An object in S3; its address."""
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        return f"s3://{BUCKET}/{key}"

    def text(self, uri: str) -> str:
        """What an object holds."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    def _run(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        with (self.directory / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=REPOSITORY, env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def _until_it_answers(self, url: str) -> None:
        def answers() -> bool:
            try:
                urllib.request.urlopen(url, timeout=2).close()
            except OSError:
                return False
            return True

        until(answers)


def aws_python() -> Path:
    """The interpreter of the embedded AWS's own environment."""
    return Path(os.environ.get("FRAUDSTREAM_AWS_PYTHON", REPOSITORY / ".local/venvs/aws/bin/python"))


def container_python() -> Path:
    """The interpreter that stands for the SageMaker image."""
    return Path(os.environ.get("FRAUDSTREAM_CONTAINER_PYTHON", REPOSITORY / ".local/venvs/container/bin/python"))


def reserve_port() -> tuple[int, socket.socket]:
    """A port on the loopback interface that stays ours, and free, while the socket is open.

    No outgoing connection of a busy machine gets it, and a listener that reuses addresses does: on Linux.
    Elsewhere that listener would be refused, so there the port is given back and only probably free.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    number = int(holder.getsockname()[1])
    if sys.platform != "linux":
        holder.close()
    return number, holder


def until(true: Callable[[], Any], *, seconds: float = 60.0) -> Any:
    """Wait for something to become true, and return it."""
    deadline = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.05)
    return value


def waited(client: Any, waiter: str, **names: str) -> None:
    """Wait with one of boto3's own waiters, which tests their acceptors on our answers."""
    client.get_waiter(waiter).wait(**names, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300})
