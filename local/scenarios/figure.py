"""A whole chart: title, numbered events through all panels, what they were, and the expectations with what was seen.

A picture alone, without script, font or address elsewhere, as SVG. What it shows is also said: a table of its figures
and one of the expectations carry the roles of tables, for whoever has the picture read out.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from local.proofs import Proof
from local.scenarios.panel import INNER, LEFT, RIGHT, WIDTH, Panel
from local.scenarios.style import STYLE

from html_report.html import Markup, join, tag  # isort: skip
from html_report.svg import Axis, round_step  # isort: skip

_PANEL_GAP, _TICKS, _PIN, _LINE, _LETTERS = 42.0, 34.0, 9.0, 17.0, 122
_MARGIN, _SEEN, _HALF = 24.0, 462.0, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened, where on the axis, in words."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a chart shows. `facts` are its figures in words: what, and how much."""

    title: str
    about: str
    x: Axis
    panels: Sequence[Panel]
    marks: Sequence[Mark] = ()
    facts: Sequence[tuple[str, str]] = ()
    proofs: Sequence[Proof] = ()

    def render(self) -> str:
        """Return the SVG document."""
        parts: list[Markup] = [tag("text", self.title, x=f"{_MARGIN:.0f}", y="32", class_="title")]
        y = 54.0
        for line in textwrap.wrap(self.about, _LETTERS):
            parts.append(tag("text", line, x=f"{_MARGIN:.0f}", y=f"{y:.0f}"))
            y += _LINE
        rows = pin_rows([self._place(mark.at) for mark in self.marks])
        head = y + 4
        y = head + (max(rows, default=-1) + 1) * 22.0 + _PANEL_GAP - 18
        ends, shared = y, [panel for panel in self.panels if not panel.own_x]
        for panel in self.panels:
            parts.append(panel.render(y))
            y += panel.height
            last = panel is shared[-1] if shared else False
            if panel.own_x or last:
                parts.append(_ticks(panel.x, y))
                y += _TICKS if panel.x.label else _TICKS / 2
            if last:
                ends = y - _TICKS
            y += _PANEL_GAP
        pins = [self._pin(number, mark, head + rows[number] * 22.0, ends) for number, mark in enumerate(self.marks)]
        y -= 8
        written, y = self._events(y)
        parts += [*written]
        for block in (self._facts, self._expectations):
            written, y = block(y)
            parts += written
        return self._document(y + 12, [*pins, *parts])

    def _document(self, height: float, parts: Sequence[Markup]) -> str:
        said = "; ".join(f"{name}: {value}" for name, value in self.facts)
        return "<?xml version='1.0' encoding='UTF-8'?>\n" + tag(
            "svg",
            tag("title", self.title),
            tag("desc", f"{self.about} {said}"),
            tag("style", Markup(STYLE)),
            tag("rect", width=f"{WIDTH:.0f}", height=f"{height:.0f}", class_="paper"),
            *parts,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
            width=f"{WIDTH:.0f}",
            role="group",
            aria_label=self.title,
        )

    def _place(self, at: float) -> float:
        return LEFT + self.x.place(at) * INNER

    def _pin(self, number: int, mark: Mark, top: float, end: float) -> Markup:
        x = self._place(mark.at)
        return tag(
            "g",
            tag("title", mark.text),
            tag("path", d=f"M{x:.1f} {top + _PIN:.1f}V{end:.1f}", class_="mark"),
            tag("circle", cx=f"{x:.1f}", cy=f"{top:.1f}", r=f"{_PIN:.0f}", class_="pin"),
            tag("text", number + 1, x=f"{x:.1f}", y=f"{top + 4:.1f}", text_anchor="middle", class_="number"),
        )

    def _events(self, y: float) -> tuple[list[Markup], float]:
        """Say what the pins are, in two columns where all are short."""
        if not self.marks:
            return [], y
        longest = max(len(mark.text) for mark in self.marks)
        columns = 2 if longest <= 58 and len(self.marks) > 3 else 1
        tall = -(-len(self.marks) // columns)
        written, rows = [tag("text", "What happened", x=f"{_MARGIN:.0f}", y=f"{y:.0f}", class_="head")], 0.0
        for number, mark in enumerate(self.marks):
            x = _MARGIN + _PIN + (number // tall) * (WIDTH - 2 * _MARGIN) / 2
            top = y + 22 + (number % tall) * 21.0
            rows = max(rows, top)
            written += [
                tag("circle", cx=f"{x:.1f}", cy=f"{top - 4:.1f}", r="8", class_="pin"),
                tag("text", number + 1, x=f"{x:.1f}", y=f"{top:.1f}", text_anchor="middle", class_="number"),
                tag("text", mark.text, x=f"{x + 16:.1f}", y=f"{top:.1f}", class_="ink"),
            ]
        return written, rows + 34

    def _facts(self, y: float) -> tuple[list[Markup], float]:
        """Return the figures as a table that is also one for who cannot see it."""
        if not self.facts:
            return [], y
        rows = []
        for number, (name, value) in enumerate(self.facts):
            top = f"{y + 21 + number * _LINE:.0f}"
            cells = (
                tag("text", name, x=f"{_MARGIN:.0f}", y=top, role="rowheader"),
                tag("text", value, x=f"{_MARGIN + 270:.0f}", y=top, role="cell", class_="ink"),
            )
            rows.append(tag("g", *cells, role="row"))
        head = tag("text", "In figures", x=f"{_MARGIN:.0f}", y=f"{y:.0f}", class_="head")
        return [head, tag("g", *rows, role="table", aria_label="In figures")], y + 21 + len(rows) * _LINE + 17

    def _expectations(self, y: float) -> tuple[list[Markup], float]:
        """Return what was expected and what was seen, as a table."""
        if not self.proofs:
            return [], y
        head = tag("text", "Expected, and seen", x=f"{_MARGIN:.0f}", y=f"{y:.0f}", class_="head")
        rows, top = [], y + 21
        for proof in self.proofs:
            word = "holds" if proof.holds else "FAILS"
            claims, seen = textwrap.wrap(proof.claim, _HALF - 3), textwrap.wrap(proof.found, _HALF - 4)
            cells = (
                tag("text", word, x=f"{_MARGIN:.0f}", y=f"{top:.0f}", role="cell", class_=word.lower()),
                tag("text", *_lines(claims, _MARGIN + 46, top), role="rowheader", class_="ink"),
                tag("text", *_lines(seen, _SEEN, top), role="cell"),
            )
            rows.append(tag("g", *cells, role="row"))
            top += _LINE * max(len(claims), len(seen)) + 4
        return [head, tag("g", *rows, role="table", aria_label="Expected, and seen")], top


def _lines(texts: Sequence[str], x: float, y: float) -> list[Markup]:
    return [tag("tspan", text, x=f"{x:.0f}", y=f"{y + _LINE * line:.0f}") for line, text in enumerate(texts)]


def pin_rows(places: Sequence[float]) -> list[int]:
    """Return a row for each pin, so that no two of one row overlap.

    Examples
    --------
    >>> pin_rows([100.0, 104.0, 150.0])
    [0, 1, 0]
    """
    newest: list[float] = []
    rows = []
    for place in places:
        row = next((i for i, x in enumerate(newest) if abs(place - x) >= 2 * _PIN + 2), len(newest))
        newest[row : row + 1] = [place]
        rows.append(row)
    return rows


def many_ticks(x: Axis) -> list[float]:
    """Return round values for an axis as wide as the picture: about twice as many as a small chart has."""
    step = round_step((x.high - x.low) / 10)
    first, last = math.ceil(x.low / step - 1e-9), math.floor(x.high / step + 1e-9)
    return [step * position for position in range(first, last + 1)]


def _ticks(x: Axis, y: float) -> Markup:
    written = []
    for value in many_ticks(x):
        at = f"{LEFT + x.place(value) * INNER:.1f}"
        written.append(tag("path", d=f"M{at} {y:.1f}v5", class_="grid"))
        written.append(tag("text", x.shown(value), x=at, y=f"{y + 18:.1f}", text_anchor="middle"))
    if x.label:
        written.append(tag("text", x.label, x=f"{WIDTH - RIGHT:.0f}", y=f"{y + 34:.1f}", text_anchor="end"))
    return join(written)
