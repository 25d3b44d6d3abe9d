"""The report of a shadow: whether the challenger is fit to decide, and what it would have done."""

from collections.abc import Mapping
from typing import Any

from html_report import charts
from html_report.html import Markup, page, section, table, tag
from html_report.words import UNKNOWN, count, figure, share

_SHOWN = 12
_LARGE = 0.25


def render(told: Mapping[str, Any]) -> str:
    """Return the HTML of what shadow.json says."""
    head = "It is fit to decide." if told["fit"] else "It is not fit to decide."
    reason = told["reason"]
    return page(
        f"Model {told['model_version']} in the shadow: {'fit' if told['fit'] else 'not fit'}",
        tag("h1", f"Model {told['model_version']} in the shadow"),
        tag(
            "p",
            f"{count(told['rows'])} transactions since {told['since'][:16].replace('T', ' ')} UTC, scored on the "
            "features they were served. None of its scores decided anything.",
            class_="soft",
        ),
        tag(
            "div",
            tag("p", tag("strong", head)),
            tag("p", reason[:1].upper() + reason[1:] + "."),
            class_="verdict" if told["fit"] else "verdict no",
        ),
        _alerts(told),
        _agreement(told["agreement"]),
        _labels(told["labels"]),
        _drift(told),
    )


def _alerts(told: Mapping[str, Any]) -> Markup:
    rates = told["alert_rate"]
    shown = (
        ("The challenger would alert on", rates["challenger"], "by its own threshold"),
        ("Its evaluation had", rates["expected"], "on the test window"),
        ("The champion alerts on", rates["champion"], "by its threshold, rules aside"),
        ("Decided", rates["decided"], "reviewed or blocked, rules included"),
    )
    boxes = [tag("div", tag("dt", name), tag("dd", share(value, 2), tag("small", note))) for name, value, note in shown]
    return tag("dl", *boxes, class_="figures")


def _agreement(agreement: Mapping[str, Any] | None) -> Markup:
    if not agreement:
        return Markup("")
    rows = [
        ("both alert", count(agreement["both_alert"])),
        ("the challenger alone", count(agreement["challenger_alone"])),
        ("the champion alone", count(agreement["champion_alone"])),
    ]
    return section(
        "Where the two differ",
        tag("p", f"They agree on {share(agreement['share'], 2)} of transactions."),
        table(("who would alert", "transactions"), rows, caption="Transactions by who would alert on them"),
    )


def _labels(labels: Mapping[str, Any] | None) -> Markup:
    if not labels:
        return Markup("")
    rows = [("challenger", figure(labels["challenger"], 4)), ("champion", figure(labels["champion"], 4))]
    return section(
        "What labels say already",
        tag(
            "p",
            f"{count(labels['rows'])} transactions are labelled, {count(labels['frauds'])} as fraud. The first labels "
            "are no fair sample: people look at what was alerted on.",
            class_="soft",
        ),
        table(("model", "average precision"), rows, caption="Where labels have come"),
    )


def _drift(told: Mapping[str, Any]) -> Markup:
    if not told["features_psi"]:
        return Markup("")
    found = list(told["features_psi"].items())[:_SHOWN]
    moved = told["score_psi"]
    return section(
        "Live against learned",
        tag(
            "p",
            f"Population stability index of the score: {UNKNOWN if moved is None else f'{moved:.3f}'}. Below 0.1 is "
            "quiet, from 0.25 on it is another distribution. Hour, weekend and what goes with them move with the time "
            "of the shadow.",
            class_="soft",
        ),
        tag(
            "div",
            charts.figure("The features that moved most", charts.drift(found, _LARGE), "Against what it learned from."),
            class_="narrow",
        ),
    )
