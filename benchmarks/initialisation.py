"""How long the function takes from import to ready, in fresh processes over the layers as they are built."""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.names import environment
from benchmarks.places import ROOT, SCRATCH
from benchmarks.spread import spread

_COLUMNS = ("interpreter", "cpu", "wall")
_NOWHERE = "http://127.0.0.1:9"
"""Nothing is called before the first event."""
_PROBE = """
import sys, time
began_cpu, began = time.process_time(), time.perf_counter()
import handler
ready_cpu, ready = time.process_time(), time.perf_counter()
import json
print(json.dumps({
    "interpreter": began_cpu, "cpu": ready_cpu - began_cpu, "wall": ready - began, "modules": list(sys.modules)}))
"""
_IN_PARTS = """
import sys, time
groups, seconds, last = GROUPS, {}, time.process_time()
def lap(name):
    global last
    now = time.process_time()
    seconds[name], last = now - last, now
for name, modules in groups:
    for module in modules:
        try:
            __import__(module)
        except Exception:  # half of a circle: it comes with the other half
            pass
    lap(name)
from fraudstream.adapters import composition
build = composition.build_pipeline
def timed(settings):
    lap("handler")
    pipeline = build(settings)
    lap("clients")
    return pipeline
composition.build_pipeline = timed
import handler
now = time.process_time()
seconds["handler"] += now - last
import json
print(json.dumps(seconds))
"""
_GROUPS = {
    "boto3": ("boto3", "botocore", "s3transfer", "urllib3", "jmespath", "dateutil", "six"),
    "numpy": ("numpy",),
    "powertools": ("aws_lambda_powertools",),
    "msgspec": ("msgspec",),
    "zstandard": ("zstandard",),
    "fraudstream": ("fraudstream",),
}


def measure(*, times: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Start the function `times` times with the layers' bytecode and as often without, in turn."""
    say("building the layers for this machine")
    with_bytecode = _built(SCRATCH / "layers")
    without = _stripped(with_bytecode, SCRATCH / "layers-without-bytecode")
    # The first start reads the files from the disk, and tells what is imported.
    modules = _start(with_bytecode, _PROBE)["modules"]
    _start(without, _PROBE)
    in_parts = _IN_PARTS.replace("GROUPS", repr(_grouped(modules)))
    ready: dict[str, list[dict[str, float]]] = defaultdict(list)
    parts: list[dict[str, float]] = []
    for _ in range(times):
        ready["bytecode"].append(_start(with_bytecode, _PROBE))
        ready["source"].append(_start(without, _PROBE))
        parts.append(_start(with_bytecode, in_parts))
    say(f"ready after {1e3 * spread([one['cpu'] for one in ready['bytecode']])['median']:.0f} ms of processor time")
    return {
        "times": times,
        "layers_mb": {layer.name: _megabytes(layer) for layer in with_bytecode},
        **{
            name: {f"{column}_ms": spread([1e3 * one[column] for one in answers]) for column in _COLUMNS}
            for name, answers in ready.items()
        },
        "parts_ms": {name: spread([1e3 * one[name] for one in parts])["median"] for name in parts[0]},
        "modules": len(modules),
    }


def _built(directory: Path) -> list[Path]:
    """Build both layers as `sam build` does, for this interpreter."""
    shutil.rmtree(directory, ignore_errors=True)
    for layer in ("dependencies", "fraud"):
        command = [sys.executable, "-m", "layers.maker", layer, "--target", "host", "--out", str(directory / layer)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    shutil.copytree(
        ROOT / "functions" / "score_transactions",
        directory / "function" / "python",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return [directory / "dependencies", directory / "fraud", directory / "function"]


def _stripped(layers: list[Path], directory: Path) -> list[Path]:
    shutil.rmtree(directory, ignore_errors=True)
    for layer in layers:
        shutil.copytree(layer, directory / layer.name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    return [directory / layer.name for layer in layers]


def _start(layers: list[Path], program: str) -> dict[str, Any]:
    """Run a program in a fresh interpreter over the layers; return what it printed.

    Without the `site` module there is nothing but the standard library and the layers; nothing is written beside them,
    as where Lambda mounts them.
    """
    paths = {"PYTHONPATH": ":".join(str(layer / "python") for layer in reversed(layers))}
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-"],
        env=environment(_NOWHERE) | paths,
        input=program,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the function does not start over {layers}: {done.stderr[-1000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _grouped(modules: list[str]) -> list[tuple[str, list[str]]]:
    """Return modules by whose they are, each group in the order of import; the standard library first, ours last.

    What two packages need of the standard library is thus charged to neither.
    """
    groups: dict[str, list[str]] = {"standard library": [], **{name: [] for name in _GROUPS}}
    of_package = {package: group for group, packages in _GROUPS.items() for package in packages}
    for module in modules:
        package = module.partition(".")[0]
        if package in of_package:
            groups[of_package[package]].append(module)
        elif package in sys.stdlib_module_names:
            groups["standard library"].append(module)
    return list(groups.items())


def _megabytes(layer: Path) -> float:
    return sum(path.stat().st_size for path in layer.rglob("*") if path.is_file()) / 1e6
