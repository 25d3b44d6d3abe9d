"""Processor time of other processes."""

import os
import subprocess
import sys
from pathlib import Path


def seconds_of(pid: int) -> float:
    """Return the processor seconds a process has used so far, all its threads together; whole seconds but on Linux."""
    if sys.platform == "linux":
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    answer = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=True)
    seconds = 0.0
    for part in answer.stdout.strip().replace("-", ":").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
