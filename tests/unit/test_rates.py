"""More than usual is told from much."""

import numpy as np
import pytest
from fraudstream.rates import RateLimits, judge

DAYS = 28


def past(seed: int, *, decided: float = 2_000, share: float = 0.01, varies: float = 0.2, days: int = DAYS):
    """Counts of five minutes: a day has a shape, and each hour's rate its own mood."""
    random = np.random.default_rng(seed)
    hours = days * 24 + 1
    shape = 1 + 0.6 * np.sin(np.arange(hours) / 24 * 2 * np.pi)
    total = random.poisson(np.repeat(decided / 12 * shape, 12))
    mood = np.repeat(random.gamma(1 / varies**2, varies**2, hours), 12)
    return random.poisson(total * share * mood).astype(float), total.astype(float)


def burst(events, times: float):
    """The last hour many times as bad."""
    events = events.copy()
    events[-12:] = np.round(events[-12:] * times)
    return events


def test_ordinary_hours_are_rarely_spikes() -> None:
    """Of 1,000 hours whose rates vary by a fifth, one at most."""
    spikes = 0
    for seed in range(1_000):
        spikes += judge(*past(seed, days=14)).is_spike
    assert spikes <= 1


@pytest.mark.parametrize(("decided", "most"), [(2_000, 80), (20_000, 98)])
def test_four_times_the_usual_is_a_spike(decided, most) -> None:
    """In four of five hours in which twenty alerts are usual, and hardly missed where two hundred are."""
    found = 0
    for seed in range(100):
        events, total = past(seed, decided=decided)
        found += judge(burst(events, 4), total).is_spike
    assert found >= most


def test_a_past_attack_teaches_no_patience() -> None:
    """Ten hours of it in four weeks change neither what is usual nor how much it varies, much."""
    events, total = past(1)
    attacked = events.copy()
    attacked[12 * 300 : 12 * 310] *= 8
    calm, wary = judge(burst(events, 5), total), judge(burst(attacked, 5), total)
    assert calm.is_spike
    assert wary.is_spike
    assert wary.usual == pytest.approx(calm.usual, rel=0.2)


def test_what_happens_every_week_at_this_hour_is_usual() -> None:
    """Chargebacks are read on one morning a week: ten times as many as on the others, and no spike."""
    events, total = past(2)
    for week in range(5):
        end = len(events) - week * 7 * 24 * 12
        events[end - 12 : end] *= 10
    assert not judge(events, total).is_spike


def test_few_events_are_none() -> None:
    """Nine alerts where one is usual are nine; a tenth makes a spike."""
    total = np.full((14 * 24 + 1) * 12, 100.0)
    events = np.zeros(len(total))
    events[::12] = 1
    events[-1] = 8
    assert not judge(events, total).is_spike
    events[-1] = 9
    assert judge(events, total).is_spike


def test_less_than_twice_the_usual_is_none_however_sure() -> None:
    """A million transactions an hour make every difference certain; what does not matter rings nobody."""
    events, total = past(3, decided=1_000_000, varies=0.01)
    found = judge(burst(events, 1.7), total)
    assert found.chance is not None
    assert found.chance < 1e-5
    assert not found.is_spike
    assert judge(burst(events, 1.7), total, RateLimits(factor=1.5)).is_spike


def test_without_a_past_or_without_traffic_nothing_is_said() -> None:
    """A reason stands where a rate would."""
    events, total = past(4, days=4)
    assert judge(events, total).why_not == "this hour had traffic enough on 4 past days; 5 are needed"
    assert judge(events, total).rate is None
    events, total = past(4, decided=10)
    assert judge(events, total).why_not.endswith("are too few; 200 are needed")


def test_hours_in_which_nothing_ever_happened_are_reckoned_with() -> None:
    """A quarter of the past had no traffic, and nowhere was there an alert: the first ten are a spike."""
    total = np.full((14 * 24 + 1) * 12, 100.0)
    total.reshape(-1, 12)[1:200:4] = 0
    events = np.zeros(len(total))
    assert not judge(events, total).is_spike
    events[-1] = 10
    assert judge(events, total).is_spike
