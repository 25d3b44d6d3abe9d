"""From rules, lists, thresholds and scores to outcomes: what wins, what is only recorded, whose alert is held back."""

import msgspec
import numpy as np
import pytest
from fraudstream.features import FEATURE_NAMES
from fraudstream.policy import OUTCOMES, BatchColumns, CompiledPolicy, default_policy, snoozed
from fraudstream.scoring import Thresholds
from hypothesis import given
from hypothesis import strategies as st

from operate.rules.command import DEFAULT_FILE, SHIPPED_FILE
from operate.rules.reading import read_rules_file
from tests.golden.inputs import decision_records
from tests.policies import NOW_MS, named_list, policy, rule, table
from tests.reliability.proof import proves

MODEL = Thresholds(review=0.5, block=0.9)
LATER, EARLIER = "2026-12-24T18:00:00Z", "2026-09-01T00:00:00Z"
REVIEW = rule("amount == 1 or amount == 12 or amount == 13 or amount == 123", name="reviews")
BLOCK = rule("amount == 2 or amount == 12 or amount == 23 or amount == 123", name="blocks", outcome="block")
APPROVE = rule("amount == 3 or amount == 13 or amount == 23 or amount == 123", name="approves", outcome="approve")


def outcomes(compiled: CompiledPolicy, scores: list[float] | None = None, **columns: list) -> list[str]:
    """What is done with each row."""
    evaluated = compiled.evaluate(table(**columns), NOW_MS)
    found = evaluated.outcomes(None if scores is None else np.array(scores), MODEL if scores else None)
    return [OUTCOMES[position] for position in found.tolist()]


def test_the_severest_of_score_and_rules_is_done():
    """A review rule lifts an approval and leaves a block; a block rule blocks."""
    compiled = policy(REVIEW, BLOCK)
    assert outcomes(compiled, [0.1, 0.1, 0.6, 0.95], amount=[0, 1, 1, 1]) == ["approve", "review", "review", "block"]
    assert outcomes(compiled, [0.1, 0.6, 0.95], amount=[2, 2, 12]) == ["block"] * 3


def test_an_approving_rule_never_outweighs_a_score():
    """It says what is safe without one."""
    compiled = policy(REVIEW, BLOCK, APPROVE)
    assert outcomes(compiled, [0.6, 0.95, 0.1], amount=[3, 3, 0]) == ["review", "block", "approve"]
    assert outcomes(compiled, None, amount=[3, 0, 13, 23]) == ["approve", "review", "review", "block"]


def test_without_scores_and_without_a_rule_everything_is_reviewed():
    """Never a silent approval; a row that was not scored among others that were is treated the same."""
    assert outcomes(policy(), None, amount=[1, 2]) == ["review", "review"]
    assert outcomes(policy(APPROVE), [np.nan, np.nan, 0.1], amount=[0, 3, 0]) == ["review", "approve", "approve"]


def test_an_approve_list_overrides_scores_and_review_rules_and_no_block():
    """For a customer who was called; what is known to be compromised stays blocked."""
    trusted = named_list("card_t", "card_b", name="trusted", effect="approve")
    compiled = policy(REVIEW, BLOCK, lists=[trusted, named_list("card_b")])
    cards = ["card_t", "card_t", "card_t", "card_b", "card_x"]
    amounts = [0, 1, 2, 0, 0]
    expected = ["approve", "approve", "block", "block", "block"]
    assert outcomes(compiled, [0.99, 0.99, 0.1, 0.1, 0.99], amount=amounts, card_id=cards) == expected
    assert outcomes(compiled, None, amount=[0], card_id=["card_t"]) == ["approve"]


def test_lists_are_named_among_the_rules_that_fired_and_lists_for_expressions_are_not():
    """An analyst sees why; a list without an effect only serves rules."""
    lists = [named_list("card_a"), named_list("card_a", name="watched", effect="none")]
    compiled = policy(rule("card_id in watched", name="of_the_watched"), lists=lists)
    evaluated = compiled.evaluate(table(card_id=["card_a", "card_b"]), NOW_MS)
    assert [evaluated.names(row) for row in range(2)] == [("of_the_watched", "stolen"), ()]


def test_the_teams_thresholds_go_before_the_models():
    """One of them, or both; with both no model needs to say any."""
    assert outcomes(policy(thresholds={"review": 0.2}), [0.1, 0.3, 0.95], amount=[0, 0, 0]) == [
        "approve",
        "review",
        "block",
    ]
    assert outcomes(policy(thresholds={"block": 0.3}), [0.1, 0.3, 0.95], amount=[0, 0, 0]) == [
        "approve",
        "block",
        "block",
    ]
    both = policy(thresholds={"review": 0, "block": 1}).evaluate(table(amount=[0, 0]), NOW_MS)
    assert both.outcomes(np.array([0.0, 1.0]), None).tolist() == [1, 2]
    with pytest.raises(ValueError, match="scores need thresholds"):
        policy().evaluate(table(amount=[0]), NOW_MS).outcomes(np.array([0.5]), None)


def test_what_is_in_the_shadow_is_recorded_and_decides_nothing():
    """Rules and lists on trial, of every outcome."""
    shadows = [one | {"shadow": True, "name": f"s_{one['name']}"} for one in (REVIEW, BLOCK, APPROVE)]
    compiled = policy(*shadows, lists=[named_list("card_a", shadow=True)])
    columns = {"amount": [123.0, 0.0], "card_id": ["card_a", "card_b"]}
    assert outcomes(compiled, [0.1, 0.1], **columns) == ["approve", "approve"]
    assert outcomes(compiled, None, **columns) == ["review", "review"]
    evaluated = compiled.evaluate(table(**columns), NOW_MS)
    assert [evaluated.names(row) for row in range(2)] == [(), ()]
    assert evaluated.shadow_names(0) == ("s_reviews", "s_blocks", "s_approves", "stolen")
    assert evaluated.shadow_names(1) == ()


@given(
    severity=st.sampled_from([0.1, 0.6, 0.95, None]),
    amount=st.sampled_from([0, 1, 2, 3, 12, 13, 23, 123]),
    card=st.sampled_from(["card_t", "card_b", "card_x", "card_n"]),
)
def test_precedence_is_the_table_in_the_documentation(severity, amount, card):
    """Block list, block rule, approve list, review rule and score, approve rule: the first that speaks decides."""
    lists = [named_list("card_b", "card_x"), named_list("card_t", "card_b", name="trusted", effect="approve")]
    compiled = policy(REVIEW, BLOCK, APPROVE, lists=lists)
    digits = str(amount)
    if card in ("card_b", "card_x") or "2" in digits:
        expected = "block"
    elif card == "card_t":
        expected = "approve"
    elif severity == 0.95:
        expected = "block"
    elif severity == 0.6 or "1" in digits:
        expected = "review"
    elif severity is not None or "3" in digits:
        expected = "approve"
    else:
        expected = "review"
    assert outcomes(compiled, None if severity is None else [severity], amount=[amount], card_id=[card]) == [expected]


def decision(**fields: object):
    """A reviewed decision by the model, above its threshold."""
    named = {"card_id": "card_a", "terminal_id": "terminal_a", "rules_fired": (), "reasons": ()}
    named |= {"decision": "review", "fraud_score": 0.6, "scored_by": "endpoint", "model_version": "m"}
    return msgspec.structs.replace(decision_records()[0].decision, **(named | fields))


def test_a_snoozed_card_or_terminal_raises_no_alert_until_the_moment():
    """The moment itself is over."""
    until = {"until": LATER, "because": "b"}
    compiled = policy(snoozes=[{"card_id": "card_a"} | until, {"terminal_id": "merchant#m"} | until])
    end_ms = 1_798_135_200_000
    assert snoozed(decision(), compiled, end_ms - 1)
    assert not snoozed(decision(), compiled, end_ms)
    assert not snoozed(decision(card_id="card_b"), compiled, NOW_MS)
    assert snoozed(decision(card_id="card_b", terminal_id="merchant#m"), compiled, NOW_MS)
    assert not snoozed(decision(), policy(snoozes=[{"card_id": "card_a", "until": EARLIER, "because": "b"}]), NOW_MS)


@pytest.mark.parametrize(
    ("fired", "score", "expected"),
    [
        (("large",), 0.1, True),
        (("large",), 0.6, False),
        (("large", "other"), 0.1, False),
        (("other",), 0.1, False),
        (("large", "safe"), 0.1, True),
        (("large", "of_an_older_policy"), 0.1, False),
        (("large",), None, False),
        (("large", "safe"), None, True),
        ((), 0.6, False),
    ],
)
def test_a_snoozed_rule_holds_back_what_it_alone_has_flagged(fired, score, expected):
    """Without it the transaction would have been approved; the score, other rules, or the lack of one may flag it."""
    rules = [rule(), rule(name="other"), rule(name="safe", outcome="approve")]
    compiled = policy(*rules, snoozes=[{"rule": "large", "until": LATER, "because": "too many"}])
    by = {"scored_by": "rules", "model_version": None} if score is None else {}
    found = decision(rules_fired=fired, fraud_score=score, **by)
    assert snoozed(found, compiled, NOW_MS, None if score is None else MODEL) is expected


def test_where_the_models_thresholds_are_not_known_an_explained_score_counts_as_one_that_flagged():
    """Nothing is held back that the score may have flagged."""
    compiled = policy(rule(), snoozes=[{"rule": "large", "until": LATER, "because": "too many"}])
    assert snoozed(decision(rules_fired=("large",), fraud_score=0.6), compiled, NOW_MS)
    explained = decision_records()[0].decision.reasons
    assert not snoozed(decision(rules_fired=("large",), fraud_score=0.6, reasons=explained), compiled, NOW_MS)


def test_the_policy_that_ships_is_the_one_with_the_comments():
    """`python -m operate rules ship` makes it."""
    assert SHIPPED_FILE.read_bytes() == read_rules_file(DEFAULT_FILE).document + b"\n"


@proves(faults=[23])
def test_the_policy_that_ships_is_valid_and_explains_itself():
    """Each rule and list has a reason that a person can read."""
    compiled = default_policy()
    assert all(len(voice.because) > 20 for voice in compiled.voices)
    assert compiled.origin is None


@given(st.lists(st.sampled_from([0, 0.5, 0.8, 1, 2, 3, 4, 5, 9.99, 10, 30, np.nan]), min_size=42, max_size=42))
def test_the_four_rules_that_ship_fire_on_features_as_they_always_did(values):
    """What the rules of the first version said of 32-bit features, to the bit."""
    features = np.array([values], np.float32)
    of = dict(zip(FEATURE_NAMES, features[0], strict=True))
    expected = {
        "terminal_mostly_fraud": of["terminal_frauds_28d"] >= 5
        and of["terminal_risk_7d"] >= np.float32(0.8)
        and of["terminal_fraud_run_cards"] >= 4,
        "card_testing_then_large": of["card_tenth_median_count_1h"] >= 3 and of["card_amount_median_ratio"] >= 2,
        "far_above_usual": of["card_amount_median_ratio"] >= 10
        and of["card_amount_rank"] >= 1
        and of["card_count_30d"] >= 5,
        "usual_for_this_card": of["card_count_30d"] >= 5
        and of["card_amount_ratio_30d"] <= 2
        and of["card_count_1h"] <= 2
        and of["terminal_frauds_28d"] <= 0,
    }

    class OnlyFeatures(BatchColumns):
        def text(self, name: str):
            return table(amount=[0]).text(name)

    columns = OnlyFeatures(transactions=[None], features=features, scores=None)
    fired = default_policy().evaluate(columns, NOW_MS).names(0)
    assert set(fired) == {name for name, holds in expected.items() if holds}
