"""The pictures of a backtest: money against alerts, and the rows whose outcome changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from html_report.charts import figure
from html_report.html import Markup, section, tag
from html_report.svg import Axis, Plot, bars
from html_report.words import count, money, whole_units

_AXIS_CHARACTERS = 7
_SHOWN_ALERTS = 4
"""The curve is shown up to so many times the alerts of the larger set."""


def pictures(told: Mapping[str, Any]) -> Markup:
    """Return both pictures, side by side where there is room."""
    return section(
        "In pictures",
        tag(
            "div",
            figure(
                "Money against alerts",
                _money(told),
                "The lines are other review thresholds under the same rules; the dots are the two documents.",
                key=_key(told),
            ),
            figure(
                "Rows whose outcome changes",
                _moves(told),
                "By what is known of them now; the rest of the archive comes out as before.",
            ),
            class_="charts",
        ),
    )


def _money(told: Mapping[str, Any]) -> Markup:
    currency = told["money"]["currency"]
    ends = [told[name]["alerts_a_day"] for name in ("present", "changed")]
    end = max(_SHOWN_ALERTS * max(ends), 1.0)
    curves = {name: _until(points, end) for name, points in told["curves"].items()}
    values = [money for points in curves.values() for _, money in points]
    values += [told[name]["saved_minor"] for name in ("present", "changed")] + [0]
    plot = Plot(
        "Money against alerts",
        "Money saved over alerts a day, for review thresholds from high to low, under either document.",
        Axis(label="alerts a day", low=0, high=end, shown=lambda value: f"{value:,.4g}"),
        Axis(label="", low=min(values), high=max(values), shown=_short_money(max(map(abs, values)), currency)),
    )
    plot.line(curves["present"], "theirs").line(curves["changed"], "ours")
    for name, kind in (("present", "dot2"), ("changed", "dot")):
        at = told[name]
        note = f"{name} {at['version']}: {at['alerts_a_day']:,.1f} alerts a day, {money(at['saved_minor'], currency)}"
        plot.dot((at["alerts_a_day"], at["saved_minor"]), kind, note)
    return plot.render()


def _until(points: Sequence[Mapping[str, float]], end: float) -> list[tuple[float, float]]:
    return [(point["alerts_a_day"], point["saved_minor"]) for point in points if point["alerts_a_day"] <= end]


def _moves(told: Mapping[str, Any]) -> Markup:
    kinds = (("fraud", "fraud", "bar"), ("legitimate", "legitimate", "bar2"), ("unknown", "not yet known", "bar pale"))
    rows = [
        (f"{change['from']} → {change['to']}, {words}", float(change[name]), count(change[name]), kind)
        for change in told["changes"]
        for name, words, kind in kinds
        if change[name]
    ]
    rows = rows or [("no outcome changes", 0.0, "0", "bar")]
    return bars("Rows whose outcome changes", "From which outcome to which, and what is known of them.", rows)


def _key(told: Mapping[str, Any]) -> Markup:
    return tag(
        "p",
        tag("i"),
        f"changed {told['changed']['version']}",
        tag("i", class_="theirs"),
        f"present {told['present']['version']}",
        class_="key",
    )


def _short_money(most: float, currency: str) -> Callable[[float], str]:
    """Return how an axis writes money: in thousands where it would not fit otherwise."""
    if len(whole_units(most, currency)) <= _AXIS_CHARACTERS:
        return lambda value: whole_units(value, currency)
    return lambda value: f"{whole_units(value / 1_000, currency)}k"
