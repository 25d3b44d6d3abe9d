"""The real function: `functions/score_transactions/handler.py`, as Lambda imports it."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.places import ROOT


def make_handler() -> Callable[[dict[str, Any], object], Any]:
    """Import the function's module, which builds its pipeline."""
    sys.path.insert(0, str(ROOT / "functions" / "score_transactions"))
    return import_module("handler").handler
