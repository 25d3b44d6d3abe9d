"""The cut by time keeps learning, choosing and reporting apart, with the label delay between."""

import numpy as np
from cutting import Log, needed
from hypothesis import given
from hypothesis import strategies as st
from windows import DAY_MS, Wish, dated, proportional

from tests.unit.test_training_samples import SCHEMA, history

WEEK = 7 * DAY_MS
days = st.integers(0, 60).map(lambda number: number * DAY_MS)


def wish(**spans: int) -> Wish:
    whole = {
        "test_ms": WEEK,
        "validation_ms": WEEK,
        "train_ms": 28 * DAY_MS,
        "warmup_ms": 35 * DAY_MS,
        "delay_ms": WEEK,
    }
    return Wish(**(whole | spans))


def test_eighty_days_are_cut_as_documented() -> None:
    """From the newest back: unripe week, test, gap, validation, train, and warm-up for half of what is left."""
    cut = dated(0, 80 * DAY_MS - 1, wish())
    assert cut is not None
    assert (cut.test.start_ms, cut.test.end_ms) == (66 * DAY_MS, 73 * DAY_MS)
    assert (cut.validation.start_ms, cut.validation.end_ms) == (52 * DAY_MS, 59 * DAY_MS)
    assert (cut.train.start_ms, cut.train.end_ms) == (26 * DAY_MS, 52 * DAY_MS)
    assert cut.gap_ms == WEEK


wishes = st.builds(wish, warmup_ms=days, test_ms=days, validation_ms=days, delay_ms=days)


@given(days, st.integers(1, 200), wishes)
def test_windows_follow_each_other_with_the_gap_between(first: int, span: int, wanted: Wish) -> None:
    """Every label learned from is known, on time, before the first test row happens."""
    as_of = first + span * DAY_MS
    cut = dated(first, as_of, wanted)
    if cut is None:
        return
    assert first <= cut.train.start_ms < cut.train.end_ms <= cut.validation.start_ms <= cut.validation.end_ms
    assert (
        cut.validation.end_ms + wanted.delay_ms <= cut.test.start_ms <= cut.test.end_ms <= as_of - wanted.delay_ms + 1
    )
    assert cut.train.end_ms - cut.train.start_ms >= 7 * DAY_MS


def test_too_short_a_history_has_no_dated_cut() -> None:
    """Three weeks hold a test, a gap, and nothing to learn from."""
    assert dated(0, 28 * DAY_MS, wish()) is None


@given(st.lists(st.integers(0, 50), max_size=60).map(sorted))
def test_shares_of_rows_never_overlap(times: list[int]) -> None:
    """No moment lies in two windows, and the last row is in test."""
    cut = proportional(np.array(times, np.int64))
    if cut is None:
        return
    event_ms = np.array(times, np.int64)
    held = [window.holds(event_ms) for window in (cut.train, cut.validation, cut.test)]
    assert (np.sum(held, axis=0) <= 1).all()
    assert all(each.any() for each in held)
    assert held[2][-1]


def test_times_that_are_all_the_same_cannot_be_cut() -> None:
    """Without an order in time there is no later window."""
    assert proportional(np.full(100, 5)) is None
    assert proportional(np.empty(0, np.int64)) is None


def test_a_log_of_the_needed_rows_alone_has_the_same_parts() -> None:
    """So Spark's driver is given the windows and the frauds before them, and nothing else."""
    frame = history(days=90)
    features = np.random.default_rng(0).normal(size=(len(frame), 3)).astype(np.float32)
    whole = Log(frame, features, SCHEMA)
    spans = wish(train_ms=10 * DAY_MS)
    as_of = int(whole.known.label_ms.max())
    chosen = whole.known.choose(as_of, spans)
    own, wanted = needed(whole.known, chosen, spans)
    assert own.sum() < wanted.sum() < len(frame)
    some = Log(frame[wanted].reset_index(drop=True), features[wanted], SCHEMA)
    for one, other in zip(whole.parts(chosen, spans).values(), some.parts(chosen, spans).values(), strict=True):
        for name in ("transaction_id", "fraud", "features", "card_reported"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
        assert one.card_reported.any()
