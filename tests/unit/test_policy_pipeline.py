"""The policy in the hot path: what decides, what is recorded beside it, and whose alert is held back."""

import io
import json

import pytest
import zstandard
from fraudstream.contract import Bounds
from fraudstream.pipeline import Pipeline
from fraudstream.policy import CompiledPolicy, FixedPolicy, Trouble

from tests.fakes import FakeAlerts, FakeCases, FakeDecisions, FakeHistories, FakeObjects, FakeScorer, no_model
from tests.policies import named_list, policy, rule
from tests.samples import NOW_MS, records, transaction

LATER = "2026-12-24T18:00:00Z"


def build(policies: object, scorer: FakeScorer | None = None) -> Pipeline:
    """A pipeline in memory."""
    return Pipeline(
        histories=FakeHistories(),
        decisions=FakeDecisions(),
        scorer=scorer or FakeScorer(),
        archive=FakeObjects(),
        cases=FakeCases(),
        quarantine=FakeObjects(),
        alerts=FakeAlerts(),
        policies=policies,
        bounds=Bounds(max_event_age_ms=None),
        unscored_after_ms=300_000,
        pause=lambda _: None,
    )


def run(compiled: CompiledPolicy, *payloads: dict[str, object], scorer: FakeScorer | None = None):
    """Decide some payloads; the pipeline afterwards, and what it says."""
    pipeline = build(FixedPolicy(compiled), scorer)
    return pipeline, pipeline.run(records(payloads), NOW_MS)


def test_a_listed_card_is_blocked_with_and_without_a_score_and_says_why():
    """The list's name stands where rules' names stand."""
    compiled = policy(lists=[named_list("card_a")], version="7")
    for scorer in (None, no_model()):
        pipeline, _ = run(compiled, transaction(1), transaction(2, card_id="card_b"), scorer=scorer)
        decision = pipeline.decisions.items["tx-1"].decision
        assert (decision.decision, decision.rules_fired, decision.rules_version) == ("block", ("stolen",), "7")
        assert pipeline.decisions.items["tx-2"].decision.rules_fired == ()


def test_a_rule_may_use_fields_features_and_the_score():
    """Of the transaction at hand."""
    when = "entry_mode == 'chip' and amount >= 500 and score > 0.3 and card_count_24h is missing or mcc == '7995'"
    payloads = [
        transaction(1, amount_minor=50_000, card_id="a"),
        transaction(2, mcc="7995"),
        transaction(3, card_id="c"),
    ]
    pipeline, _ = run(policy(rule(when.replace("card_count_24h is missing", "card_count_24h == 0"))), *payloads)
    assert [pipeline.decisions.items[f"tx-{n}"].decision.decision for n in (1, 2, 3)] == ["review", "review", "approve"]


def test_what_a_shadow_rule_would_have_done_is_in_the_decision_and_in_the_archive():
    """And nothing comes of it: no review, no alert."""
    pipeline, outcome = run(policy(rule("amount > 1", name="on_trial", shadow=True)), transaction(1))
    decision = pipeline.decisions.items["tx-1"].decision
    assert (decision.decision, decision.rules_fired, decision.shadow_rules_fired) == ("approve", (), ("on_trial",))
    (body,) = pipeline.archive.objects.values()
    line = json.loads(zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body)).read())
    assert line["decision"]["shadow_rules_fired"] == ["on_trial"]
    assert outcome.alerts == 0


@pytest.mark.parametrize("what", [{"card_id": "card_a"}, {"terminal_id": "terminal_a"}, {"rule": "large"}])
def test_a_snoozed_alert_is_held_back_and_the_decision_stands(what):
    """It is counted, and an analyst finds it in the queue."""
    compiled = policy(rule("amount > 1"), snoozes=[what | {"until": LATER, "because": "known"}])
    pipeline, outcome = run(compiled, transaction(1))
    assert pipeline.decisions.items["tx-1"].decision.decision == "review"
    assert pipeline.alerts.published == []
    assert (outcome.alerts, outcome.counts["Snoozed"]) == (0, 1)


def test_a_snoozed_rule_holds_nothing_back_that_the_score_would_have_flagged():
    """The model's own thresholds say what it would have."""
    compiled = policy(rule("amount > 1"), snoozes=[{"rule": "large", "until": LATER, "because": "known"}])
    pipeline, _ = run(compiled, transaction(1, amount_minor=150_000), transaction(2))
    assert [alert.alert_id for _, alert in pipeline.alerts.published] == ["tx-1"]


def test_a_batch_is_decided_by_one_policy_and_the_next_by_the_next():
    """A policy changes between batches, and every decision names its own."""

    class Changing:
        def __init__(self) -> None:
            self.asked: list[int] = []

        def current(self, now_ms: int) -> CompiledPolicy:
            self.asked.append(now_ms)
            return policy(version=str(len(self.asked)))

        def troubles(self) -> list[Trouble]:
            return []

    pipeline = build(changing := Changing())
    pipeline.run(records([transaction(1), transaction(2)]), NOW_MS)
    pipeline.run(records([transaction(3)], first=3), NOW_MS + 1)
    versions = {name: record.decision.rules_version for name, record in pipeline.decisions.items.items()}
    assert versions == {"tx-1": "1", "tx-2": "1", "tx-3": "2"}
    assert changing.asked == [NOW_MS, NOW_MS + 1]
