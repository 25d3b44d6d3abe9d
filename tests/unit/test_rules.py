"""The team's rules: what is accepted as a document, and what fires."""

import json

import numpy as np
import pytest
from fraudstream.deciding import outcomes
from fraudstream.errors import PolicyError
from fraudstream.features import FEATURE_NAMES
from fraudstream.rules import default_rules, evaluate, read_rules
from fraudstream.scoring import Scores, Thresholds

from tests.reliability.proof import proves


def document(**rule: object) -> bytes:
    """A document of one rule."""
    whole = {
        "name": "large",
        "because": "it is large",
        "outcome": "review",
        "when": [{"feature": "amount", "is": ">=", "value": 100}],
    }
    return json.dumps({"version": "1", "rules": [whole | rule]}).encode()


def rows(**values: list[float]) -> np.ndarray:
    """Feature rows that are missing everything but what is named."""
    n = len(next(iter(values.values())))
    matrix = np.full((n, len(FEATURE_NAMES)), np.nan, np.float32)
    for name, column in values.items():
        matrix[:, FEATURE_NAMES.index(name)] = column
    return matrix


def scored(*values: float) -> Scores:
    """Scores with the thresholds .5 and .9."""
    return Scores(values=np.array(values), model_version="m", thresholds=Thresholds(review=0.5, block=0.9))


@proves(faults=[23])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "rules document"),
        (b'{"version":"\xff"}', "rules document"),
        (b'{"x":' + b"[" * 5_000, "rules document"),
        (document(outcome="deny"), "outcome"),
        (document(when=[]), "no condition"),
        (document(when=[{"feature": "amuont", "is": ">", "value": 1}]), "no feature is called 'amuont'"),
        (document(when=[{"feature": "amount", "is": "=>", "value": 1}]), "'is' must be one of"),
        (document(when=[{"feature": "amount", "is": ">", "value": "1"}]), "value"),
        (document(unless=[]), "unless"),
    ],
)
def test_a_wrong_document_is_refused_with_the_place_of_the_mistake(text, said):
    """Nothing is evaluated that was not understood."""
    with pytest.raises(PolicyError, match=said):
        read_rules(text)


@proves(faults=[23])
def test_a_name_that_stands_twice_is_refused():
    """Rules are known by their names."""
    rule = json.loads(document())["rules"][0]
    with pytest.raises(PolicyError, match="twice"):
        read_rules(json.dumps({"version": "1", "rules": [rule, rule]}).encode())


def test_a_rule_fires_where_all_its_conditions_hold_and_nothing_is_missing():
    """A missing feature is not known to fulfil anything."""
    conditions = [{"feature": "amount", "is": ">=", "value": 100}, {"feature": "hour_of_day", "is": "<", "value": 6}]
    fired = evaluate(read_rules(document(when=conditions)), rows(amount=[100, 100, 99], hour_of_day=[5, np.nan, 5]))
    assert [fired.names(row) for row in range(3)] == [("large",), (), ()]


def test_the_severest_of_score_and_rules_is_done():
    """A review rule lifts an approval and leaves a block; a block rule blocks."""
    review = evaluate(read_rules(document()), rows(amount=[1, 100, 100, 100]))
    assert outcomes(scored(0.1, 0.1, 0.6, 0.95), review).tolist() == [0, 1, 1, 2]
    block = evaluate(read_rules(document(outcome="block")), rows(amount=[1, 100]))
    assert outcomes(scored(0.6, 0.1), block).tolist() == [1, 2]


def test_an_approving_rule_never_outweighs_a_score():
    """It says what is safe without one."""
    approve = evaluate(read_rules(document(outcome="approve")), rows(amount=[100, 100, 1]))
    assert outcomes(scored(0.6, 0.95, 0.1), approve).tolist() == [1, 2, 0]
    assert outcomes(None, approve).tolist() == [0, 0, 1]


def test_without_scores_and_without_a_rule_everything_is_reviewed():
    """Never a silent approval."""
    nothing = evaluate(read_rules(b'{"version": "1", "rules": []}'), rows(amount=[1, 2]))
    assert outcomes(None, nothing).tolist() == [1, 1]


@proves(faults=[23])
def test_the_rules_that_ship_are_valid_and_explain_themselves():
    """Each has a reason that a person can read."""
    assert all(len(rule.because) > 20 for rule in default_rules().rules)
