"""What the process was started with, and the names that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the process keeps its state and what it works with.

    Parameters
    ----------
    state
        Directory for records, models and logs; the process owns it.
    endpoint_url
        The embedded AWS: S3 for data, CloudWatch Logs for output, alarms for roll-back.
    job_python
        Interpreter for jobs and model servers: it stands for the container image.
    wait_scale
        Factor on the pauses of a canary or linear shift; 0 skips them.
    """

    state: Path
    endpoint_url: str
    job_python: str
    region: str = "us-east-1"
    account: str = "000000000000"
    wait_scale: float = 1.0

    def arn(self, part: str, name: str) -> str:
        """Return the ARN of resource ``name`` of type ``part``, such as ``training-job``."""
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{part}/{name}"
