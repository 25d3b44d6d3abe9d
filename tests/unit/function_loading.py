"""Importing a function's modules as Lambda does: its own directory first, names of other functions unknown."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

_FUNCTIONS = Path(__file__).parents[2] / "functions"


@contextmanager
def function_modules(name: str, *modules: str) -> Iterator[tuple[ModuleType, ...]]:
    """Give modules of one function; afterwards they can be imported of another."""
    directory = _FUNCTIONS / name
    own = {path.stem for path in directory.glob("*.py")}
    before = {module: sys.modules.pop(module) for module in own if module in sys.modules}
    sys.path.insert(0, str(directory))
    try:
        yield tuple(importlib.import_module(module) for module in modules)
    finally:
        sys.path.remove(str(directory))
        for module in own:
            sys.modules.pop(module, None)
        sys.modules.update(before)
