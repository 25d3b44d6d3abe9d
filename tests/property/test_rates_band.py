"""The usual band and the verdict are of one model: whatever the past and the hour, they agree."""

import numpy as np
from fraudstream.rates import band, judge
from hypothesis import given, settings
from hypothesis import strategies as st

HOURS = 14 * 24 + 1


@st.composite
def pasts(draw):
    """Fourteen days of counts, and an hour with any number of events, as counts of five minutes."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    decided = draw(st.sampled_from([30, 300, 3_000, 60_000]))
    share, varies = draw(st.sampled_from([0.0005, 0.01, 0.2])), draw(st.sampled_from([0.01, 0.2, 1.5]))
    total = random.poisson(decided, HOURS).astype(float)
    mood = random.gamma(1 / varies**2, varies**2, HOURS)
    events = np.minimum(random.poisson(total * share * mood), total).astype(float)
    events[-1] = min(round(events[-1] * draw(st.floats(0, 4)) + draw(st.integers(0, 5))), total[-1])
    slots = np.zeros((2, HOURS, 12))
    slots[:, :, 0] = events, total
    return slots.reshape(2, -1)


@settings(max_examples=200, deadline=None)
@given(pasts())
def test_an_hour_is_above_its_band_where_its_chance_is_a_hundredth_at_most(past):
    """And nothing is said by one where the other says nothing; the usual rate is inside, and is the same."""
    events, total = past
    judged, usual = judge(events, total), band(events, total)
    assert usual.why_not == judged.why_not
    if judged.rate is None:
        assert (usual.low, usual.usual, usual.high) == (None, None, None)
        return
    assert usual.usual == judged.usual
    assert 0 <= usual.low <= usual.high
    if abs(judged.chance - 0.01) > 1e-9:  # at the edge itself the last digit decides
        assert (judged.rate > usual.high) == (judged.chance <= 0.01)


@settings(max_examples=50, deadline=None)
@given(pasts())
def test_an_hour_below_its_band_has_a_chance_of_nearly_one(past):
    """At least as many are in 99 of 100 hours."""
    events, total = past
    judged, usual = judge(events, total), band(events, total)
    if judged.rate is not None and judged.rate < usual.low:
        assert judged.chance >= 0.99


def test_the_band_holds_98_of_a_hundred_ordinary_hours():
    """Of Poisson hours, whose model it is: a little more, for the usual rate is itself estimated."""
    outside = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        total = np.full(HOURS * 12, 200.0)
        events = random.poisson(2.0, HOURS * 12).astype(float)
        found, rate = band(events, total), events[-12:].sum() / 2_400
        outside += not found.low <= rate <= found.high
    assert outside <= 12


def test_the_usual_rate_lies_inside_where_events_are_many():
    """A rate that was seen every day is no surprise."""
    total = np.full(HOURS * 12, 500.0)
    events = np.full(HOURS * 12, 5.0)
    found = band(events, total)
    assert found.low < found.usual == 0.01 < found.high
