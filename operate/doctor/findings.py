"""What a look found: one line each."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    part
        Where: machine, environments, embedded, account or stack.
    do
        What to do about it; empty where all is well.
    """

    level: Level
    part: str
    what: str
    do: str = ""

    @property
    def line(self) -> str:
        """For people."""
        return f"{self.level:<4}  {self.part:<12} {self.what}" + (f"\n{'':<19}-> {self.do}" if self.do else "")

    @property
    def document(self) -> dict[str, str]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Part:
    """Findings of one part."""

    name: str

    def ok(self, what: str) -> Finding:
        """Return that all is well."""
        return Finding(level="ok", part=self.name, what=what)

    def warn(self, what: str, do: str) -> Finding:
        """Return that it works, and that somebody should know."""
        return Finding(level="warn", part=self.name, what=what, do=do)

    def fail(self, what: str, do: str) -> Finding:
        """Return that it does not work."""
        return Finding(level="fail", part=self.name, what=what, do=do)


Check = Callable[[], Iterator[Finding]]
