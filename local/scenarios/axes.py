"""Axes and panels that several stories have."""

from collections.abc import Mapping, Sequence

from local.scenarios.panel import Panel

from html_report.svg import Axis  # isort: skip


def seconds(end: float, what: str = "the stream began") -> Axis:
    """Return an axis of seconds from 0."""
    return Axis(label=f"seconds since {what}", low=0, high=end, shown=whole)


def upwards(most: float, *, least: float = 1.0) -> Axis:
    """Return an axis of counts from 0 to a little more than the largest."""
    return Axis(label="", low=0, high=max(most, least) * 1.05, shown=whole)


def share(high: float = 1.0, low: float = 0.0) -> Axis:
    """Return an axis of shares or figures below one."""
    return Axis(label="", low=low, high=high, shown=lambda value: f"{value:.2g}")


def whole(value: float) -> str:
    """Return a number without decimals."""
    return f"{value:,.0f}"


def stacked(
    title: str,
    x: Axis,
    counts: Mapping[str, Sequence[int]],
    kinds: Mapping[str, tuple[str, str]],
    *,
    height: float = 150.0,
) -> Panel:
    """Return a panel of one bar for each second, one kind on the other: colour and key by kind."""
    rows = list(zip(*counts.values(), strict=True))
    panel = Panel(title=title, x=x, y=upwards(max(map(sum, rows), default=1)), height=height)
    for second, row in enumerate(rows):
        low = 0
        for name, count in zip(counts, row, strict=True):
            panel.bar(second, min(second + 1, x.high), low, low + count, kinds[name][0])
            low += count
    for name in counts:
        panel.key(*kinds[name])
    return panel
