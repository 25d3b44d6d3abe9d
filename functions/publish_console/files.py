"""The console's files as browsers are sent them."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# The two that say what else there is and where: asked for anew each time, even if emptying CloudFront's cache fails.
ALWAYS_ASKED_FOR = ("config.json", "index.html")
_ALWAYS = "no-cache"
# Names carry no digest, so a browser asks each time whether it still has the right file (ETag), and two versions never
# meet in one page. CloudFront keeps files for a day; publishing empties its cache.
_BY_CLOUDFRONT = "public, max-age=0, s-maxage=86400, must-revalidate"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


class FileError(Exception):
    """A file cannot be published: nobody said what it is, or there is none at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleFile:
    """One file; the name is its path below the console's address."""

    name: str
    content: bytes

    @property
    def content_type(self) -> str:
        """What a browser is told that it is.

        Raises
        ------
        FileError
            If its name ends in a way that says nothing: a browser told not to guess would refuse it.
        """
        suffix = Path(self.name).suffix
        if suffix not in _TYPES:
            raise FileError(f"{self.name}: no type is known for {suffix or 'a name without ending'}")
        return _TYPES[suffix]

    @property
    def cache_control(self) -> str:
        """How long it may be kept, and by whom."""
        return _ALWAYS if self.name in ALWAYS_ASKED_FOR else _BY_CLOUDFRONT


def files_of(package: str) -> list[ConsoleFile]:
    """Return the files of a layer, found as imports are; what refers to others comes after them, the page last.

    Raises
    ------
    FileError
        If there are none, or no page among them.
    """
    spec = importlib.util.find_spec(package)
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    files = sorted((file for place in places for file in files_below(place)), key=lambda file: _order(file.name))
    if not any(file.name == "index.html" for file in files):
        raise FileError(f"{package} is not in the layers of this function, or has no index.html")
    return files


def files_below(directory: Path) -> Iterator[ConsoleFile]:
    """Yield the files below a directory."""
    for path in directory.rglob("*"):
        relative = path.relative_to(directory)
        if path.is_file() and not any(part.startswith((".", "__")) for part in relative.parts):
            yield ConsoleFile(name=relative.as_posix(), content=path.read_bytes())


def _order(name: str) -> tuple[bool, bool, str]:
    return name in ALWAYS_ASKED_FOR, not name.startswith("vendor/"), name
