"""Cases in the pipeline: what is kept, what is sent, what is held back, and what another writer changes about it."""

import json
from dataclasses import replace

import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.cases_table import CasesTable
from fraudstream.cases import keeping, snooze
from fraudstream.errors import StoreUnavailableError
from fraudstream.policy import FixedPolicy, compile_policy, default_policy
from fraudstream.policy.document import Policy, Snooze
from msgspec.structs import replace as changed

from tests.fakes import no_model
from tests.golden.files import every
from tests.golden.writing import dynamodb, golden_cases, with_tables
from tests.samples import NOW_MS, iso, label, records, transaction
from tests.unit.test_pipeline import build

BLOCKED = 5_000_000


def flagged(number: int, **fields: object) -> dict[str, object]:
    """A transaction that is blocked."""
    return transaction(number, amount_minor=BLOCKED, **fields)


def test_a_flagged_transaction_opens_a_case_and_an_approved_one_costs_nothing():
    """A batch without anything flagged asks the table nothing."""
    pipeline = build()
    outcome = pipeline.run(records([flagged(1), transaction(2, card_id="card_b")]), NOW_MS)
    assert set(pipeline.cases.items) == {"card_a"}
    assert (outcome.cases_opened, outcome.counts["CasesOpened"], outcome.counts["Snoozed"]) == (1, 1, 0)
    pipeline.cases.load = pytest.fail
    pipeline.run(records([transaction(3, card_id="card_b")], first=3), NOW_MS)


def test_an_alert_says_what_its_transaction_did_to_the_case():
    """The second is an update, and its message names what the case has come to."""
    pipeline = build()
    pipeline.run(records([flagged(1), flagged(2)]), NOW_MS)
    cases = [alert.case for _, alert in pipeline.alerts.published]
    assert [(case.event, case.sequence, case.transactions) for case in cases] == [("opened", 1, 2), ("updated", 2, 2)]
    assert cases[0].amounts == {"EUR": 2 * BLOCKED}


def test_an_alert_says_why_the_team_has_the_rule_that_fired():
    """In the words of the policy that decided; of another version's rule there is the name alone."""
    policy = default_policy()
    pipeline = replace(build(no_model()), policies=FixedPolicy(policy))
    past = [transaction(n, event_time=iso(NOW_MS - (20 - n) * 86_400_000)) for n in range(1, 10)]
    pipeline.run(records(past), NOW_MS)
    pipeline.run(records([flagged(50)], first=50), NOW_MS)
    alert = pipeline.alerts.published[-1][1]
    [because] = [voice.because for voice in policy.voices if voice.name == "far_above_usual"]
    assert alert.decision.rules_fired == ("far_above_usual",)
    assert alert.reasons_in_words == [f"rule far above usual: {because}"]


def test_a_label_in_the_batch_of_its_transaction_disposes_of_it():
    """As does one that comes later; labels of what is in no case are passed over."""
    pipeline = build()
    pipeline.run(records([flagged(1), label(1), flagged(2)]), NOW_MS)
    case = pipeline.cases.items["card_a"].case
    assert [t.disposition and t.disposition.label for t in case.transactions] == ["fraud", None]
    pipeline.run(records([label(2, label="legitimate"), label(9)], first=9), NOW_MS)
    assert not pipeline.cases.items["card_a"].case.is_open


def test_what_a_snoozed_card_does_is_kept_and_not_told():
    """Until the moment that was said, and not a millisecond longer."""
    pipeline = build()
    pipeline.run(records([flagged(1)]), NOW_MS)
    snooze(pipeline.cases, "card_a", iso(NOW_MS + 1000), now_ms=NOW_MS, pause=lambda _: None)
    outcome = pipeline.run(records([flagged(2), flagged(3, card_id="card_b")], first=2), NOW_MS + 999)
    assert (outcome.alerts, outcome.snoozed, outcome.decided) == (1, 1, 2)
    assert pipeline.cases.items["card_a"].case.count == 2
    assert pipeline.run(records([flagged(4)], first=4), NOW_MS + 1000).alerts == 1
    assert [alert.alert_id for _, alert in pipeline.alerts.published] == ["tx-1", "tx-3", "tx-4"]


def test_what_the_policy_snoozes_is_kept_and_not_told():
    """A terminal under repair, say: its transactions wait in the queue, and nobody is woken."""
    policy = Policy(version="p-1", snoozes=(Snooze(until=iso(NOW_MS + 1), because="repair", terminal_id="terminal_a"),))
    pipeline = replace(build(), policies=FixedPolicy(compile_policy(policy)))
    outcome = pipeline.run(records([flagged(1), flagged(2, terminal_id="terminal_b")]), NOW_MS)
    assert (outcome.alerts, outcome.snoozed) == (1, 1)
    assert pipeline.cases.items["card_a"].case.count == 2


def test_a_case_that_another_writer_changed_is_merged_again():
    """Both writers' transactions are in it, each with a place of its own."""
    pipeline = build()
    pipeline.run(records([flagged(1)]), NOW_MS)
    real, others = pipeline.cases.save, [1]

    def overtaken(cases, versions, now_ms):
        if others.pop() if others else False:
            real([changed(pipeline.cases.items["card_a"].case, snoozed_until=iso(NOW_MS))], versions, now_ms)
        return real(cases, versions, now_ms)

    pipeline.cases.save = overtaken
    pipeline.run(records([flagged(2)], first=2), NOW_MS)
    case = pipeline.cases.items["card_a"].case
    assert ([t.transaction_id for t in case.transactions], case.snoozed_until) == (["tx-1", "tx-2"], iso(NOW_MS))


def test_a_case_that_is_contended_for_ever_fails_the_batch_before_anybody_is_told():
    """The batch is delivered again; nothing was published."""
    pipeline = build()
    rounds = []
    pipeline = replace(pipeline, pause=rounds.append)
    pipeline.cases.save = lambda cases, versions, now_ms: [case.card_id for case in cases]
    with pytest.raises(StoreUnavailableError, match="still contended"):
        pipeline.run(records([flagged(1)]), NOW_MS)
    assert rounds == list(range(keeping.MAX_ROUNDS))
    assert pipeline.alerts.published == []


def test_a_card_without_a_case_cannot_be_snoozed():
    """There is nothing to hold back, and nothing is made up."""
    pipeline = build()
    assert snooze(pipeline.cases, "card_a", iso(NOW_MS), now_ms=NOW_MS, pause=lambda _: None) is None
    assert pipeline.cases.items == {}


def test_a_snooze_is_taken_back_with_none():
    """And saying what stands already writes nothing."""
    pipeline = build()
    pipeline.run(records([flagged(1)]), NOW_MS)
    for until in (iso(NOW_MS), None):
        case = snooze(pipeline.cases, "card_a", until, now_ms=NOW_MS, pause=lambda _: None)
        assert case.snoozed_until == until
    version = pipeline.cases.items["card_a"].version
    snooze(pipeline.cases, "card_a", None, now_ms=NOW_MS, pause=lambda _: None)
    assert pipeline.cases.items["card_a"].version == version


def test_items_of_every_version_are_read():
    """What the table holds outlives a deployment."""
    for golden in every("case_items.json"):
        aws = with_tables()
        aws.tables["cases"] |= {item["card_id"]["S"]: item for item in json.loads(golden.read_text())}
        table = CasesTable(dynamodb(aws), "cases", Calls(1))
        wanted = golden_cases()
        loaded = table.load([case.card_id for case in wanted])
        assert [loaded[case.card_id].case for case in wanted] == wanted
