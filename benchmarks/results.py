"""`results.json`: what was measured, on what, when."""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.places import RESULTS

_PACKAGES = ("boto3", "msgspec", "numpy", "aws-lambda-powertools", "zstandard", "bytewax", "xgboost-cpu", "pandas")
_DIGITS = 4

Results = dict[str, Any]


def read() -> Results:
    """Return what was written last, or nothing."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def write(results: Mapping[str, Any]) -> None:
    """Write results, to four digits: nobody measured more."""
    RESULTS.write_text(json.dumps(rounded(results), indent=2) + "\n")


def rounded(value: Any) -> Any:
    """Return a value with every number that is not whole rounded to four significant digits."""
    if isinstance(value, float):
        short = value if value.is_integer() else float(f"{value:.{_DIGITS}g}")
        return int(short) if short.is_integer() else short
    if isinstance(value, Mapping):
        return {str(name): rounded(inner) for name, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list | tuple) else value


def circumstances() -> Results:
    """Return date, machine and versions; no names and no places."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_gb": _memory_gb(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": found,
    }


def _processor() -> str:
    if sys.platform == "linux" and (match := re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())):
        return match[1].strip()
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
