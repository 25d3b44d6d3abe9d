"""The golden files: `v1` holds every format as it was first, `v2` and on those that changed."""

from pathlib import Path

HERE = Path(__file__).parent


def versions() -> list[Path]:
    """Return the versions' directories, the oldest first."""
    return sorted(HERE.glob("v[0-9]*"), key=lambda directory: int(directory.name[1:]))


def every(name: str) -> list[Path]:
    """Return all golden files of a format, the oldest first."""
    return [directory / name for directory in versions() if (directory / name).exists()]


def newest(name: str) -> bytes | None:
    """Return the newest golden file of a format."""
    files = every(name)
    return files[-1].read_bytes() if files else None


def bundles() -> list[Path]:
    """Return the directories of all golden bundles, the oldest first."""
    return every("bundle")
