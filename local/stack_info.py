"""Where a stack answers and where it keeps things."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

REGION = "us-east-1"
_LEAKING = ("AWS_", "PYTHON", "VIRTUAL_ENV", "SAM_")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackInfo:
    """A running stack, as its starter wrote it down.

    Parameters
    ----------
    endpoint_url
        What AWS clients need; nothing else listens for them.
    sagemaker_port
        Port of the SageMaker process, to which the endpoint passes calls on.
    issuer_port, door_port
        Ports of the people process: where people sign in, and where the console is.
    detached
        Whether it outlives its starter.
    started_at
        ISO 8601, UTC.
    """

    endpoint_url: str
    port: int
    sagemaker_port: int
    issuer_port: int
    door_port: int
    detached: bool
    started_at: str
    region: str = REGION

    @property
    def issuer_url(self) -> str:
        """Who signs people's tokens."""
        return f"http://127.0.0.1:{self.issuer_port}"

    @property
    def console_url(self) -> str:
        """Where any browser finds the analyst's console, once it is deployed."""
        return f"http://127.0.0.1:{self.door_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes any AWS client or tool use the stack, and nothing but the stack."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            # The user's own profiles could name another endpoint, and a real account.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, **options: Any) -> Any:
        """Return a boto3 client of the stack, whatever the environment says."""
        import boto3  # noqa: PLC0415 - takes half a second, which stopping a stack need not wait for

        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
            **options,
        )

    def write(self, path: Path) -> None:
        """Write it down for `read`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return what was written, or None."""
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None


@dataclass(frozen=True, slots=True)
class StackPaths:
    """The places of one stack below its state directory."""

    root: Path

    @property
    def run(self) -> Path:
        """Process files."""
        return self.root / "run"

    @property
    def info(self) -> Path:
        """The `StackInfo` of the running stack."""
        return self.run / "stack.json"

    @property
    def state(self) -> Path:
        """What the processes keep."""
        return self.root / "state"

    @property
    def logs(self) -> Path:
        """One file a process, and one a Lambda log stream under ``functions``."""
        return self.root / "logs"

    @property
    def outputs(self) -> Path:
        """What was deployed into the stack; written by the deployment."""
        return self.root / "outputs.json"

    def forget(self) -> None:
        """Remove what is only true of a running stack."""
        self.info.unlink(missing_ok=True)
        self.outputs.unlink(missing_ok=True)

    def make_fresh(self) -> None:
        """Remove what an earlier stack left: half of it would speak of things that no longer exist."""
        self.forget()
        for directory in (self.state, self.logs):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what would lead a child to another AWS or another Python."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_LEAKING)}
