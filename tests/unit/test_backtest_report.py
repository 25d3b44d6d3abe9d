"""The arithmetic of a backtest, on rows made by hand."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from fraudstream.policy import NamedList, ThresholdChoice, coded
from fraudstream.policy.document import Entry
from fraudstream.scoring import Thresholds
from money import CostMatrix

from operate.backtest.agreement import Decided
from operate.backtest.evaluate import Backtest, Portion
from operate.backtest.facts import FRAUD, LEGITIMATE, UNKNOWN, Facts, truths
from operate.backtest.page import render
from operate.backtest.text import lines
from tests.archives import policy, rule

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
COSTS = CostMatrix(alert_minor=500, block_genuine_minor=2500, recovered_share=0.9)
MODEL = Thresholds(review=0.5, block=0.9)


class Rows:
    """Columns of a few rows."""

    def __init__(self, score, **columns) -> None:
        self.rows = len(next(iter(columns.values())))
        self._columns = {"score": score, **columns}

    def number(self, name):
        return np.array(self._columns[name], np.float64)

    def text(self, name):
        return coded(self._columns[name])


AMOUNT = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]
TRUTH = [FRAUD, LEGITIMATE, FRAUD, LEGITIMATE, FRAUD, UNKNOWN]
SCORE = [0.1, 0.1, 0.6, 0.6, 0.95, 0.95]


def portion(*, scored=True, decision=(0, 0, 1, 1, 2, 2), version="v1", fired=("",) * 6, priced=(True,) * 6) -> Portion:
    """Six rows: approved, reviewed and blocked by their scores, a fraud and another each."""
    score = np.array(SCORE) if scored else np.full(6, np.nan)
    return Portion(
        columns=Rows(score, amount_minor=AMOUNT, card_id=["a", "b", "a", "b", "c", None]),
        facts=Facts(
            truth=np.array(TRUTH, np.int8),
            amount_minor=np.array(AMOUNT),
            counts_as_money=np.array(priced),
            score=score,
        ),
        decided=Decided(
            decision=np.array(decision),
            rules_version=coded([version] * 6),
            fired=coded(fired),
            in_shadow=coded([None] * 6),
        ),
        decided_ms=np.arange(6, dtype=np.int64) * 1000,
        positions=np.arange(6),
        thresholds=MODEL if scored else None,
    )


def told(present, changed, *portions, days=2.0):
    """The document of a backtest."""
    backtest = Backtest(present, changed, COSTS)
    for each in portions or (portion(),):
        backtest.add(each)
    return backtest.told(days)


def test_figures_of_a_set_are_those_counted_by_hand():
    """Two reviewed, two blocked: of three frauds two caught; one legitimate payment looked at, none stopped."""
    present = told(policy("v1"), policy("v2"))["present"]
    expected = {
        "review": 2, "block": 2, "alerts": 4, "alerts_a_day": 2.0, "caught": 2, "missed": 1, "recall": 2 / 3,
        "precision": 2 / 3, "wrongly_stopped": 0, "wrongly_reviewed": 1, "flagged_unknown": 1,
        "caught_minor": 20_000, "missed_minor": 1_000, "wrongly_stopped_minor": 0,
        # 90% of the reviewed fraud and all of the blocked, less the two alerts that a person looked at.
        "saved_minor": 3_600 - 500 - 500 + 16_000,
    }  # fmt: skip
    assert {name: present[name] for name in expected} == expected


def test_what_changes_is_told_from_outcome_to_outcome_with_what_it_saves():
    """Blocking from .6 on stops one fraud more wholly and one customer."""
    found = told(policy("v1"), policy("v2", thresholds=ThresholdChoice(review=0.5, block=0.6)))
    assert found["changes"] == [
        {
            "from": "review", "to": "block", "rows": 2, "fraud": 1, "legitimate": 1, "unknown": 0, "fraud_share": 0.5,
            "amount_minor": 12_000, "saved_minor": (4_000 - 3_100) + (500 - 2_500),
        }
    ]  # fmt: skip
    assert found["difference"]["wrongly_stopped"] == 1
    assert found["difference"]["saved_minor"] == found["changes"][0]["saved_minor"]
    assert found["difference"]["caught"] == 0


def test_a_rule_is_told_with_what_it_alone_does():
    """It fires on four, of which two would have been flagged without it; the other two it flags alone."""
    found = told(policy("v1"), policy("v2", rule("small", "amount_minor < 10000")))
    (small,) = found["rules"]
    assert (small["fires"], small["fires_a_day"], small["fires_at_present"]) == (4, 2.0, None)
    assert (small["fraud"], small["legitimate"], small["unknown"], small["precision"]) == (2, 2, 0, 0.5)
    assert (small["flagged_alone"], small["caught_alone"]) == (2, 1)
    assert small["saved_alone_minor"] == (900 - 500) - 500


def test_of_two_rules_that_catch_the_same_neither_does_it_alone():
    """Taking one away changes nothing."""
    found = told(policy("v1"), policy("v2", rule("one", "amount_minor <= 1000"), rule("two", "amount_minor < 2000")))
    assert [each["fires"] for each in found["rules"]] == [1, 1]
    assert [each["changes_alone"] for each in found["rules"]] == [0, 0]


def test_a_shadow_rule_changes_nothing_and_is_told_as_if_it_were_live():
    """Its own line says what it would block; no other figure moves."""
    found = told(policy("v1"), policy("v2", rule("hidden", "amount_minor >= 8000", "block", shadow=True)))
    assert found["changes"] == []
    (hidden,) = found["rules"]
    assert hidden["shadow"]
    assert hidden["fires"] == 3
    assert (hidden["changes_alone"], hidden["stopped_alone"]) == (1, 1)
    assert hidden["saved_alone_minor"] == -2_500 + 500


def test_a_list_is_looked_into_at_the_moment_of_each_decision():
    """Card a is on it until the third row's second: the first row is stopped, the third is not."""
    listed = NamedList(
        name="stolen", of="card_id", effect="block", because="stolen",
        entries=(Entry(value="a", until="1970-01-01T00:00:02Z"),),
    )  # fmt: skip
    found = told(policy("v1"), policy("v2", lists=(listed,)))
    assert [(each["name"], each["kind"], each["fires"]) for each in found["rules"]] == [("stolen", "list", 1)]
    assert [(each["from"], each["to"], each["rows"]) for each in found["changes"]] == [("approve", "block", 1)]


def test_rules_that_are_taken_away_are_told():
    """What the present document has and the changed one has not."""
    found = told(policy("v1", rule("gone", "amount_minor < 1500"), rule("kept", "amount_minor < 0")), policy("v2"))
    assert [each["name"] for each in found["removed"]] == ["gone", "kept"]
    assert found["removed"][0]["caught_alone"] == 1


def test_without_scores_only_what_a_rule_approves_passes():
    """Rows that rules alone decided are decided by rules alone again."""
    approving = policy("v2", rule("small", "amount_minor < 1500", "approve"))
    found = told(policy("v1"), approving, portion(scored=False, decision=(1,) * 6))
    assert (found["present"]["review"], found["changed"]["review"]) == (6, 5)
    assert found["agreement"]["equal"] == 6


def test_amounts_in_other_currencies_count_in_all_but_money():
    """Minor units of different currencies do not add up."""
    other = portion(priced=(True, True, True, True, False, True))
    found = told(policy("v1"), policy("v1"), other)
    assert found["present"]["caught"] == 2
    assert found["present"]["caught_minor"] == 4_000
    assert found["present"]["saved_minor"] == 3_600 - 500 - 500


def test_portions_add_up():
    """In how many portions rows come makes no difference."""
    rules = policy("v1"), policy("v2", rule("small", "amount_minor < 10000"))
    once, twice = told(*rules), told(*rules, portion(), portion())
    assert {name: value for name, value in twice["present"].items() if name == "alerts"} == {"alerts": 8}
    assert twice["changes"][0]["rows"] == 2 * once["changes"][0]["rows"]
    assert twice["rules"][0]["fires"] == 2 * once["rules"][0]["fires"]


def test_the_curve_meets_the_figures_where_its_threshold_is_that_of_the_policy():
    """At the present review threshold, alerts and money of the curve are those of the set."""
    found = told(policy("v1", rule("small", "amount_minor < 1500")), policy("v2"))
    points = [point for point in found["curves"]["present"] if point["review"] >= 0.5]
    assert (points[-1]["alerts"], points[-1]["saved_minor"]) == (
        found["present"]["alerts"],
        found["present"]["saved_minor"],
    )
    lowest = found["curves"]["present"][-1]
    assert lowest["alerts"] == 6


@pytest.mark.parametrize(
    ("decision", "fired", "differs"),
    [
        ((0, 0, 1, 1, 2, 2), ("",) * 6, (0, 0)),
        ((0, 0, 1, 1, 2, 0), ("",) * 6, (1, 0)),
        ((0, 0, 1, 1, 2, 2), ("", "", "", "", "", "some_rule"), (0, 1)),
        ((1, 0, 1, 1, 2, 2), ("", "some_rule", "", "", "", ""), (1, 1)),
    ],
)
def test_the_agreement_counts_rows_that_come_out_otherwise_and_by_other_rules(decision, fired, differs):
    """Of those that the present version decided, and of no others."""
    found = told(policy("v1"), policy("v2"), portion(decision=decision, fired=fired))["agreement"]
    assert (found["rows"], found["outcome_differs"], found["rules_differ"]) == (6, *differs)
    assert found["equal"] == 6 - sum(differs)
    other = told(policy("v1"), policy("v2"), portion(decision=decision, fired=fired, version="v0"))["agreement"]
    assert other["rows"] == 0


def test_the_evaluation_needs_numpy_and_the_core_alone():
    """So that an API may call it: no AWS, no data frames, no files are loaded with it."""
    code = (
        "import sys, operate.backtest.evaluate; print([n for n in ('boto3', 'pandas', 'pyarrow') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert ran.stdout.strip() == "[]"


def test_silence_speaks_only_after_the_label_delay():
    """Unlabelled rows younger than that are unknown; what is said holds at any age."""
    label = np.array([UNKNOWN, UNKNOWN, UNKNOWN, FRAUD, LEGITIMATE], np.int8)
    event = np.array([0, 93, 94, 99, 99])
    found = truths(label, event, known_until_ms=100, delay_ms=7)
    assert found.tolist() == [LEGITIMATE, LEGITIMATE, UNKNOWN, FRAUD, LEGITIMATE]


def whole(changed=None) -> dict:
    """A document as the command makes it."""
    found = told(policy("v1"), changed or policy("v2", rule("small<b>", "amount_minor < 10000")))
    return json.loads(json.dumps(found)) | {
        "rows": {
            "evaluated": 6, "by_rules_alone": 0, "repeated_lines": 0, "other_features_version": 0,
            "labels_without_transaction": 0, "fraud": 3, "legitimate": 2, "legitimate_by_silence": 2, "unknown": 1,
        },
        "money": {
            "currency": "EUR", "rows_in_other_currencies": 0, "alert_minor": 500, "block_genuine_minor": 2500,
            "recovered_share": 0.9,
        },
        "period": {"first_event": "2026-11-01T00:00:00.000Z", "last_event": "2026-11-02T00:00:00.000Z"},
        "thresholds": {"m": {"review": 0.5, "block": 0.9, "source": "decisions"}},
        "unreadable": ["key cannot be read"],
    }  # fmt: skip


def test_the_report_says_before_all_figures_whether_they_can_be_relied_on():
    """All agree: said in a line. One does not: a warning, with its id, before any figure."""
    document = whole()
    assert "agreement    all 6 that v1 decided come out as they did" in "\n".join(lines(document))
    document["agreement"] |= {"equal": 5, "outcome_differs": 1, "examples": ["tx-9"]}
    text = "\n".join(lines(document))
    assert text.index("WARNING") < text.index("frauds caught")
    assert "tx-9" in text
    assert "key cannot be read" in text


def test_the_page_stands_alone_and_escapes_what_people_wrote():
    """No request to anywhere, one picture at least, and a name that looks like markup is text."""
    page = render(whole())
    assert "small&lt;b&gt;" in page
    assert "small<b>" not in page
    assert page.count("<svg") == 2
    for outside in ("http://", "https://", "<script", "<link", "src="):
        assert outside not in page


def test_a_report_of_a_change_that_changes_nothing_says_so():
    """And draws its pictures all the same."""
    document = whole(policy("v2"))
    assert "No outcome changes." in "\n".join(lines(document))
    assert "no outcome changes" in render(document)
