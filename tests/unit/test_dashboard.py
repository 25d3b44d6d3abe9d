"""One page, four questions in their order; whatever it shows is really emitted, and it shows every alarm."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from cfnlint.decode import decode
from fraudstream.outcome import Outcome

from lint.resources import of_type
from tests.unit.watching_world import WATCHED, WATCHING

ROOT = Path(__file__).parents[2]
RESOURCES: dict[str, Any] = decode(str(ROOT / "template.yaml"))[0]["Resources"]
BODY, DOLLARS = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
DOCUMENT = json.loads(re.sub(r"\$\{[^}]+\}", "1", BODY))
EMITTED = {
    "score_transactions": set(Outcome().counts),
    "watch_rates": {name for name in WATCHING if name.startswith(WATCHED)},
    "measure_drift": {name for name in WATCHING if not name.startswith((*WATCHED, "RatesWatched", "DriftSilent"))},
}
QUESTIONS = ["Is it keeping up?", "Is it deciding?", "Is the model healthy?", "What does it cost?"]
CALLED = re.compile(r"[A-Za-z_]+(?=\()")


def metrics() -> list[list[Any]]:
    """Return every metric of every widget, `...` filled in."""
    found = []
    for widget in DOCUMENT["widgets"]:
        last: list[Any] = []
        for metric in widget["properties"].get("metrics", ()):
            names = [part for part in metric if not isinstance(part, dict)]
            last = last if names == ["..."] else names
            found.append([*last, *[part for part in metric if isinstance(part, dict)]])
    return found


def test_the_questions_come_in_their_order_from_top_to_bottom() -> None:
    """Every other widget stands below a question, and none on another."""
    asked = [widget for widget in DOCUMENT["widgets"] if widget["type"] == "text"]
    assert [re.sub(r"^## |(?<=\?).*$", "", widget["properties"]["markdown"]) for widget in asked] == QUESTIONS
    assert [widget["y"] for widget in asked] == sorted(widget["y"] for widget in asked)
    places: set[tuple[int, int]] = set()
    for widget in DOCUMENT["widgets"]:
        wide = range(widget["x"], widget["x"] + widget["width"])
        mine = {(x, y) for x in wide for y in range(widget["y"], widget["y"] + widget["height"])}
        assert max(wide) < 24
        assert not mine & places, widget
        places |= mine


def test_what_it_shows_of_ours_is_emitted_by_the_function_it_names() -> None:
    """A metric that nothing emits would be an empty picture that looks like calm."""
    shown = [tuple(metric[1:4]) for metric in metrics() if metric[0] == "Fraudstream"]
    assert len(shown) > 20
    for name, dimension, service in shown:
        assert dimension == "service"
        assert name in EMITTED[service], (name, service)


def test_the_model_is_judged_by_drift_labels_and_rates() -> None:
    """The figures of both watching functions are shown, each of them."""
    shown = {metric[1] for metric in metrics() if metric[0] == "Fraudstream"}
    assert {"ScorePsi", "DriftedFeatures", "LabelAveragePrecision", "LabelLogLoss"} <= shown
    assert {"AlertRate", "AlertRateUsual", "FraudRate", "FraudRateUsual"} <= shown


def test_every_alarm_of_the_template_is_shown() -> None:
    """An alarm that is added and not shown fails here."""
    shown = re.findall(r"\$\{(\w+Alarm)\.Arn\}", BODY)
    assert sorted(shown) == sorted(name for name, _ in of_type(RESOURCES, "AWS::CloudWatch::Alarm"))


def test_expressions_use_the_metrics_beside_them_and_functions_of_cloudwatch() -> None:
    """No expression names what its widget has not."""
    for widget in DOCUMENT["widgets"]:
        options = [metric[-1] for metric in widget["properties"].get("metrics", ()) if isinstance(metric[-1], dict)]
        known = {option["id"] for option in options if "id" in option}
        for option in options:
            text = option.get("expression", "")
            assert set(CALLED.findall(text)) <= {"FILL"}
            assert set(re.findall(r"\b[a-z][a-z_]*\b", text)) <= known, text


def test_prices_are_those_of_the_price_list() -> None:
    """What multiplies a metric is a list price; the other numbers turn units into those that are paid for."""
    listed = {
        table["usd"] for table in tomllib.loads((ROOT / "costs/prices.toml").read_text()).values() if "usd" in table
    }
    (cost,) = (widget for widget in DOCUMENT["widgets"] if widget["properties"].get("title", "").startswith("Dollars"))
    texts = [metric[0]["expression"] for metric in cost["properties"]["metrics"] if isinstance(metric[0], dict)]
    texts.append(json.dumps(DOLLARS))
    prices = {float(number) for text in texts for number in re.findall(r"\b0\.\d+", text)}
    assert len(prices) > 8
    assert prices <= listed
