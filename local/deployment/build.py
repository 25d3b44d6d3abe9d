"""`sam build`, once for each state of what goes into it."""

import hashlib
import platform
import shutil
import sys
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

from layers.maker.console import PUBLISHED
from local.deployment.samcli import run_sam
from local.processes import ROOT

_INPUTS = (
    "template.yaml",
    "statemachines",
    "functions",
    "layers",
    "operate",
    "training",
    "console/Makefile",
    *(f"console/{name}" for name in PUBLISHED),
    "requirements/arrow.txt",
    "requirements/functions.txt",
    "requirements/rules.txt",
    "requirements/sam.txt",
    "local/deployment/build.py",
)
_BUILDS = ROOT / ".local" / "build"
_KEPT_BUILDS = 3


def build(say: Callable[[str], None]) -> Path:
    """Build for this machine unless that was done before; return the built template."""
    directory = _BUILDS / input_digest()
    if directory.is_dir():
        say("sam build: nothing changed since the last build")
        directory.touch()
        return directory / "template.yaml"
    say("sam build: packages and code for this machine's Python (the first time downloads them)")
    unfinished = _BUILDS / f"unfinished-{uuid.uuid4().hex}"
    try:
        run_sam(
            ["build", "--build-dir", str(unfinished), "--parallel"],
            environment={"LAYER_TARGET": "host"},
            on_line=lambda line: say(line) if line.startswith("layers: ") else None,
        )
        _pack_layers(unfinished)
        unfinished.rename(directory)
    except OSError:
        if not directory.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _forget_old()
    return directory / "template.yaml"


def input_digest(root: Path = ROOT) -> str:
    """Return a digest of everything that a build depends on, this machine's Python included."""
    digest = hashlib.sha256(f"{sys.version} {platform.platform()}".encode())
    for name in _INPUTS:
        start = root / name
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _pack_layers(directory: Path) -> None:
    """Replace each built layer by the archive that `sam deploy` would make of it: once, not at every deployment."""
    template = directory / "template.yaml"
    text = template.read_text()
    for layer in [path for path in directory.iterdir() if path.is_dir()]:
        with zipfile.ZipFile(directory / f"{layer.name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(layer.rglob("*")):
                archive.write(path, path.relative_to(layer))
        shutil.rmtree(layer)
        text = text.replace(f"ContentUri: {layer.name}\n", f"ContentUri: {layer.name}.zip\n")
    template.write_text(text)


def _forget_old() -> None:
    """Remove all but the builds used last: each has the whole dependencies layer."""
    builds = sorted(_BUILDS.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in builds[_KEPT_BUILDS:]:
        shutil.rmtree(old, ignore_errors=True)
