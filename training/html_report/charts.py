"""The charts of an evaluation, from what evaluation.json says."""

from collections.abc import Mapping, Sequence
from typing import Any

from html_report.html import Markup, tag
from html_report.svg import Axis, Plot, bars
from html_report.words import share, whole_units

_SHARE = {"low": 0.0, "high": 1.0, "shown": lambda value: f"{value * 100:.0f}%"}
_LONGEST = 30


def figure(title: str, chart: Markup, caption: str, *, key: Markup | None = None) -> Markup:
    """Return a chart with its heading and what it tells."""
    return tag("figure", tag("h3", title), *([key] if key else []), chart, tag("figcaption", caption))


def key(champion: str | None) -> Markup:
    """Return what the lines mean."""
    theirs = [tag("i", class_="theirs"), f"champion {champion}"] if champion else []
    return tag("p", tag("i"), "challenger", *theirs, class_="key")


def precision_recall(mine: Sequence[Any], theirs: Sequence[Any] | None) -> Markup:
    """Return precision over recall."""
    title = "Precision by recall"
    plot = Plot(
        title,
        "How many of the alerts are fraud, as more of the frauds are found.",
        Axis(label="share of frauds found (recall)", **_SHARE),
        Axis(label="", **_SHARE),
    )
    plot.line(theirs or (), "theirs").line(mine, "ours")
    return plot.render()


def gain(mine: Sequence[Any], theirs: Sequence[Any] | None, budget: float) -> Markup:
    """Return the share of frauds found over the share of transactions looked at, the first of them."""
    end = min(max(10 * budget, 0.02), 1.0)
    plot = Plot(
        "Frauds found by transactions looked at",
        f"The first {share(end)} of transactions, the most suspicious first.",
        Axis(label="share of transactions looked at", low=0, high=end, shown=share),
        Axis(label="", **_SHARE),
    )
    plot.line([(budget, 0), (budget, 1)], "even")
    plot.line(_until(theirs or (), end), "theirs").line(_until(mine, end), "ours")
    return plot.render()


def money(
    mine: Sequence[Any], theirs: Sequence[Any] | None, chosen: Mapping[str, tuple[float, float]], currency: str
) -> Markup:
    """Return money saved over the share of alerts, and where the thresholds of both models stand."""
    points = [*mine, *(theirs or ())]
    values = [point[1] for point in points] + [value for _, value in chosen.values()] + [0.0]
    end = max([point[0] for point in points] + [rate for rate, _ in chosen.values()] + [0.001])
    plot = Plot(
        "Money saved by share of alerts",
        "What reviewing so many transactions would have saved by the cost matrix; a dot is a model's own threshold.",
        Axis(label="share of transactions alerted on", low=0, high=end, shown=share),
        Axis(label="", low=min(values), high=max(values), shown=lambda value: whole_units(value, currency)),
    )
    plot.line(theirs or (), "theirs").line(mine, "ours")
    for role, kind in (("champion", "dot2"), ("challenger", "dot")):
        if role in chosen:
            plot.dot(chosen[role], kind, f"{role}: {share(chosen[role][0], 2)} alerts")
    return plot.render()


def calibration(mine: Sequence[Any], theirs: Sequence[Any] | None) -> Markup:
    """Return the share of frauds over the mean score of each bin, both on logarithmic axes."""
    least, ends = 1e-4, {"low": 1e-4, "high": 1.0, "log": True, "shown": lambda value: f"{value * 100:g}%"}
    plot = Plot(
        "Scores as probabilities",
        "The share of frauds among transactions of about the same score; on the dotted line the two are equal.",
        Axis(label="mean score", **ends),
        Axis(label="", **ends),
    )
    plot.line([(least, least), (1, 1)], "even")
    for bins, line, dot in ((theirs or (), "theirs", "dot2"), (mine, "ours", "dot")):
        points = [(each["mean_score"], each["fraud_share"]) for each in bins]
        plot.line(points, line)
        for point, each in zip(points, bins, strict=True):
            plot.dot(point, dot, f"{each['frauds']} frauds among {each['rows']:,} transactions")
    return plot.render()


def contributions(features: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the mean size of each feature's contribution."""
    rows = [
        (_short(each["feature"]), each["mean_contribution"], f"{each['mean_contribution']:.2f}", "bar")
        for each in features
    ]
    return bars("What moves the score", "Mean size of the SHAP contribution of each feature, in log-odds.", rows)


def drift(found: Sequence[tuple[str, float]], large: float) -> Markup:
    """Return the population stability index of the features that moved most."""
    rows = [(_short(name), value, f"{value:.3f}", "bar2" if value >= large else "bar pale") for name, value in found]
    return bars("Drift", "Population stability index of each feature, the largest first.", rows)


def _until(points: Sequence[Any], end: float) -> list[Any]:
    """Return the points up to an end, the line cut there."""
    kept = [point for point in points if point[0] <= end]
    after = points[len(kept)] if len(kept) < len(points) else None
    if after is not None and kept:
        before = kept[-1]
        slope = (after[1] - before[1]) / (after[0] - before[0])
        kept.append((end, before[1] + slope * (end - before[0])))
    return kept


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
