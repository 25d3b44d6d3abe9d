"""The logs of the embedded AWS on the terminal."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

_FOLLOW_SECONDS = 0.5


def show_logs(directory: Path, name: str | None, *, lines: int, follow: bool) -> int:
    """Print the last lines of a service's log, or of a function's newest log stream, and perhaps what comes.

    Returns
    -------
    int
        An exit code: 1 if there is no such log.
    """
    paths = _paths(directory, name)
    if not paths:
        print(f"no logs of {name or 'the embedded AWS'} in {directory}")
        return 1
    positions = {path: _print_end(path, lines, titled=len(paths) > 1) for path in paths}
    try:
        while follow:
            time.sleep(_FOLLOW_SECONDS)
            for path in _paths(directory, name):
                positions[path] = _print_from(path, positions.get(path, 0))
    except KeyboardInterrupt:
        pass
    return 0


def _paths(directory: Path, name: str | None) -> list[Path]:
    if name is None:
        return sorted(directory.glob("*.log"))
    services = list(directory.glob(f"{name}.log"))
    streams = sorted(directory.glob(f"functions/{name}/*.log"), key=lambda path: path.stat().st_mtime)
    # A deployed function's name has the stack's name before it and a suffix behind.
    streams = streams or sorted(directory.glob(f"functions/*{name}*/*.log"), key=lambda path: path.stat().st_mtime)
    return services or streams[-1:]


def _print_end(path: Path, lines: int, *, titled: bool) -> int:
    if titled:
        print(f"==> {path} <==")
    with path.open(errors="replace") as file:
        for line in deque(file, maxlen=lines):
            print(line, end="")
        return file.tell()


def _print_from(path: Path, position: int) -> int:
    with path.open(errors="replace") as file:
        file.seek(position)
        text = file.read()
        if text:
            print(text, end="", flush=True)
        return file.tell()
