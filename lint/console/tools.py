"""Runs what checks the console's code; each answers what is wrong, or nothing."""

import shutil
import subprocess
import sys
import tempfile
from filecmp import cmp
from pathlib import Path

from layers.maker.console import build_console

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "console"
INSTALLED = ROOT / ".local" / "console"
_BIN = INSTALLED / "node_modules" / ".bin"
_SAID = 6_000


class ToolMissingError(Exception):
    """Node, or what the lock pins, is not on this machine; the message says what to install."""


def ready() -> None:
    """Look whether the tools can run.

    Raises
    ------
    ToolMissingError
        If node is missing, or nothing is installed from the lock.
    """
    if shutil.which("node") is None:
        raise ToolMissingError("node is not installed (20 or newer), so nobody looked at the console's code")
    if not (INSTALLED / ".ready").exists():
        raise ToolMissingError("console/package-lock.json is not installed into .local/console: npm is missing")


def biome() -> str:
    """Lint and format: JavaScript, CSS, JSON, HTML."""
    return _run([str(_BIN / "biome"), "check", "--error-on-warnings", "--colors=off", "."], CONSOLE)


def formatted() -> str:
    """Format, and mend what can be mended without thought."""
    return _run([str(_BIN / "biome"), "check", "--write", "--colors=off", "."], CONSOLE)


def types() -> str:
    """Check the types that the code's comments declare."""
    return _run([str(_BIN / "tsc"), "--project", str(CONSOLE / "tsconfig.json")], CONSOLE)


def tests() -> str:
    """Run the tests of what needs no page."""
    files = sorted(str(file) for file in (CONSOLE / "tests").glob("*.test.js"))
    return _run(["node", "--test", *files], CONSOLE)


def vendor() -> str:
    """Hold what is shipped to what the lock gives, to the byte."""
    with tempfile.TemporaryDirectory() as directory:
        made = Path(directory)
        if said := bundle(made):
            return said
        names = sorted({file.name for folder in (made, CONSOLE / "vendor") for file in folder.iterdir()})
        other = [name for name in names if not _same(made / name, CONSOLE / "vendor" / name)]
    return f"console/vendor/ is not what the lock gives ({', '.join(other)}): make vendor" if other else ""


def lean() -> str:
    """Show that what browsers are sent means what is written here: the comments that are left out were comments."""
    with tempfile.TemporaryDirectory() as directory:
        build_console(CONSOLE, out=Path(directory))
        written, sent = _meaning(CONSOLE), _meaning(Path(directory) / "python" / "console")
    return "" if written and written == sent else "layers/maker/lean.py leaves out more than comments of console/app"


def _meaning(console: Path) -> str:
    """Return a console's code as one file without what is for people only; empty where it is not code."""
    command = [_BIN / "esbuild", "app/main.js", "--bundle", "--format=esm", "--minify", "--tsconfig-raw={}"]
    done = subprocess.run([*command, "--log-level=error"], capture_output=True, text=True, check=False, cwd=console)
    print(done.stderr, end="", file=sys.stderr)
    return done.stdout


def bundle(target: Path) -> str:
    """Make what is shipped from what is installed."""
    shutil.copy(CONSOLE / "vendor.mjs", INSTALLED)  # it looks for its packages beside itself
    return _run(["node", "vendor.mjs", str(target)], INSTALLED)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and cmp(one, other, shallow=False)


def _run(command: list[str], directory: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory)
    if done.returncode == 0:
        return ""
    return f"{Path(command[0]).name} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-_SAID:]}"
