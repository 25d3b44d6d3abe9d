"""Cases are sets: however their transactions and labels come, the same is waiting."""

from fraudstream.cases import MOST_LISTED, QUIET, merge, place, risk
from fraudstream.contract import Case, CaseTransaction, Disposition
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.samples import NOW_MS, iso

CARD = "card_a"
News = CaseTransaction | tuple[str, Disposition]


def transaction_of(number: int, decision: str = "review", seconds: int | None = None) -> CaseTransaction:
    """A flagged transaction of a card."""
    return CaseTransaction(
        transaction_id=f"tx-{number}",
        event_time=iso(NOW_MS + number),
        amount_minor=100 + number,
        currency="JPY" if number % 3 == 0 else "EUR",
        terminal_id="terminal_a",
        decision=decision,
        fraud_score=(number % 10) / 10,
        rules_fired=(),
        decided_at=iso(NOW_MS + 1000 * (number if seconds is None else seconds)),
    )


def disposition_at(seconds: int) -> Disposition:
    """What was found out so late; no two are of one moment."""
    found = "fraud" if seconds % 2 else "legitimate"
    return Disposition(label=found, label_time=iso(NOW_MS + seconds * 1000), source="analyst")


def told(case: Case | None, news: list[News]) -> Case | None:
    """Tell a case of a batch."""
    added = [each for each in news if isinstance(each, CaseTransaction)]
    found = [each for each in news if isinstance(each, tuple)]
    return merge(case, CARD, added, found)


def facts(case: Case) -> Case:
    """What does not depend on the order of arrival: all but places and names."""
    return replace(
        case, case_id="-", milestones=(), transactions=tuple(replace(t, sequence=1) for t in case.transactions)
    )


@st.composite
def news_of_a_card(draw: st.DrawFn) -> list[News]:
    """Flagged transactions, and labels of some that never dispose of all: the first transaction keeps waiting."""
    count = draw(st.integers(2, 12))
    kinds = draw(st.lists(st.sampled_from(["review", "block"]), min_size=count, max_size=count))
    times = draw(st.lists(st.integers(0, 200_000), min_size=count, max_size=count))
    news: list[News] = [transaction_of(n, kind, time) for n, (kind, time) in enumerate(zip(kinds, times, strict=True))]
    labelled = draw(st.lists(st.integers(1, count - 1), max_size=8))
    return news + [(f"tx-{number}", disposition_at(position)) for position, number in enumerate(labelled)]


def arrivals(draw: st.DrawFn, news: list[News]) -> list[list[News]]:
    """Return the news in another order, some twice, in batches; the one that waits first, a label after its payment."""
    order = [*draw(st.permutations(news)), *draw(st.lists(st.sampled_from(news), max_size=6))]
    order = [news[0], *order]
    for each in news:  # what overtakes its transaction is on no decision either, and is sent again
        if isinstance(each, tuple):
            order.append(each)
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=5)))
    return [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_order_any_splitting_and_any_repetition_give_the_same_case(data):
    """While something waits all belong to one case: the same transactions, sums, severity and dispositions."""
    news = data.draw(news_of_a_card())
    whole = told(None, news)
    cut = None
    for batch in arrivals(data.draw, news):
        cut = told(cut, batch)
    assert whole is not None
    assert cut is not None
    assert facts(cut) == facts(whole)
    assert sorted(t.sequence for t in cut.transactions) == list(range(1, whole.count + 1))
    assert [m.event for m in cut.milestones].count("opened") == 1
    assert risk(cut) == risk(whole)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_retry_changes_nothing_and_says_the_same(data):
    """A batch told again, right away, gives the very same object, and each of its messages the same event and place."""
    news = data.draw(news_of_a_card())
    case = None
    for batch in arrivals(data.draw, news):
        case = told(case, batch)
        if case is None:
            continue
        names = [each.transaction_id for each in batch if isinstance(each, CaseTransaction)]
        before = [place(case, name) for name in names]
        assert told(case, batch) is case
        assert [place(case, name) for name in names] == before


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=60))
def test_whatever_waits_is_listed_through_every_closing_and_opening(steps):
    """Transactions and their labels in any order, days apart: a flagged one is out of sight only once disposed of."""
    case, waiting, done = None, set(), set()
    for position, (number, what) in enumerate(steps):
        name = f"tx-{number}"
        if what:
            if name in done | waiting:
                continue
            case = told(case, [transaction_of(number, seconds=position * 100_000)])
            waiting.add(name)
        elif name in waiting:
            case = told(case, [(name, disposition_at(position))])
            waiting.discard(name)
            done.add(name)
        if case is not None:
            listed = {t.transaction_id for t in case.transactions if t.disposition is None}
            assert listed == waiting
            assert case.is_open == bool(waiting)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(40)), st.integers(1, 40))
def test_forty_frauds_on_one_card_open_one_case_that_becomes_worse_four_times(order, size):
    """One message that it opened, one at 5, 10, 20 and 40; the others are for machines."""
    case, events = None, []
    for start in range(0, 40, size):
        batch = [transaction_of(number, "block") for number in order[start : start + size]]
        case = told(case, batch)
        events += [place(case, t.transaction_id).event for t in batch]
    assert sorted(events) == ["escalated"] * 4 + ["opened"] + ["updated"] * 35


def test_a_case_lists_its_newest_hundred_and_counts_all():
    """Milestones stay true for those no longer listed; telling them again changes nothing."""
    everything = [transaction_of(number) for number in range(250)]
    case = told(None, everything)
    assert [t.transaction_id for t in case.transactions] == [f"tx-{number}" for number in range(150, 250)]
    assert (case.count, len(case.transactions)) == (250, MOST_LISTED)
    assert case.amounts["EUR"] + case.amounts["JPY"] == sum(t.amount_minor for t in everything)
    assert told(case, everything) is case
    assert place(case, "tx-0").event == "opened"
    assert (place(case, "tx-4").event, place(case, "tx-4").sequence) == ("escalated", 5)
    assert place(case, "tx-7").event == "updated"


def test_after_three_quiet_days_a_case_of_its_own_takes_along_what_waits():
    """Seventy-two hours to the second still belong to the case."""
    quiet = int(QUIET.total_seconds())
    case = told(None, [transaction_of(1, seconds=0), transaction_of(2, seconds=1)])
    case = told(case, [("tx-1", disposition_at(5))])
    assert told(case, [transaction_of(3, seconds=quiet + 1)]).case_id == case.case_id
    other = told(case, [transaction_of(3, seconds=quiet + 2)])
    assert other.case_id != case.case_id
    assert [(t.transaction_id, t.sequence) for t in other.transactions] == [("tx-2", 1), ("tx-3", 2)]
    assert (place(other, "tx-3").event, other.count, other.opened_at) == ("opened", 2, iso(NOW_MS + 1000))


def test_a_case_that_is_disposed_of_is_closed_and_the_next_transaction_opens_another():
    """A snooze is of the card and goes along."""
    case = replace(told(None, [transaction_of(1)]), snoozed_until=iso(NOW_MS))
    closed = told(case, [("tx-1", disposition_at(5))])
    assert not closed.is_open
    assert risk(closed) == 0
    other = told(closed, [transaction_of(2)])
    assert other.case_id != case.case_id
    assert [t.transaction_id for t in other.transactions] == ["tx-2"]
    assert other.snoozed_until == iso(NOW_MS)


def test_a_block_after_reviews_makes_a_case_worse_once():
    """Severity rises once; a review after a block changes nothing."""
    case = told(None, [transaction_of(1), transaction_of(2, "block"), transaction_of(3, "block"), transaction_of(4)])
    assert [place(case, f"tx-{n}").event for n in range(1, 5)] == ["opened", "escalated", "updated", "updated"]
    assert case.severity == "high"
