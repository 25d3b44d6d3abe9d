"""The report of an evaluation: the verdict in plain words first, then what it rests on."""

from collections.abc import Mapping
from typing import Any

from html_report import charts, tables
from html_report.html import Markup, page, section, tag
from html_report.verdict import figures, verdict
from html_report.words import count, day, share


def render(told: Mapping[str, Any]) -> str:
    """Return the HTML of what evaluation.json says, explanation and drift included."""
    title = f"Model {told['model_version']}: {'promoted' if told['promote'] else 'not promoted'}"
    test = told["test"]
    below = (
        f"Measured on {count(test['rows'])} transactions from {day(test['from'])} to {day(test['until'])}, "
        f"{count(test['frauds'])} of them fraud ({share(test['base_rate'], 2)}). No model learned from them."
    )
    return page(
        title,
        tag("h1", f"Model {told['model_version']}"),
        tag("p", below, class_="soft"),
        verdict(told),
        figures(told),
        _curves(told),
        tables.comparison(told),
        tables.explanation(told),
        tables.segments(told),
        tables.drift(told),
        tables.notes(told),
    )


def _curves(told: Mapping[str, Any]) -> Markup:
    mine = told["curves"].get("challenger")
    if not mine:
        return Markup("")
    theirs = told["curves"].get("champion") or {}
    champion = told["champion"]["model_version"] if theirs else None
    currency, budget = told["challenger"]["money"]["currency"], told["challenger"]["all_rows"]["budget"]
    chosen = {
        role: (told[role]["at_thresholds"]["alert_rate"], told[role]["money"]["saved_minor"])
        for role in ("challenger", "champion")
        if told[role] and told[role].get("money")
    }
    bins = {role: told[role]["calibration"]["bins"] for role in chosen}
    legend = charts.key(champion)
    calibration = told["challenger"]["calibration"]
    return section(
        "How well it tells frauds",
        tag(
            "div",
            charts.figure(
                "Precision by recall",
                charts.precision_recall(mine["precision_recall"], theirs.get("precision_recall")),
                "Upwards: how many alerts are fraud. To the right: how many of the frauds are found.",
                key=legend,
            ),
            charts.figure(
                "Frauds found by transactions looked at",
                charts.gain(mine["gain"], theirs.get("gain"), budget),
                f"The most suspicious first. The dotted line is the alert budget, {share(budget)} of transactions.",
                key=legend,
            ),
            charts.figure(
                "Money saved by share of alerts",
                charts.money(mine["money"], theirs.get("money"), chosen, currency),
                f"In {currency}, by the cost matrix. A dot stands where a model's own thresholds are.",
                key=legend,
            ),
            charts.figure(
                "Scores as probabilities",
                charts.calibration(bins["challenger"], bins.get("champion")),
                f"Both axes by powers of ten. Expected calibration error "
                f"{calibration['expected_calibration_error']:.4f}, Brier score {calibration['brier']:.5f}: "
                f"{calibration['expected_frauds']:.0f} frauds were expected, {calibration['frauds']} came.",
                key=legend,
            ),
            class_="charts",
        ),
    )
