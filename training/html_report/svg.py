"""Small charts as SVG: axes that end on round numbers, lines, dots and bars, coloured by the page's style."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from html_report.html import Markup, tag

Point = Sequence[float]
_WIDTH, _HEIGHT = 400.0, 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 20.0, 10.0, 40.0
_ROW, _LABELS = 27.0, 190.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A range of values and how they are written; `log` for powers of ten."""

    label: str
    low: float
    high: float
    shown: Callable[[float], str]
    log: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies, 0 to 1; values beyond an end lie at it."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low) if high > low else 0.0

    def ticks(self) -> list[float]:
        """Return round values within the range."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(first, last + 1)]
        step = round_step((self.high - self.low) / 4)
        first = math.ceil(self.low / step - 1e-9)
        return [step * position for position in range(first, math.floor(self.high / step + 1e-9) + 1)]


def round_step(rough: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not below a rough step.

    Examples
    --------
    >>> round_step(0.23), round_step(130)
    (0.5, 200.0)
    """
    if not rough > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= rough * (1 - 1e-9)), 10 * power)


class Plot:
    """A chart with two axes; parts are drawn in the order they are added."""

    def __init__(self, title: str, description: str, x: Axis, y: Axis) -> None:
        self._title, self._description, self._x, self._y = title, description, x, y
        self._parts: list[Markup] = []

    def line(self, points: Sequence[Point], kind: str, *, steps: bool = False) -> "Plot":
        """Add a line; with `steps` a value holds until the next one."""
        if len(points):
            places = [self._at(point) for point in points]
            path = [f"M{places[0][0]:.1f} {places[0][1]:.1f}"]
            path += [f"V{y:.1f}H{x:.1f}" if steps else f"L{x:.1f} {y:.1f}" for x, y in places[1:]]
            self._parts.append(tag("path", d="".join(path), class_=kind))
        return self

    def dot(self, point: Point, kind: str, note: str) -> "Plot":
        """Add a dot that says what it is."""
        x, y = self._at(point)
        self._parts.append(tag("circle", tag("title", note), cx=f"{x:.1f}", cy=f"{y:.1f}", r="4.5", class_=kind))
        return self

    def render(self) -> Markup:
        """Return the chart."""
        grid = [self._tick(value, across=False) for value in self._x.ticks()]
        grid += [self._tick(value, across=True) for value in self._y.ticks()]
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        label = tag("text", self._x.label, x=f"{middle:.0f}", y=f"{_HEIGHT - 6:.0f}", text_anchor="middle")
        return _svg(self._title, self._description, _WIDTH, _HEIGHT, [*grid, label, *self._parts])

    def _at(self, point: Point) -> tuple[float, float]:
        across, up = self._x.place(point[0]), self._y.place(point[1])
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)

    def _tick(self, value: float, *, across: bool) -> Markup:
        if across:
            _, y = self._at((self._x.low, value))
            path = f"M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"
            name = tag("text", self._y.shown(value), x=f"{_LEFT - 6}", y=f"{y + 4:.1f}", text_anchor="end")
        else:
            x, _ = self._at((value, self._y.low))
            path = f"M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"
            name = tag("text", self._x.shown(value), x=f"{x:.1f}", y=f"{_HEIGHT - _BOTTOM + 15}", text_anchor="middle")
        return Markup(tag("path", d=path, class_="grid") + name)


def bars(title: str, description: str, rows: Sequence[tuple[str, float, str, str]]) -> Markup:
    """Return horizontal bars: each a name, a value of 0 or more, its text, and the kind of bar."""
    height = _ROW * len(rows) + 6
    most = max((value for _, value, _, _ in rows), default=0) or 1
    parts = []
    for position, (name, value, shown, kind) in enumerate(rows):
        y = position * _ROW + 5
        length = value / most * (_WIDTH - _LABELS - 62)
        parts += [
            tag("text", name, x=f"{_LABELS - 8}", y=f"{y + 14:.1f}", text_anchor="end", class_="name"),
            tag("rect", x=f"{_LABELS}", y=f"{y:.1f}", width=f"{max(length, 1):.1f}", height="18", rx="2", class_=kind),
            tag("text", shown, x=f"{_LABELS + length + 6:.1f}", y=f"{y + 14:.1f}"),
        ]
    return _svg(title, description, _WIDTH, height, parts)


def _svg(title: str, description: str, width: float, height: float, parts: Sequence[Markup]) -> Markup:
    return tag(
        "svg",
        tag("title", title),
        tag("desc", description),
        *parts,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        aria_label=f"{title}. {description}",
    )
