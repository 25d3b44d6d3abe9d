"""Where a layer will run."""

import platform
import sys
from dataclasses import dataclass

# Amazon Linux 2023, below Lambda's python3.13, has glibc 2.34; pip wants every older tag spelled out.
_GLIBC_MINORS = range(34, 16, -1)
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A platform and a Python; `platform_tags` is empty where wheels for this very interpreter are wanted."""

    name: str
    python: str
    platform_tags: tuple[str, ...]

    @property
    def pip_options(self) -> list[str]:
        """What pip needs to choose wheels for this target."""
        if not self.platform_tags:
            return []
        tags = [word for tag in self.platform_tags for word in ("--platform", tag)]
        return [*tags, "--python-version", self.python, "--implementation", "cp"]


def lambda_target(architecture: str, python: str = "3.13") -> Target:
    """Return Lambda's managed runtime on ``arm64`` or ``x86_64``.

    Raises
    ------
    ValueError
        If Lambda knows no such architecture.
    """
    if architecture not in _MACHINES:
        raise ValueError(f"architecture must be one of {', '.join(_MACHINES)}, not {architecture!r}")
    machine = _MACHINES[architecture]
    tags = tuple(f"manylinux_2_{minor}_{machine}" for minor in _GLIBC_MINORS)
    return Target(name=f"lambda {architecture}", python=python, platform_tags=(*tags, f"manylinux2014_{machine}"))


def host_target() -> Target:
    """Return this machine and this interpreter: what the embedded AWS runs functions with."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Target(name=f"host {platform.system()} {platform.machine()}", python=version, platform_tags=())
