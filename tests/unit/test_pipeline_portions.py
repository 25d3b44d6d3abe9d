"""A large batch is decided portion by portion, and what is done when time runs out stays done."""

import pytest
from fraudstream import pipeline as pipeline_module
from fraudstream.errors import EndpointUnavailableError, StoreUnavailableError

from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS, iso, records, transaction
from tests.unit.test_pipeline import build

BATCH = 10


@pytest.fixture(autouse=True)
def small_portions(monkeypatch):
    """Three records a portion."""
    monkeypatch.setattr(pipeline_module, "PORTION", 3)


def batch():
    """Ten transactions of one card, a second apart."""
    return records([transaction(n, event_time=iso(NOW_MS - (BATCH - n) * 1000)) for n in range(1, BATCH + 1)])


def clock(*left_ms: float):
    """Return what says how much time is left, each value once and the last one for ever."""
    values = list(left_ms)
    return lambda: values.pop(0) if len(values) > 1 else values[0]


def test_portions_leave_what_one_batch_leaves(monkeypatch):
    """Decisions, histories and features are the same; only the archive has an object a portion."""
    cut, whole = build(), build()
    outcome = cut.run(batch(), NOW_MS)
    monkeypatch.setattr(pipeline_module, "PORTION", BATCH)
    assert whole.run(batch(), NOW_MS).counts == outcome.counts
    assert cut.decisions.items == whole.decisions.items
    assert {key: h.packed for key, h in cut.histories.items.items()} == {
        key: h.packed for key, h in whole.histories.items.items()
    }
    assert (len(cut.archive.objects), cut.scorer.calls) == (4, 4)


@proves(faults=[10], invariants=[3, 7])
def test_a_batch_that_runs_out_of_time_names_the_first_record_it_did_not_touch():
    """Whatever the moment, what is done is whole portions, and the rest is left as if never delivered."""
    for portions in range(1, 4):
        pipeline = build()
        # Asked once before a portion and once after it.
        left = [60_000.0] * (2 * portions) + [0.0]
        outcome = pipeline.run(batch(), NOW_MS, clock(*left))
        done = min(3 * portions, BATCH)
        assert len(pipeline.decisions.items) == done
        assert (outcome.unprocessed, outcome.stopped_by) == (batch()[done].sequence_number, "out of time")
        tried()


@proves(faults=[10], invariants=[1, 4, 8])
def test_a_batch_resumed_where_it_stopped_ends_as_if_it_had_never_stopped():
    """Each delivery does at least one portion, so a batch always comes to its end."""
    pipeline, undisturbed = build(), build()
    undisturbed.run(batch(), NOW_MS)
    waiting = batch()
    for _ in range(4):
        outcome = pipeline.run(waiting, NOW_MS, clock(0.0))
        if outcome.unprocessed:
            waiting = [r for r in waiting if r.sequence_number >= outcome.unprocessed]
    assert outcome.unprocessed is None
    assert pipeline.decisions.items == undisturbed.decisions.items
    assert {key: h.packed for key, h in pipeline.histories.items.items()} == {
        key: h.packed for key, h in undisturbed.histories.items.items()
    }


def test_a_portion_is_not_begun_with_less_time_than_twice_what_the_longest_took():
    """A slow table shows in the first portion already."""
    pipeline = build()
    outcome = pipeline.run(batch(), NOW_MS, clock(90_000.0, 60_000.0, 59_999.0))
    assert outcome.unprocessed == batch()[3].sequence_number


@proves(faults=[13, 17, 19], invariants=[3, 7])
@pytest.mark.parametrize("error", [EndpointUnavailableError("503"), StoreUnavailableError("throttled")], ids=type)
def test_infrastructure_that_breaks_behind_the_first_portion_keeps_that_portion(error):
    """The answer names the first record of the portion that failed; had the first failed, the batch would raise."""
    pipeline = build()
    score, calls = pipeline.scorer.score, []

    def breaking(features, explain):
        calls.append(len(features))
        if len(calls) == 2:
            raise error
        return score(features, explain)

    pipeline.scorer.score = breaking
    outcome = pipeline.run(batch(), NOW_MS)
    assert set(pipeline.decisions.items) == {"tx-1", "tx-2", "tx-3"}
    assert (outcome.unprocessed, outcome.stopped_by) == (batch()[3].sequence_number, str(error))
    assert calls == [3, 3]
