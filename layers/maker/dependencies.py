"""Layers of third-party packages."""

import shutil
from pathlib import Path

from layers.maker.bytecode import compile_with, interpreter_for
from layers.maker.pruning import prune
from layers.maker.targets import Target
from layers.maker.trees import kept, size_mb, stamp
from layers.maker.wheels import MakerError, install

_LIMIT_MB = 125  # a layer of packages; function and all its layers may have 250 together


def build_dependencies(requirements: Path, *, target: Target, cache: Path, out: Path) -> str:
    """Build a layer into `out`, from `cache` if everything that goes into it is unchanged; say what was done.

    Raises
    ------
    MakerError
        If a package cannot be had for the target, or the layer grew beyond what it may weigh.
    """
    interpreter = interpreter_for(target.python)

    def make(directory: Path) -> None:
        packages = directory / "python"
        install(requirements, target=target, directory=packages)
        prune(packages)
        if interpreter:
            compile_with(interpreter, packages, root=directory)
        stamp(directory)

    makers = sorted(Path(__file__).parent.glob("*.py"))
    key = [requirements.read_bytes(), repr((target, interpreter)).encode(), *(path.read_bytes() for path in makers)]
    built, was_there = kept(cache, key=key, make=make)
    if (size := size_mb(built)) > _LIMIT_MB:
        raise MakerError(f"the layer of {requirements.name} has {size:.0f} MB, more than the {_LIMIT_MB} it may have")
    shutil.copytree(built, out, dirs_exist_ok=True)
    notes = [f"{requirements.stem} for {target.name}, Python {target.python}: {size:.0f} MB"]
    if was_there:
        notes.append("unchanged since the last build")
    if not interpreter:
        notes.append(f"no bytecode, because python{target.python} is not here: cold starts take about twice as long")
    return "; ".join(notes)
