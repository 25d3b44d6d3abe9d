"""The live picture of a running stream: a table that redraws itself on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

_SECONDS_A_LINE = 3.0
_REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One moment of the stream."""

    seconds: float
    to_send: int
    sent: int
    decided: int
    quarantined: int
    labels: int
    alerts: int
    by_decision: dict[str, int]
    by_scored_by: dict[str, int]
    latency_ms: dict[str, float]
    behind_seconds: float
    newest_alerts: Sequence[dict[str, Any]]

    @property
    def decided_a_second(self) -> float:
        """Mean throughput since the stream began."""
        return self.decided / self.seconds if self.seconds else 0.0


class View(Protocol):
    """Something that shows pictures, as a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, picture: Picture) -> None:
        """Show the moment."""


def view_for(console: Console) -> View:
    """Return the view that suits the console."""
    return TerminalView(console) if console.is_terminal else LineView(console)


class LineView:
    """Prints a line every few seconds."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._next = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, picture: Picture) -> None:
        """Print the moment, unless the last line is young."""
        if self._clock() < self._next and picture.decided < picture.to_send:
            return
        self._next = self._clock() + _SECONDS_A_LINE
        parts = [
            f"{picture.decided:,} of {picture.to_send:,} decided",
            f"{picture.decided_a_second:,.0f}/s",
            counts(picture.by_decision),
            f"{picture.alerts} alerts",
            f"{picture.quarantined} quarantined",
            latency(picture.latency_ms),
        ]
        self._console.print("        " + ", ".join(filter(None, parts)), markup=False, highlight=False, soft_wrap=True)


class TerminalView:
    """Redraws a table of counts and the newest alerts."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, picture: Picture) -> None:
        """Redraw."""
        self._live.update(drawn(picture))


def drawn(picture: Picture) -> Group:
    """Return the picture as something rich prints."""
    facts = Table.grid(padding=(0, 3))
    facts.add_row("", ProgressBar(total=max(1, picture.to_send), completed=picture.decided, width=60))
    for name, value in (
        ("decided", f"{picture.decided:,} of {picture.to_send:,} ({picture.sent:,} records sent)"),
        ("throughput", f"{picture.decided_a_second:,.0f} decisions a second"),
        ("decisions", counts(picture.by_decision)),
        ("scored by", counts(picture.by_scored_by)),
        ("latency", latency(picture.latency_ms)),
        ("behind", f"{picture.behind_seconds:.1f} s (age of the oldest record without a decision)"),
        ("labels", f"{picture.labels:,} arrived late, as they do"),
        ("quarantined", f"{picture.quarantined:,}"),
        ("alerts", f"{picture.alerts:,}"),
    ):
        facts.add_row(f"[dim]{name}[/dim]", value)
    return Group(facts, "", _alerts(picture.newest_alerts))


def _alerts(alerts: Sequence[dict[str, Any]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for alert in reversed(list(alerts)):
        color = "red" if alert["decision"]["decision"] == "block" else "yellow"
        table.add_row(f"[{color}]{escape(str(alert.get('subject', '')))}[/{color}]", escape(in_words(alert)))
    return table


def in_words(alert: dict[str, Any]) -> str:
    """Return an alert's reasons as one line, the strongest first."""
    return "; ".join(alert["reasons_in_words"][:_REASONS_SHOWN])


def counts(by: dict[str, int]) -> str:
    """Return counts by kind as one line.

    Examples
    --------
    >>> counts({"approve": 1200, "block": 3})
    'approve 1,200, block 3'
    """
    return ", ".join(f"{name} {count:,}" for name, count in by.items())


def latency(percentiles_ms: dict[str, float]) -> str:
    """Return latency percentiles as one line.

    Examples
    --------
    >>> latency({"p50": 812.4, "p99": 1400.0})
    'p50 812 ms, p99 1,400 ms'
    """
    return ", ".join(f"{name} {value:,.0f} ms" for name, value in percentiles_ms.items())
