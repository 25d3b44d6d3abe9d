"""Reasons: what they sum to, whom they are given to, and that everybody reads the same sentence."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.contract import Alert, Decision, Reason
from fraudstream.features import FEATURE_NAMES
from fraudstream.settling import Standing
from fraudstream.wording import in_words

from tests.cased import alerts_of
from tests.golden import worded
from tests.golden.files import every
from tests.golden.writing import dynamodb, with_tables
from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS, records, transaction
from tests.unit.explain_world import OURS, RealModel, trained
from tests.unit.test_pipeline import archived, build
from tests.unit.test_training_samples import part

WITHIN_FLOAT32 = 2e-6
"""Of margins up to about 10: some 20 float32 sums, each within half of 2**-20."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> RealModel:
    return RealModel(trained(tmp_path_factory.mktemp("reasons"), "run-1", "--rounds", "60"))


@proves(invariants=[9])
def test_contributions_sum_to_the_margin_of_the_score(model):
    """Bias and contributions of all features are the score's log-odds, to what float32 can hold."""
    features = part(300, seed=5, schema=OURS).features
    scores = model.score(features, len(features))
    assert len(scores.contributions) == len(features)
    margin = np.log(scores.values) - np.log1p(-scores.values)
    total = np.array([sum(scores.contributions[row]) for row in range(len(features))])
    np.testing.assert_allclose(total, margin, atol=WITHIN_FLOAT32)
    assert np.ptp(total) > 1


def test_at_most_the_stated_number_is_explained_and_it_is_the_highest_scores(model):
    """Through the whole path: of 120 flagged transactions 50 get reasons, and none that has none scored higher."""
    pipeline = replace(build(), scorer=model)
    assert pipeline.explain == 50
    sent = [transaction(n, card_id=f"card_{n % 40}", amount_minor=37 * n * n + 100) for n in range(1, 121)]
    outcome = pipeline.run(records(sent), NOW_MS)
    decisions = [standing.record.decision for standing in outcome.settled.current]
    explained = [d.fraud_score for d in decisions if d.reasons]
    left = [d.fraud_score for d in decisions if not d.reasons]
    assert {d.decision for d in decisions} == {"review"}
    assert (len(explained), len(left)) == (50, 70)
    assert min(explained) >= max(left)


def test_reasons_are_the_largest_contributions_towards_fraud(model):
    """At most five, the largest first, none that speaks against it; values are those the model was given."""
    pipeline = replace(build(), scorer=model)
    outcome = pipeline.run(records([transaction(n, amount_minor=900 * n) for n in range(1, 9)]), NOW_MS)
    for standing in outcome.settled.current:
        served = np.frombuffer(standing.record.features, "<f4")
        told = model.score(served[None, :], 1).contributions[0][:-1]
        largest = sorted((c for c in told if c > 0), reverse=True)[:5]
        reasons = standing.record.decision.reasons
        assert [reason.contribution for reason in reasons] == largest
        for reason in reasons:
            value = served[FEATURE_NAMES.index(reason.feature)]
            assert reason.value is None if np.isnan(value) else reason.value == float(value)
            tried()


def test_table_archive_alert_and_answer_say_the_same_sentence():
    """It is written once, with the decision: nobody words it again."""
    pipeline = build()
    pipeline.run(records([transaction(1, amount_minor=2_000_000)]), NOW_MS)
    sentence = "the amount is 20,000.00 EUR"
    [stored] = pipeline.decisions.items.values()
    [line] = archived(pipeline)
    [(_, alert)] = pipeline.alerts.published
    assert stored.decision.reasons[0].text == sentence
    assert line["decision"]["reasons"][0]["text"] == sentence
    assert alert.decision.reasons[0].text == alert.reasons_in_words[0] == sentence
    assert json.loads(msgspec.json.encode(pipeline.decisions.find("tx-1")))["reasons"][0]["text"] == sentence


def test_an_alert_repeats_the_sentence_that_stands_whatever_the_wording_is_by_now():
    """A retry after a deployment sends what the first try decided; what is older than sentences is worded anew."""
    pipeline = build()
    [standing] = pipeline.run(records([transaction(1, amount_minor=2_000_000)]), NOW_MS).settled.current
    for text, told in (("an older wording", "an older wording"), (None, in_words("amount", 20_000.0, "EUR"))):
        reason = Reason(feature="amount", value=20_000.0, contribution=1.0, text=text)
        decision = msgspec.structs.replace(standing.record.decision, reasons=(reason,))
        [(_, alert)] = alerts_of([Standing(standing.accepted, replace(standing.record, decision=decision))])
        assert alert.reasons_in_words == [told]


@proves(faults=[21, 33])
def test_items_and_lines_with_sentences_of_every_version_are_read():
    """The words of a stored decision are kept as they were written."""
    [expected] = worded.decision_records()
    for golden in every("decision_items_in_words.json"):
        aws = with_tables()
        table = DecisionsTable(dynamodb(aws), "decisions", Calls(1))
        table.record([expected])
        [(key, _)] = aws.tables["decisions"].items()
        [aws.tables["decisions"][key]] = json.loads(golden.read_text())
        assert table.read(["tx-1"])["tx-1"].decision == expected.decision
        tried()
    for golden in every("archive_in_words.jsonl"):
        line = json.loads(golden.read_bytes())
        assert msgspec.convert(line["decision"], Decision) == expected.decision
        tried()


@proves(faults=[21, 33])
def test_alerts_and_decisions_of_before_there_were_sentences_are_read():
    """`text` is not there, and nothing is made up in its place."""
    for golden in every("alerts.jsonl"):
        alert = msgspec.json.decode(golden.read_bytes().splitlines()[1], type=Alert)
        assert [reason.text for reason in alert.decision.reasons] == [None, None]
        tried()
    assert b"text" not in msgspec.json.encode(Reason(feature="amount", value=1.0, contribution=0.5))


def test_only_rows_that_are_explained_are_put_into_words(monkeypatch):
    """A transaction that is let pass costs no sentence."""
    worded_features = []
    monkeypatch.setattr("fraudstream.deciding.in_words", lambda *given: worded_features.append(given[0]) or "a text")
    pipeline = build()
    pipeline.run(records([transaction(n) for n in range(1, 100)] + [transaction(100, amount_minor=2_000_000)]), NOW_MS)
    assert worded_features == ["amount"]
