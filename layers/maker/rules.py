"""The layer of what reads rules files and tries them: modules of the command line, and the package that reads YAML."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from layers.maker.dependencies import build_dependencies
from layers.maker.sources import build_sources
from layers.maker.targets import Target

MODULES = (
    "operate/__init__.py", "operate/objects.py", "operate/registry.py", "operate/stack.py",
    "operate/rules/__init__.py", "operate/rules/reading.py", "operate/rules/yaml_document.py",
    "operate/archive/__init__.py", "operate/archive/cache.py", "operate/archive/coding.py",
    "operate/archive/columns.py", "operate/archive/decoding.py", "operate/archive/errors.py",
    "operate/archive/joined.py", "operate/archive/places.py", "operate/archive/policy_columns.py",
    "operate/archive/rows.py", "operate/archive/segments.py", "operate/archive/wish.py",
    "operate/backtest/__init__.py", "operate/backtest/agreement.py", "operate/backtest/evaluate.py",
    "operate/backtest/facts.py", "operate/backtest/judging.py", "operate/backtest/report.py",
    "operate/backtest/running.py", "operate/backtest/tallies.py", "operate/backtest/thresholds.py",
    "operate/backtest/trying.py",
)  # fmt: skip
"""The part of the command line that asks for no terminal, no file of the repository and no embedded AWS."""
PROGRAMS = ("jobs.py", "money.py", "silence.py")
"""Of the training programs, which lie side by side: what a decision costs, and until when labels speak."""


def build_rules(root: Path, requirements: Path, *, target: Target, cache: Path, out: Path) -> str:
    """Build the layer into `out`; say what was done.

    Raises
    ------
    MakerError
        If a package cannot be had for the target.
    """
    packages = build_dependencies(requirements, target=target, cache=cache, out=out)
    with TemporaryDirectory() as directory:
        sources = Path(directory)
        for name in MODULES:
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, sources / name)
        for name in PROGRAMS:
            shutil.copyfile(root / "training" / name, sources / name)
        return f"{packages}; {build_sources(sources, place='python', target=target, out=out)}"
