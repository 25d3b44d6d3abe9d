"""What becomes of a batch."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
import zstandard
from fraudstream.contract import Bounds
from fraudstream.errors import EndpointUnavailableError
from fraudstream.features import FEATURE_NAMES
from fraudstream.pipeline import Pipeline
from fraudstream.policy import FixedPolicy

from tests.fakes import FakeAlerts, FakeCases, FakeDecisions, FakeHistories, FakeObjects, FakeScorer, no_model
from tests.samples import NOW_MS, iso, label, records, transaction


def build(scorer: FakeScorer | None = None) -> Pipeline:
    return Pipeline(
        histories=FakeHistories(),
        decisions=FakeDecisions(),
        scorer=scorer or FakeScorer(),
        archive=FakeObjects(),
        cases=FakeCases(),
        quarantine=FakeObjects(),
        alerts=FakeAlerts(),
        policies=FixedPolicy(),
        bounds=Bounds(max_event_age_ms=None),
        unscored_after_ms=300_000,
        pause=lambda _: None,
    )


def archived(pipeline: Pipeline) -> list[dict]:
    lines = []
    for body in pipeline.archive.objects.values():
        text = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body)).read()
        lines += [json.loads(line) for line in text.splitlines()]
    return lines


def quarantined(pipeline: Pipeline) -> list[dict]:
    return [json.loads(line) for body in pipeline.quarantine.objects.values() for line in body.splitlines()]


def test_every_transaction_is_decided_recorded_archived_and_remembered():
    """A plain batch leaves a decision, an archive line and two histories a transaction."""
    pipeline = build()
    outcome = pipeline.run(records([transaction(1), transaction(2, card_id="card_b")]), NOW_MS)
    assert (outcome.decided, outcome.duplicates, outcome.quarantined) == (2, 0, 0)
    assert set(pipeline.decisions.items) == {"tx-1", "tx-2"}
    assert [line["transaction"]["transaction_id"] for line in archived(pipeline)] == ["tx-1", "tx-2"]
    assert set(pipeline.histories.items) == {"card#card_a", "card#card_b", "terminal#terminal_a"}


def test_an_archive_line_holds_the_features_that_were_served_to_the_bit():
    """What training reads is what the model saw."""
    pipeline = build()
    pipeline.run(records([transaction(1), transaction(2, amount_minor=333)]), NOW_MS)
    for line in archived(pipeline):
        stored = pipeline.decisions.items[line["transaction"]["transaction_id"]].features
        served = np.array([np.nan if value is None else value for value in line["features"]], np.float64)
        assert served.astype("<f4").tobytes() == stored


def test_high_scores_alert_with_the_decision_and_its_reasons():
    """An alert's id is the transaction's, and its reasons are in words."""
    pipeline = build()
    pipeline.run(records([transaction(1, amount_minor=2_000_000), transaction(2)]), NOW_MS)
    [(subject, alert)] = pipeline.alerts.published
    assert alert.alert_id == "tx-1"
    assert alert.decision.decision == "block"
    assert alert.reasons_in_words == ["the amount is 20,000.00 EUR"]
    assert subject == "Blocked: 20000.00 EUR on card card_a (score 0.95)"


def test_garbage_is_quarantined_with_its_reason_and_the_rest_decided():
    """A poison record harms nobody but itself."""
    pipeline = build()
    outcome = pipeline.run(records([b"{", transaction(1), transaction(2, amount_minor=-1)]), NOW_MS)
    assert (outcome.decided, outcome.quarantined) == (1, 2)
    assert [line["reason"] for line in quarantined(pipeline)] == ["not_json", "amount_invalid"]


def test_a_batch_of_nothing_but_garbage_is_a_normal_batch():
    """Nothing raises, nothing is archived, no model is asked."""
    pipeline = build()
    outcome = pipeline.run(records([b"", b"\xff", b"[]", b"null"]), NOW_MS)
    assert outcome.quarantined == 4
    assert outcome.unprocessed is None
    assert not pipeline.archive.objects
    assert pipeline.scorer.calls == 0


def test_the_same_records_delivered_again_change_nothing_but_repeat_the_alert():
    """Lambda's retry finds every decision, archives the same bytes, and leaves histories at their version."""
    pipeline = build()
    batch = records([transaction(1, amount_minor=2_000_000), transaction(2)])
    pipeline.run(batch, NOW_MS)
    before = (dict(pipeline.decisions.items), dict(pipeline.archive.objects), dict(pipeline.histories.items))
    outcome = pipeline.run(batch, NOW_MS + 60_000)
    assert (outcome.decided, outcome.duplicates) == (2, 0)
    assert before == (pipeline.decisions.items, pipeline.archive.objects, pipeline.histories.items)
    assert [alert.alert_id for _, alert in pipeline.alerts.published] == ["tx-1", "tx-1"]


def test_a_transaction_sent_again_by_its_producer_has_no_new_effect():
    """Another record with the same payload is a duplicate: no alert, no archive line, no new history."""
    pipeline = build()
    payload = transaction(1, amount_minor=2_000_000)
    pipeline.run(records([payload]), NOW_MS)
    before = (dict(pipeline.archive.objects), dict(pipeline.histories.items), list(pipeline.alerts.published))
    outcome = pipeline.run(records([payload, payload], first=7), NOW_MS)
    assert (outcome.decided, outcome.duplicates) == (0, 2)
    assert before == (pipeline.archive.objects, pipeline.histories.items, pipeline.alerts.published)


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two batches"])
def test_one_id_with_two_payloads_keeps_the_first_decision(together):
    """The second payload is quarantined as a conflict and enters no history."""
    pipeline = build()
    first, second = transaction(1), transaction(1, amount_minor=99, card_id="card_b")
    if together:
        outcome = pipeline.run(records([first, second]), NOW_MS)
    else:
        pipeline.run(records([first]), NOW_MS)
        outcome = pipeline.run(records([second], first=9), NOW_MS)
    assert outcome.quarantined == 1
    assert [line["reason"] for line in quarantined(pipeline)] == ["id_conflict"]
    assert pipeline.decisions.items["tx-1"].decision.amount_minor == 1250
    assert set(pipeline.histories.items) == {"card#card_a", "terminal#terminal_a"}


def test_a_true_repeat_behind_a_conflicting_copy_is_a_repeat():
    """Copies of an id are held against the decision that stands, not against each other."""
    pipeline = build()
    first, other = transaction(1), transaction(1, amount_minor=99)
    pipeline.run(records([first]), NOW_MS)
    outcome = pipeline.run(records([other, first, other], first=5), NOW_MS)
    assert (outcome.decided, outcome.duplicates, outcome.quarantined) == (0, 1, 2)
    assert [line["sequence_number"] for line in quarantined(pipeline)] == [
        r.sequence_number for r in records([other, first, other], first=5)
    ][::2]


def test_before_the_first_model_rules_decide_and_say_so():
    """Without a score nothing is approved unless a rule says it is safe: an unknown card is reviewed."""
    pipeline = build(no_model())
    pipeline.run(records([transaction(1)]), NOW_MS)
    decision = pipeline.decisions.items["tx-1"].decision
    assert (decision.decision, decision.scored_by, decision.fraud_score) == ("review", "rules", None)


def test_before_the_first_model_a_rule_may_approve_what_is_usual():
    """A known card with a usual amount is approved, by a rule that is named."""
    pipeline = build(no_model())
    past = [transaction(n, event_time=iso(NOW_MS - (20 - n) * 86_400_000)) for n in range(1, 10)]
    pipeline.run(records(past), NOW_MS)
    pipeline.run(records([transaction(50)], first=50), NOW_MS)
    decision = pipeline.decisions.items["tx-50"].decision
    assert (decision.decision, decision.rules_fired) == ("approve", ("usual_for_this_card",))


def test_while_the_endpoint_is_away_young_records_wait():
    """The batch raises, so that Lambda delivers it again, and leaves nothing behind."""
    pipeline = build(FakeScorer(failure=EndpointUnavailableError("503")))
    with pytest.raises(EndpointUnavailableError):
        pipeline.run(records([transaction(1)]), NOW_MS)
    assert not pipeline.decisions.items
    assert not pipeline.histories.items


def test_records_past_their_age_budget_are_decided_by_rules_and_the_younger_ones_wait():
    """The answer names the first young record, and nothing of it has happened."""
    pipeline = build(FakeScorer(failure=EndpointUnavailableError("503")))
    old = records([transaction(1), transaction(2)], arrived_at_ms=NOW_MS - 300_001)
    young = records([transaction(3)], first=3)
    outcome = pipeline.run([*old, *young], NOW_MS)
    assert set(pipeline.decisions.items) == {"tx-1", "tx-2"}
    assert outcome.by_scored_by == {"rules": 2}
    assert (outcome.unprocessed, outcome.without_model) == (young[0].sequence_number, "503")


def test_a_label_reaches_the_histories_the_archive_and_the_decision():
    """A fraud label marks the event for later features, and joins the decision's item."""
    pipeline = build()
    pipeline.run(records([transaction(1)]), NOW_MS)
    before = pipeline.histories.items["card#card_a"]
    outcome = pipeline.run(records([label(1)], first=5), NOW_MS)
    assert (outcome.labels, outcome.labelled) == (1, 1)
    assert pipeline.histories.items["card#card_a"].packed != before.packed
    assert archived(pipeline)[-1]["label"]["label"] == "fraud"
    later = transaction(9, event_time=iso(NOW_MS + 1000))
    pipeline.run(records([later], first=9), NOW_MS + 2000)
    features = np.frombuffer(pipeline.decisions.items["tx-9"].features, "<f4")
    # The label became known within ten minutes of the event, and counts from the end of that step.
    assert np.isnan(features[FEATURE_NAMES.index("card_seconds_since_fraud")])
    much_later = transaction(10, event_time=iso(NOW_MS + 700_000))
    pipeline.run(records([much_later], first=10, arrived_at_ms=NOW_MS + 700_500), NOW_MS + 701_000)
    features = np.frombuffer(pipeline.decisions.items["tx-10"].features, "<f4")
    assert features[FEATURE_NAMES.index("terminal_frauds_7d")] == 1


def test_a_merchant_without_a_terminal_has_a_history_of_its_own():
    """`merchant_id` stands in for a missing `terminal_id`, and the two never mix."""
    pipeline = build()
    payload = transaction(1, merchant_id="terminal_a")
    del payload["terminal_id"]
    pipeline.run(records([payload, transaction(2)]), NOW_MS)
    assert len([key for key in pipeline.histories.items if key.startswith("terminal#")]) == 2


@pytest.mark.parametrize("event_time_ms", [NOW_MS + 310_000, NOW_MS - 86_400_000 - 400], ids=["future", "old"])
def test_a_retry_comes_to_the_same_verdict_on_a_records_time(event_time_ms):
    """Bounds count from the record's arrival: what was refused stays refused, what was decided stays decided."""
    pipeline = replace(build(), bounds=Bounds(max_event_age_ms=86_400_000))
    batch = records([transaction(1, event_time=iso(event_time_ms))])
    outcomes = [pipeline.run(batch, NOW_MS + late_ms) for late_ms in (0, 60_000)]
    assert len({(outcome.decided, outcome.quarantined) for outcome in outcomes}) == 1
    assert bool(pipeline.decisions.items) != bool(pipeline.quarantine.objects)
