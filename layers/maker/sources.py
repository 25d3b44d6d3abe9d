"""Layers of our own code."""

from pathlib import Path

from layers.maker.bytecode import compile_with, interpreter_for
from layers.maker.targets import Target
from layers.maker.trees import copy_sources, size_mb, stamp


def build_sources(source: Path, *, place: str, target: Target | None, out: Path) -> str:
    """Copy `source` to `place` below `out`, compiled if a target is given and its Python is here; say what was done."""
    directory = out / place
    copy_sources(source, directory)
    interpreter = interpreter_for(target.python) if target else None
    if interpreter:
        compile_with(interpreter, directory, root=out)
    stamp(out)
    compiled = "" if target is None else ", compiled" if interpreter else f", no bytecode (no python{target.python})"
    return f"{place} of {out.name}: {size_mb(out):.2f} MB{compiled}"
