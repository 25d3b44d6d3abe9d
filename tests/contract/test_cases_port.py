"""The fake of the cases and the real table, over the embedded AWS and over the stub, keep the same promises."""

import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.cases_table import CasesTable
from fraudstream.cases import merge, risk
from fraudstream.contract import Case, CaseTransaction, Disposition
from fraudstream.errors import CursorError
from msgspec.structs import replace

from stubs.memory import MemoryAws
from tests.fakes import FakeCases
from tests.golden.writing import dynamodb
from tests.samples import NOW_MS, iso
from tests.tables import make_cases_table

pytestmark = pytest.mark.integration
DAY_MS = 86_400_000


@pytest.fixture(params=["fake", "stub", "embedded AWS", "embedded AWS, eight threads"])
def cases(request):
    """Cases: the fake, or the real adapter."""
    if request.param == "fake":
        return FakeCases()
    client = dynamodb(MemoryAws()) if request.param == "stub" else request.getfixturevalue("aws").client("dynamodb")
    return CasesTable(client, make_cases_table(client), Calls(8 if "eight" in request.param else 1))


def transaction_of(number: int, score: float | None = 0.5, **fields: object) -> CaseTransaction:
    """A flagged transaction, decided so many seconds after the first."""
    values = {
        "transaction_id": f"tx-{number}",
        "event_time": iso(NOW_MS),
        "amount_minor": 2**53 + 1,
        "currency": "EUR",
        "terminal_id": "terminal é <b>",
        "decision": "review",
        "fraud_score": score,
        "rules_fired": ("far_above_usual",),
        "decided_at": iso(NOW_MS + number * 1000),
    }
    return CaseTransaction(**values | fields)


def case_of(number: int, score: float | None = 0.5) -> Case:
    """The case of a card with one transaction, the risk its score."""
    return merge(None, f"card_{number}", [transaction_of(number, score)], [])


def closed(case: Case) -> Case:
    """A case whose transactions are all disposed of."""
    found = Disposition(label="legitimate", label_time=iso(NOW_MS), source="analyst")
    return merge(case, case.card_id, [], [(t.transaction_id, found) for t in case.transactions])


def walked(cases, order: str, limit: int) -> list[str]:
    """The cards of the queue, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        page = cases.queue(order, limit, cursor)
        assert len(page.cases) <= limit
        found += [case.card_id for case in page.cases]
        cursor = page.cursor
        if cursor is None:
            return found


def test_a_case_comes_back_exactly_as_it_was_saved(cases):
    """Large amounts, odd text, missing scores, dispositions, snoozes."""
    case = merge(case_of(1), "card_1", [transaction_of(2, None, decision="block", currency="JPY")], [])
    case = replace(closed(case), snoozed_until=iso(NOW_MS + 5000))
    assert cases.save([case], {}, NOW_MS) == []
    stored = cases.load(["card_1", "card_unknown"])
    assert {card: (each.case, each.version) for card, each in stored.items()} == {"card_1": (case, 1)}


def test_a_save_at_an_older_version_loses_and_changes_nothing(cases):
    """Of two writers that read the same version the second is told, whether its case is open or closed."""
    cases.save([case_of(1), case_of(2)], {}, NOW_MS)
    other = replace(case_of(1), count=7)
    assert cases.save([other, replace(case_of(2), count=3)], {"card_1": 0, "card_2": 1}, NOW_MS) == ["card_1"]
    assert cases.save([closed(other)], {"card_1": 9}, NOW_MS) == ["card_1"]
    loaded = cases.load(["card_1", "card_2"])
    assert {card: (each.case.count, each.version) for card, each in loaded.items()} == {
        "card_1": (1, 1),
        "card_2": (3, 2),
    }


def test_the_queue_is_in_order_of_risk_or_age_however_large_the_pages(cases):
    """Every open case once, highest risk or longest wait first."""
    scores = {1: 0.2, 2: 0.95, 3: None, 4: 0.2000013, 5: 0.7}
    made = [case_of(number, score) for number, score in scores.items()]
    cases.save(made, {}, NOW_MS)
    by_risk = [case.card_id for case in sorted(made, key=risk, reverse=True)]
    for limit in (1, 2, 3, 5, 100):
        assert walked(cases, "risk", limit) == by_risk
        assert walked(cases, "age", limit) == [f"card_{number}" for number in scores]
    assert cases.queue("risk", 100).cases[0] == made[1]


def test_what_is_disposed_of_leaves_the_queue_and_comes_back_when_it_reopens(cases):
    """A closed case is in the table and in no index; one closed from the start never was."""
    cases.save([case_of(1), closed(case_of(2)), case_of(3)], {}, NOW_MS)
    assert walked(cases, "age", 10) == ["card_1", "card_3"]
    cases.save([closed(case_of(1))], {"card_1": 1}, NOW_MS)
    assert walked(cases, "age", 10) == ["card_3"] == walked(cases, "risk", 10)
    again = merge(cases.load(["card_1"])["card_1"].case, "card_1", [transaction_of(9)], [])
    cases.save([again], {"card_1": 2}, NOW_MS)
    assert walked(cases, "age", 10) == ["card_3", "card_1"]


def test_an_empty_queue_is_a_page_without_a_cursor(cases):
    """Nothing waits, nothing follows."""
    page = cases.queue("risk", 5)
    assert (list(page.cases), page.cursor) == ([], None)


def test_a_cursor_of_another_order_or_of_nobody_is_refused(cases):
    """Whatever the text, it is never more than that."""
    cases.save([case_of(1), case_of(2)], {}, NOW_MS)
    given = cases.queue("risk", 1).cursor
    for cursor in ("", "x", "é", "AAAA", "e30", "=" * 9, given[:-3], "A" * 5000):
        with pytest.raises(CursorError):
            cases.queue("risk", 1, cursor)
    with pytest.raises(CursorError):
        cases.queue("age", 1, given)


def opened_at(number: int, ms: int) -> Case:
    """The case of a card, opened at a moment."""
    return merge(None, f"card_{number}", [transaction_of(number, decided_at=iso(ms))], [])


def test_recent_cases_are_told_the_latest_first_whatever_became_of_them(cases):
    """Open and closed, of the days asked for, today among them; at most so many."""
    midnight = NOW_MS // DAY_MS * DAY_MS
    moments = {1: NOW_MS, 2: midnight, 3: midnight - 1, 4: midnight - 6 * DAY_MS, 5: midnight - 6 * DAY_MS - 1}
    cases.save([opened_at(number, ms) for number, ms in moments.items()], {}, NOW_MS)
    cases.save([closed(opened_at(3, midnight - 1))], {"card_3": 1}, NOW_MS)

    def recent(limit: int, days: int) -> list[str]:
        return [case.card_id for case in cases.recent(limit, now_ms=NOW_MS, days=days)]

    assert recent(10, 1) == ["card_1", "card_2"]
    assert recent(10, 7) == ["card_1", "card_2", "card_3", "card_4"]
    assert recent(10, 30) == ["card_1", "card_2", "card_3", "card_4", "card_5"]
    for limit in (1, 2, 3, 4):
        assert recent(limit, 30) == ["card_1", "card_2", "card_3", "card_4"][:limit]
    assert cases.recent(1, now_ms=NOW_MS, days=1)[0] == opened_at(1, NOW_MS)
    assert recent(10, 30) == [card for card in recent(10, 30) if card in cases.load([card])]


def test_a_case_that_is_opened_anew_is_recent_anew(cases):
    """Its card is found under the new day alone."""
    then = NOW_MS - 20 * DAY_MS
    old = opened_at(1, then)
    cases.save([closed(old), opened_at(2, NOW_MS - DAY_MS)], {}, NOW_MS)
    cases.save([merge(closed(old), "card_1", [transaction_of(9, decided_at=iso(NOW_MS))], [])], {"card_1": 1}, NOW_MS)
    assert [case.card_id for case in cases.recent(10, now_ms=NOW_MS, days=30)] == ["card_1", "card_2"]


def test_where_nothing_was_flagged_lately_nothing_is_recent(cases):
    """No case, and no error."""
    assert list(cases.recent(5, now_ms=NOW_MS, days=30)) == []
