"""How much memory a process holds, and has held at most."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

_STATUS_FIELD = re.compile(rb"^Vm(HWM|RSS):\s*(\d+) kB", re.MULTILINE)
_PS_INTERVAL_SECONDS = 1.0  # starting ps takes longer than a warm call


@dataclass(slots=True, kw_only=True)
class MemoryGauge:
    """Resident memory of one process in MiB.

    On Linux the kernel keeps the peak. Elsewhere the peak is the largest value seen, looked at once a second.
    """

    pid: int
    peak_mb: float = 0.0
    _next_ps: float = field(default=0.0, repr=False)

    def measure(self) -> float:
        """Return the memory held now and bring `peak_mb` up to date. 0 for a process that is gone."""
        now_mb = self._linux() if sys.platform == "linux" else self._elsewhere()
        self.peak_mb = max(self.peak_mb, now_mb)
        return now_mb

    def _linux(self) -> float:
        try:
            status = Path(f"/proc/{self.pid}/status").read_bytes()
        except OSError:
            return 0.0
        kilobytes = {name: int(value) for name, value in _STATUS_FIELD.findall(status)}
        self.peak_mb = max(self.peak_mb, kilobytes.get(b"HWM", 0) / 1_024)
        return kilobytes.get(b"RSS", 0) / 1_024

    def _elsewhere(self) -> float:
        if time.monotonic() < self._next_ps:
            return 0.0
        self._next_ps = time.monotonic() + _PS_INTERVAL_SECONDS
        answer = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=False, timeout=5
        )
        return int(answer.stdout or 0) / 1_024
