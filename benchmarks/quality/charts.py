"""The charts of docs/model-quality.md, as SVG that reads on light and on dark pages."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

from benchmarks.quality.gates import ORACLE
from benchmarks.quality.places import CHARTS, RESULTS
from benchmarks.stamp import stamped

_STYLE = (
    "<style>svg{color:#24292f;font:12px system-ui,sans-serif}"
    "@media(prefers-color-scheme:dark){svg{color:#d0d7de}}</style>"
)
_OURS, _BOOK, _OTHER = "#1f9d6b", "#5b8def", "#d9822b"
_WIDTH, _LEFT, _TOP, _BOTTOM = 760, 50, 30, 40


def write() -> None:
    """Draw every chart of what was measured last."""
    found = json.loads(RESULTS.read_text())
    CHARTS.mkdir(parents=True, exist_ok=True)
    for name, (sections, draw) in DRAWINGS.items():
        if all(section in found for section in sections):
            shown = [found[section] for section in sections]
            (CHARTS / f"{name}.svg").write_text(stamped("\n".join(draw(*shown)), shown))


def _folds(ours: Mapping[str, Any], book: Mapping[str, Any]) -> Iterator[str]:
    """Draw the average precision of each fold, this project's beside the book's features, under the oracle's mean."""
    height, low, high = 280, 0.0, 0.8
    weeks = [(fold["test_week"], fold["average_precision"]) for fold in ours["folds"]]
    others = [fold["average_precision"] for fold in book["folds"]]
    step = (_WIDTH - _LEFT - 20) / len(weeks)

    def y(value: float) -> float:
        return _TOP + (high - value) / (high - low) * (height - _TOP - _BOTTOM)

    yield from _head(height, "Average precision on each of the four folds")
    yield from _levels([0.0, 0.2, 0.4, 0.6, 0.8], y)
    for place, ((week, mine), other) in enumerate(zip(weeks, others, strict=True)):
        left = _LEFT + step * place + step * 0.18
        for value, colour, shift in ((other, _BOOK, 0.0), (mine, _OURS, step * 0.33)):
            x = left + shift
            yield (
                f'<rect x="{x:.1f}" y="{y(value):.1f}" width="{step * 0.3:.1f}" '
                f'height="{y(low) - y(value):.1f}" fill="{colour}"/>'
            )
            yield _text(x + step * 0.15, y(value) + 16, f"{value:.3f}"[1:], ink="#ffffff")
        yield _text(left + step * 0.32, height - 22, f"week of {week}")
    yield (
        f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{y(ORACLE):.1f}" y2="{y(ORACLE):.1f}" stroke="{_OTHER}" '
        'stroke-width="2" stroke-dasharray="5 4"/>'
    )
    names = (("the book's 15 features", _BOOK), ("this project", _OURS), (f"oracle, mean {ORACLE:.3f}", _OTHER))
    yield from _legend(names, height - 4)
    yield "</svg>"


def _features(section: Mapping[str, Any]) -> Iterator[str]:
    """Draw what is left of the average precision with fewer and fewer features, in both data sets."""
    height, gap = 280, 60
    path = section["path"]
    width = (_WIDTH - _LEFT - gap - 20) / 2
    yield from _head(height, "Average precision with fewer features, mean of the weeks to choose on")
    sources = (("handbook", "the Handbook", _BOOK), ("simulator", "the project's simulator", _OURS))
    most, fewest = path[0]["features"], path[-1]["features"]
    for panel, (source, title, colour) in enumerate(sources):
        left = _LEFT + panel * (width + gap)
        values = [mean(step[source]) for step in path]
        low, high = min(values) - 0.005, max(values) + 0.005

        def x(count: int, left: float = left) -> float:
            return left + (most - count) / (most - fewest) * width

        def y(value: float, low: float = low, high: float = high) -> float:
            return _TOP + 20 + (high - value) / (high - low) * (height - _TOP - _BOTTOM - 20)

        points = [(x(step["features"]), y(value)) for step, value in zip(path, values, strict=True)]
        joined = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
        yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for across, down in points:
            yield f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>'
        yield _text(left + width / 2, _TOP + 6, title)
        for value in (max(values), min(values)):
            yield _text(left - 6, y(value) + 4, f"{value:.3f}"[1:], anchor="end")
        for step in path:
            if step["features"] in (most, fewest) or step["features"] % 10 == 0:
                yield _text(x(step["features"]), height - 22, str(step["features"]))
    yield _text(_WIDTH / 2, height - 4, "features left")
    yield "</svg>"


def _head(height: int, title: str) -> Iterator[str]:
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{title}">'
    yield _STYLE
    yield _text(_LEFT, 16, title, anchor="start")


def _levels(values: Sequence[float], y: Callable[[float], float]) -> Iterator[str]:
    for value in values:
        yield (
            f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{y(value):.1f}" y2="{y(value):.1f}" '
            'stroke="currentColor" stroke-opacity="0.15"/>'
        )
        yield _text(_LEFT - 6, y(value) + 4, f"{value:.2f}"[1:], anchor="end")


def _legend(names: Sequence[tuple[str, str]], y: float) -> Iterator[str]:
    for place, (name, colour) in enumerate(names):
        x = _LEFT + place * 190
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour}"/>'
        yield _text(x + 18, y, name, anchor="start")


def _text(x: float, y: float, words: str, *, anchor: str = "middle", ink: str = "currentColor") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}">{words}</text>'


DRAWINGS: dict[str, tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = {
    "folds": (("folds", "book"), _folds),
    "features": (("elimination",), _features),
}
