"""The layer of what reads and tries rules: enough by itself, and nothing of what only the command line has."""

import subprocess
import sys
from pathlib import Path

from layers.maker.rules import MODULES, PROGRAMS

ROOT = Path(__file__).parents[2]
_ENTRANCES = ("operate.rules.reading", "operate.backtest.trying", "operate.archive.places", "operate.registry")


def test_the_modules_of_the_layer_need_no_others(tmp_path):
    """Imported without the repository beside them: neither the embedded AWS, nor a terminal, nor pandas."""
    for name in MODULES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name in PROGRAMS:
        (tmp_path / name).write_bytes((ROOT / "training" / name).read_bytes())
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT / 'layers/fraud/python')!r}]\n"
        f"import {', '.join(_ENTRANCES)}\n"
        "print(sorted({'local', 'rich', 'pandas', 'argparse'} & set(sys.modules)))\n"
        "print(sorted(name.replace('.', '/') for name in sys.modules if name.split('.')[0] == 'operate'))"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    foreign, used = said.stdout.splitlines()
    assert foreign == "[]"
    named = {name.removesuffix(".py").removesuffix("/__init__") for name in MODULES}
    assert named == set(eval(used))  # noqa: S307 - a list of our own making
