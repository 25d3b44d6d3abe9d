"""The real function with requests one after another: an AWS that answers at once leaves threads nothing to wait for."""

import os
from collections.abc import Callable
from typing import Any

from benchmarks.contestants import fraudstream


def make_handler() -> Callable[[dict[str, Any], object], Any]:
    """Import the function's module under `IO_THREADS=1`."""
    os.environ["IO_THREADS"] = "1"
    return fraudstream.make_handler()
