"""The layer of the console's files, which are served as they are but for their comments."""

import shutil
from pathlib import Path

from layers.maker.lean import lean_css, lean_javascript
from layers.maker.trees import copy_sources, size_mb, stamp

PUBLISHED = ("index.html", "icon.svg", "app", "style", "vendor")
"""What of console/ browsers are sent; everything else there is tooling."""
_LEAN = {".css": lean_css, ".js": lean_javascript}


def build_console(source: Path, *, out: Path) -> str:
    """Copy what browsers are sent to ``python/console`` below `out`, found there as a package is."""
    directory = out / "python" / "console"
    directory.mkdir(parents=True, exist_ok=True)
    for name in PUBLISHED:
        path = source / name
        if path.is_dir():
            copy_sources(path, directory / name)
        elif path.exists():
            shutil.copyfile(path, directory / name)
    for path in directory.rglob("*.d.ts"):  # for whoever writes the console, not for who uses it
        path.unlink()
    for name in ("app", "style"):
        for path in (directory / name).rglob("*"):
            if lean := _LEAN.get(path.suffix):
                path.write_text(lean(path.read_text()))
    stamp(out)
    return f"console of {out.name}: {size_mb(out):.2f} MB"
