"""A batch that dies before or after any of its effects, and is delivered again, ends as if nothing had happened."""

import pytest
from fraudstream.errors import StoreUnavailableError
from fraudstream.histories import CARD
from fraudstream.histories.packing import unpack
from fraudstream.offline import fold_histories
from fraudstream.remembering import MAX_ROUNDS
from fraudstream.tables import transaction_columns

from tests.samples import NOW_MS, iso, label, records, transaction
from tests.unit.test_pipeline import build

EFFECTS = [
    ("histories", "load"),
    ("scorer", "score"),
    ("quarantine", "put"),
    ("decisions", "record"),
    ("decisions", "label"),
    ("archive", "put"),
    ("cases", "load"),
    ("cases", "save"),
    ("alerts", "publish"),
    ("histories", "save"),
]


class CrashError(Exception):
    """The process died."""


def batch():
    """Transactions to approve and to block, a repeat, garbage, a conflict and a label."""
    return records(
        [
            transaction(1),
            transaction(2, amount_minor=5_000_000, card_id="card_b"),
            transaction(1),
            b"garbage",
            transaction(2, amount_minor=1),
            label(1),
            transaction(3, terminal_id="terminal_b"),
        ]
    )


def state(pipeline):
    """Everything that must come out the same."""
    return (
        pipeline.decisions.items,
        pipeline.decisions.labels,
        pipeline.archive.objects,
        pipeline.quarantine.objects,
        pipeline.histories.items,
        pipeline.cases.items,
        {alert.alert_id for _, alert in pipeline.alerts.published},
    )


def crash_once(pipeline, port: str, method: str, *, after: bool) -> None:
    """Make one call of a port die before or after it took effect."""
    target = getattr(pipeline, port)
    real = getattr(target, method)

    def dying(*arguments: object) -> None:
        setattr(target, method, real)
        if after:
            real(*arguments)
        raise CrashError

    setattr(target, method, dying)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("port", "method"), EFFECTS, ids="-".join)
def test_a_crash_at_any_effect_is_made_good_by_the_retry(port, method, after):
    """Decisions, labels, archive, quarantine, histories and alerts are those of an undisturbed run."""
    undisturbed = build()
    undisturbed.run(batch(), NOW_MS)
    pipeline = build()
    crash_once(pipeline, port, method, after=after)
    with pytest.raises(CrashError):
        pipeline.run(batch(), NOW_MS)
    pipeline.run(batch(), NOW_MS)
    assert state(pipeline) == state(undisturbed)
    assert len(pipeline.alerts.published) <= 2


def test_another_writer_in_between_loses_nothing_and_doubles_nothing():
    """Both writers' transactions are in the history, once each."""
    pipeline, other = build(), build()
    theirs = [transaction(n, event_time=iso(NOW_MS - n * 1000)) for n in range(10, 15)]
    load = pipeline.histories.load
    other_pipeline = other.__class__(**{name: getattr(pipeline, name) for name in pipeline.__slots__})

    def overtaken(keys):
        found = load(keys)
        pipeline.histories.load = load
        other_pipeline.run(records(theirs, first=100), NOW_MS)
        return found

    pipeline.histories.load = overtaken
    mine = [transaction(n, event_time=iso(NOW_MS - n * 1000)) for n in range(20, 25)]
    outcome = pipeline.run(records(mine), NOW_MS)
    assert outcome.contended == 2
    entries, _ = unpack([pipeline.histories.items["card#card_a"].packed])
    assert len(entries) == 10


def test_histories_contended_for_ever_fail_the_batch():
    """After some rounds the batch is delivered again, instead of trying until it times out."""
    pipeline = build()
    rounds = []
    pipeline.histories.save = lambda packed, versions, now_ms: rounds.append(1) or list(packed)
    pipeline.histories.load = lambda keys: {}
    pauses: list[int] = []
    object.__setattr__(pipeline, "pause", pauses.append)
    with pytest.raises(StoreUnavailableError, match="contended"):
        pipeline.run(records([transaction(1)]), NOW_MS)
    assert len(rounds) == MAX_ROUNDS
    assert pauses == list(range(MAX_ROUNDS))


def test_histories_equal_a_fold_of_what_was_decided():
    """After a crash in the middle, too."""
    pipeline = build()
    crash_once(pipeline, "histories", "save", after=True)
    payloads = [transaction(n, event_time=iso(NOW_MS - (70 - n) * 60_000)) for n in range(1, 70)]
    with pytest.raises(CrashError):
        pipeline.run(records(payloads), NOW_MS)
    pipeline.run(records(payloads), NOW_MS)
    from fraudstream.contract import Bounds, decode_record

    decoded = [decode_record(r.data, now_ms=NOW_MS, bounds=Bounds()) for r in records(payloads)]
    folded = fold_histories(transaction_columns(decoded))
    assert {key: stored.packed for key, stored in pipeline.histories.items.items()} == folded
    assert len(folded["card#card_a"]) > CARD.events
