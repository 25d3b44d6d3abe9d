"""Which archive is meant, and which part of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operate.stack import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for.

    Attributes
    ----------
    target
        The stack; None where a directory is read and no stack is needed.
    since_ms, until_ms
        The period in which rows were decided, its end excluded; None for open ends.
    """

    target: Target | None
    directory: Path | None
    since_ms: int | None
    until_ms: int | None
    share: float | None
    skip_unreadable: bool

    @property
    def since_hour(self) -> str:
        """The first hour whose objects can hold the period's rows, as keys name it; empty for all.

        A record waits on the stream at most a day before it is decided, and its object is named by its arrival.
        """
        if self.since_ms is None:
            return ""
        first = datetime.fromtimestamp(self.since_ms / 1000, UTC) - timedelta(hours=25)
        return f"date={first:%Y-%m-%d}/hour={first:%H}"
