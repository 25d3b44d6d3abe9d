"""The tables of an evaluation's report."""

from collections.abc import Mapping
from typing import Any

from html_report import charts
from html_report.html import Markup, join, section, table, tag
from html_report.words import UNKNOWN, count, figure, many, money, share

_SHOWN_DRIFT = 12
_LARGE_DRIFT = 0.25
_DIRECTIONS = {"high": "high values raise", "low": "low values raise", "mixed": "depends", "none": ""}


def comparison(told: Mapping[str, Any]) -> Markup:
    """Return by how much the models differ, how sure that is, and what may not get worse."""
    difference = told["difference"]
    if not difference:
        return Markup("")
    saved, currency = difference["saved_minor"], told["challenger"]["money"]["currency"]
    rows = [
        (
            "average precision",
            figure(difference["difference"], 4),
            f"{figure(difference['low'], 4)} to {figure(difference['high'], 4)}",
            share(difference["share_better"], 0),
        ),
        (
            f"money saved, {currency}",
            money(saved["difference"], currency),
            f"{money(saved['low'] or 0, currency)} to {money(saved['high'] or 0, currency)}",
            share(saved["share_better"], 0),
        ),
    ]
    guards = [
        (
            guard["name"],
            _number(guard["champion"]),
            _number(guard["challenger"]),
            _number(guard["worst"]),
            "yes" if guard["holds"] else "no",
        )
        for guard in told["guards"]
    ]
    return section(
        "Against the champion",
        table(
            ("challenger less champion", "difference", "95% of resamples", "better in"),
            rows,
            caption=f"{told['resamples']} resamples of whole cards, the same for both models",
        ),
        table(("may not get worse", "champion", "challenger", "allowed", "holds"), guards, caption="Guards"),
    )


def explanation(told: Mapping[str, Any]) -> Markup:
    """Return the features that move the score."""
    found = told["explanation"]
    if not found:
        return Markup("")
    features = found["features"]
    rows = [
        (
            join((tag("code", each["feature"]), tag("small", each["label"]))),
            f"{each['mean_contribution']:.2f}",
            UNKNOWN if each["in_alerts"] is None else f"{each['in_alerts']:+.2f}",
            _DIRECTIONS[each["direction"]],
            each["typical"] or UNKNOWN,
        )
        for each in features
    ]
    return section(
        "What it goes by",
        tag(
            "p",
            "Exact SHAP contributions in log-odds: 0.69 doubles the odds of fraud. Of the mean size over "
            f"{count(found['rows'])} transactions, and of the mean over {count(found['alerts'])} alerts.",
            class_="soft",
        ),
        tag(
            "div",
            charts.figure("What moves the score", charts.contributions(features), "Mean size over all transactions."),
            class_="narrow",
        ),
        table(
            ("feature", "mean size", "in alerts", "direction", "typical of an alert"),
            rows,
            caption="The features that move the score most",
            words=2,
        ),
    )


def segments(told: Mapping[str, Any]) -> Markup:
    """Return the figures of parts of the window."""
    rows = [
        (
            join((each["segment"], tag("small", each["by"]))),
            count(each["rows"]),
            count(each["frauds"]),
            figure(each["average_precision"]),
            share(each["alert_rate"], 2),
            share(each["alert_precision"], 0),
            share(each["alert_recall"], 0),
        )
        for each in told["segments"]
    ]
    head = ("segment", "transactions", "frauds", "average precision", "alerted on", "rightly", "frauds met")
    return (
        section("Where it is strong and weak", table(head, rows, caption="The challenger, by segment"))
        if rows
        else Markup("")
    )


def drift(told: Mapping[str, Any]) -> Markup:
    """Return how far the window is from what the model beside it learned from."""
    moved = told["drift"]
    if not moved:
        return Markup("")
    found = list(moved["features"].items())[:_SHOWN_DRIFT]
    if moved["score"] is not None:
        found.append(("its score", moved["score"]))
    absent = moved["not_in_champion"]
    more = f" It did not know {', '.join(absent)}." if absent else ""
    return section(
        "What has changed since",
        tag(
            "p",
            f"The test window against what model {moved['model_version']} learned from, "
            f"{many(moved['rows'], 'transaction')}. Below 0.1 is quiet, from 0.25 on it is another distribution.{more}",
            class_="soft",
        ),
        tag(
            "div",
            charts.figure(
                "Population stability index",
                charts.drift(found, _LARGE_DRIFT),
                "The features that moved most, and the score.",
            ),
            class_="narrow",
        ),
    )


def notes(told: Mapping[str, Any]) -> Markup:
    """Return what the figures rest on."""
    matrix = told["money"]["matrix"]
    currency = told["money"]["currency"]
    return section(
        "How it was measured",
        tag(
            "p",
            f"Cost matrix: an alert costs {money(matrix['alert_minor'], currency)}; of a reviewed fraud "
            f"{share(matrix['recovered_share'], 0)} is saved; a blocked genuine payment costs "
            f"{money(matrix['block_genuine_minor'], currency)}; an approved fraud costs its amount. These are "
            "assumptions: replace them by your own.",
        ),
        tag(
            "p",
            "Average precision is the area under precision by recall, step by step; chance has "
            f"{figure(told['test']['base_rate'], 4)}. Thresholds were chosen on an earlier window: review from "
            f"{told['thresholds']['review']:.4g}, block from {told['thresholds']['block']:.4g}.",
        ),
        tag("p", "Features ", tag("code", told["schema_hash"]), class_="soft"),
    )


def _number(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4f}"
