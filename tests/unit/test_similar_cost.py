"""What a look for similar cases costs, in requests and read units as DynamoDB counts them."""

import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.cases_table import CasesTable
from fraudstream.api.similar import DAYS, LOOKED_AT, Similar
from fraudstream.cases import merge
from fraudstream.contract import CaseTransaction

from stubs.memory import MemoryAws
from tests.fakes import FakeDecisions
from tests.golden import inputs
from tests.golden.writing import dynamodb
from tests.samples import NOW_MS, iso
from tests.tables import make_cases_table

DAY_MS = 86_400_000


def flagged(number: int, ms: int) -> CaseTransaction:
    """A flagged transaction, decided at a moment, with ids of 36 characters."""
    return CaseTransaction(
        transaction_id=f"{number:036d}",
        event_time=iso(ms),
        amount_minor=12_500,
        currency="EUR",
        terminal_id=f"{number:036d}",
        decision="review",
        fraud_score=0.7123456789012345,
        rules_fired=("far_above_usual",),
        decided_at=iso(ms),
    )


@pytest.mark.parametrize(
    ("cases", "days_ago", "queries", "gets"),
    [(0, 0, DAYS, 0), (50, 0, DAYS, 1), (LOOKED_AT + 50, 0, 5, 2), (LOOKED_AT + 50, 7, 10, 2)],
)
def test_a_look_for_similar_cases_stays_cheap(cases, days_ago, queries, gets):
    """Two requests for cases at most, and for their keys five days at a time; a read unit for each case, a few more."""
    aws = MemoryAws()
    client = dynamodb(aws)
    table = CasesTable(client, make_cases_table(client), Calls(1))
    opened = NOW_MS - days_ago * DAY_MS
    made = [merge(None, f"card_{number}", [flagged(number, opened + number)], []) for number in range(cases)]
    table.save(made, {}, NOW_MS)
    [record, *_] = inputs.decision_records()
    decisions = FakeDecisions(items={record.decision.transaction_id: record})
    before = aws.counts.of("dynamodb.Query").requests, aws.counts.of("dynamodb.BatchGetItem").requests
    found = Similar(decisions=decisions, cases=table).like(record.decision.transaction_id, {}, now_ms=NOW_MS)
    assert found.looked_at == min(cases, LOOKED_AT)
    asked, got = aws.counts.of("dynamodb.Query"), aws.counts.of("dynamodb.BatchGetItem")
    assert (asked.requests, got.requests) == (before[0] + queries, before[1] + gets)
    assert got.read_units == min(cases, LOOKED_AT)
    assert asked.read_units <= 20
