"""One panel of a chart: lines, areas, bars, bands of states and ranges over an axis that panels may share."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from local import programs  # noqa: F401 makes the training programs importable

from html_report.html import Markup, join, tag  # isort: skip
from html_report.svg import Axis  # isort: skip

WIDTH, LEFT, RIGHT = 860.0, 150.0, 24.0
INNER = WIDTH - LEFT - RIGHT
ROW = 20.0
_KEY_GAP, _LETTER, _CAPITAL = 16.0, 6.6, 8.6
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when something was so; `kind` is a colour of the style, `note` what it says when pointed at."""

    start: float
    end: float
    kind: str
    note: str


@dataclass(slots=True, kw_only=True)
class Panel:
    """A title, a key, an area of `height` with a y axis, and what was drawn in it in the order it was added.

    `y` is None for panels of rows, such as bands. `own_x` panels draw their own ticks and have no marks through them.
    """

    title: str
    x: Axis
    y: Axis | None
    height: float = 120.0
    own_x: bool = False
    keys: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Markup] = field(default_factory=list)

    def line(self, points: Points, kind: str, key: str = "", *, steps: bool = False) -> "Panel":
        """Add a line; with `steps` a value holds until the next one."""
        self._keyed(kind, key)
        if len(points):
            places = [self.at(*point) for point in points]
            path = [f"M{places[0][0]:.1f} {places[0][1]:.1f}"]
            path += [f"H{x:.1f}V{y:.1f}" if steps else f"L{x:.1f} {y:.1f}" for x, y in places[1:]]
            self.parts.append(tag("path", d="".join(path), class_=f"line-{kind}"))
        return self

    def bar(self, start: float, end: float, low: float, high: float, kind: str) -> "Panel":
        """Add a block from `start` to `end`, from `low` to `high`; nothing where it has no height."""
        if high > low:
            (left, bottom), (right, top) = self.at(start, low), self.at(end, high)
            shape = {"x": f"{left:.1f}", "y": f"{top:.1f}", "width": f"{max(right - left, 0.8):.1f}"}
            self.parts.append(tag("rect", **shape, height=f"{bottom - top:.1f}", class_=f"fill-{kind}"))
        return self

    def area(self, low: Points, high: Points, kind: str, key: str = "") -> "Panel":
        """Fill between two lines of the same x."""
        self._keyed(kind, key)
        if len(low):
            places = [self.at(*point) for point in [*high, *reversed(list(low))]]
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + "Z"
            self.parts.append(tag("path", d=path, class_=f"fill-{kind}"))
        return self

    def dot(self, x: float, y: float, kind: str, note: str) -> "Panel":
        """Add a dot that says what it is."""
        across, up = self.at(x, y)
        shape = {"cx": f"{across:.1f}", "cy": f"{up:.1f}", "r": "4"}
        self.parts.append(tag("circle", tag("title", note), **shape, class_=f"fill-{kind}"))
        return self

    def key(self, kind: str, text: str) -> "Panel":
        """Say what a colour means."""
        self._keyed(kind, text)
        return self

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies, the panel's area beginning at 0."""
        up = self.y.place(y) if self.y else 0.0
        return LEFT + self.x.place(x) * INNER, self.height * (1.0 - up)

    def render(self, top: float) -> Markup:
        """Return the panel with the head of its area at `top`."""
        grid = [self._across(self.y, value) for value in self.y.ticks()] if self.y else []
        return tag("g", self._head(), *grid, *self.parts, transform=f"translate(0 {top:.1f})")

    def _head(self) -> Markup:
        written = [tag("text", self.title, x=f"{LEFT:.0f}", y="-9", class_="head")]
        place = WIDTH - RIGHT
        for kind, text in reversed(self.keys):
            place -= sum(_CAPITAL if letter.isupper() else _LETTER for letter in text)
            written.append(tag("text", text, x=f"{place:.1f}", y="-9", class_="halo"))
            place -= 14.0
            square = {"x": f"{place:.1f}", "y": "-18", "width": "10", "height": "10", "rx": "2"}
            written.append(tag("rect", **square, class_=f"fill-{kind}"))
            place -= _KEY_GAP
        return join(written)

    def _across(self, y: Axis, value: float) -> Markup:
        _, up = self.at(self.x.low, value)
        text = tag("text", y.shown(value), x=f"{LEFT - 8:.0f}", y=f"{up + 4:.1f}", text_anchor="end")
        return join((tag("path", d=f"M{LEFT:.0f} {up:.1f}H{WIDTH - RIGHT:.0f}", class_="grid"), text))

    def _keyed(self, kind: str, text: str) -> None:
        if text:
            self.keys.append((kind, text))


def _round(x: float, y: float) -> dict[str, str]:
    return {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "5"}


def bands(title: str, x: Axis, rows: Sequence[tuple[str, Sequence[Span]]]) -> Panel:
    """Return a panel with a row for each thing, and in it a block for each state it was in."""
    panel = Panel(title=title, x=x, y=None, height=ROW * max(len(rows), 1))
    for number, (name, spans) in enumerate(rows):
        top = number * ROW
        panel.parts.append(tag("text", name, x=f"{LEFT - 8:.0f}", y=f"{top + 13:.1f}", text_anchor="end", class_="ink"))
        for span in spans:
            (left, _), (right, _) = panel.at(span.start, 0), panel.at(span.end, 0)
            shape = {"x": f"{left:.1f}", "y": f"{top + 2:.1f}", "width": f"{max(right - left, 1.0):.1f}"}
            note = tag("title", f"{name}: {span.note}")
            panel.parts.append(tag("rect", note, **shape, height=f"{ROW - 5:.0f}", rx="2", class_=f"fill-{span.kind}"))
    return panel


def ranges(title: str, x: Axis, rows: Sequence[tuple[str, float, float, float, str]]) -> Panel:
    """Return a panel with a dot and its range for each thing: name, low, value, high, colour; a line stands at zero."""
    panel = Panel(title=title, x=x, y=None, height=24.0 * len(rows), own_x=True)
    if x.low <= 0 <= x.high:
        zero, _ = panel.at(0, 0)
        panel.parts.append(tag("path", d=f"M{zero:.1f} 0V{panel.height:.0f}", class_="line-soft"))
    for number, (name, low, value, high, kind) in enumerate(rows):
        middle = number * 24.0 + 12.0
        (start, _), (at, _), (end, _) = panel.at(low, 0), panel.at(value, 0), panel.at(high, 0)
        panel.parts += [
            tag("text", name, x=f"{LEFT - 8:.0f}", y=f"{middle + 4:.1f}", text_anchor="end", class_="ink"),
            tag("path", d=f"M{start:.1f} {middle:.1f}H{end:.1f}", class_="range"),
            tag("circle", tag("title", f"{name}: {value:.4f}"), **_round(at, middle), class_=f"fill-{kind}"),
        ]
    return panel
