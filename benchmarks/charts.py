"""The charts of docs/performance.md, as SVG that reads on light and on dark pages."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks import results
from benchmarks.numbers import plain, short
from benchmarks.places import CHARTS
from benchmarks.stamp import stamped

_INK = "#010203"
"""Stands for the page's own ink; no colour of a chart."""
_STYLE = (
    "<style>svg{color:#24292f}@media(prefers-color-scheme:dark){svg{color:#d0d7de}}"
    "text{font-family:system-ui,sans-serif}</style>"
)
_OURS, _PEER, _OTHER = "#1f9d6b", "#5b8def", "#d9822b"
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "fraudstream",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor"), _INK),
}


def write() -> None:
    """Draw every chart of what was measured last."""
    found = results.read()
    CHARTS.mkdir(parents=True, exist_ok=True)
    for name, draw in DRAWINGS.items():
        with mpl.rc_context(_SETTINGS):
            (CHARTS / f"{name}.svg").write_text(stamped(_svg(draw(found[name])), found[name]))


def _svg(figure: Figure) -> str:
    """Return a figure as SVG: its ink the page's, nothing of when and by what it was made."""
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Type", "Format")))
    text = re.sub(r"<\?xml.*?<svg", "<svg", out.getvalue(), count=1, flags=re.DOTALL)
    head, end, rest = text.partition(">")
    return head + end + _STYLE + re.sub(r"\s+\n", "\n", rest).replace(_INK, "currentColor")


def _hot_path(section: Mapping[str, Any]) -> Figure:
    """Return processor time by contestant, on a scale of powers of ten."""
    contestants = list(reversed(section["contestants"].values()))
    medians = [one["cpu_us_per_record"]["median"] for one in contestants]
    colours = [_colour(one["title"]) for one in contestants]
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh([one["title"] for one in contestants], medians, color=colours)
    axes.bar_label(bars, [f"{short(value)} µs" for value in medians], padding=4)
    axes.set_xscale("log")
    axes.set_xlim(10, max(medians) * 4)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
    axes.set_xlabel("CPU, microseconds a record (each line ten times the one before)")
    axes.tick_params(axis="y", length=0)
    return figure


def _colour(title: str) -> str:
    return _OURS if title == "Fraudstream" else _PEER if title.startswith("(") else _OTHER


def _batch_sizes(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return latency of a call and throughput, by records a call."""
    sizes = [row["records"] for row in rows]
    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(sizes, [row["latency_ms"]["median"] for row in rows], color=_PEER, marker="o")
    low, high = ([row["latency_ms"][end] for row in rows] for end in ("low", "high"))
    left.fill_between(sizes, low, high, color=_PEER, alpha=0.2)
    left.set_yscale("log")
    left.set_title("latency of a call, ms", loc="left", fontsize=10)
    right.plot(sizes, [row["records_per_second"] for row in rows], color=_OURS, marker="o")
    right.set_ylim(bottom=0)
    right.set_title("records a second, one shard", loc="left", fontsize=10)
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(sizes, [plain(size) for size in sizes], fontsize=7)
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
        axes.set_xlabel("records a call")
    return figure


def _shards(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return throughput by shards, and who kept the processor busy."""
    names = [plain(row["shards"]) for row in rows]
    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    bars = left.bar(names, [row["records_per_second"] for row in rows], color=_OURS)
    left.bar_label(bars, [plain(row["records_per_second"]) for row in rows], padding=2)
    left.set_title("records a second", loc="left", fontsize=10)
    functions = [row["function_cores"] for row in rows]
    right.bar(names, functions, color=_OURS, label="the functions")
    right.bar(names, [row["base_cores"] for row in rows], bottom=functions, color=_OTHER, label="the emulator")
    right.set_title("processor cores kept busy", loc="left", fontsize=10)
    right.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, -0.2), ncols=2)
    for axes in (left, right):
        axes.set_xlabel("shards")
    return figure


def _initialisation(section: Mapping[str, Any]) -> Figure:
    """Return the parts of a start, the largest first."""
    parts = sorted(section["parts_ms"].items(), key=lambda part: part[1])
    figure = Figure(figsize=(8, 2.8), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh([name for name, _ in parts], [value for _, value in parts], color=_PEER)
    axes.bar_label(bars, [short(value) for _, value in parts], padding=4)
    axes.margins(x=0.1)
    axes.set_xlabel("CPU, milliseconds from import to ready")
    axes.tick_params(axis="y", length=0)
    return figure


DRAWINGS: dict[str, Callable[[Any], Figure]] = {
    "hot-path": _hot_path,
    "batch-sizes": _batch_sizes,
    "shards": _shards,
    "initialisation": _initialisation,
}
