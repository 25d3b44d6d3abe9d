"""The engine over a whole log at once: measured by `benchmarks.offline_engine`, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.places import ROOT

_MODULE = "benchmarks.offline_engine"
_PYTHONPATH = ":".join(str(ROOT / part) for part in ("layers/fraud/python", "training", "."))


def measure(*, rounds: int, say: Callable[[str], None]) -> dict[str, Any] | None:
    """Run it and return its answer, the last line it prints; None where its data is not there."""
    done = subprocess.run(
        [sys.executable, "-m", _MODULE, "--rounds", str(rounds)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": _PYTHONPATH},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    *progress, answer = done.stdout.strip().splitlines()
    for line in progress:
        say(line)
    found: dict[str, Any] | None = json.loads(answer)
    return found
