"""The gate lets through a model that is better beyond noise and nowhere worse, and nothing else."""

import math
from dataclasses import replace

import pytest
from comparison import Tolerances, guards
from gate import LEVEL, Figures, Guard, decide
from hypothesis import given
from hypothesis import strategies as st

from tests.reliability.proof import proves

figures = st.floats(0, 1) | st.sampled_from([math.nan, math.inf, -math.inf])
rates = st.floats(0, 1)
both = st.builds(Figures, average_precision=figures, scores_valid=st.booleans())
shares = st.floats(0, 1) | st.just(math.nan)
values = st.none() | st.floats(-1e6, 1e6) | st.just(math.nan)
guard = st.builds(
    Guard,
    name=st.sampled_from(["the money saved", "the share of alerts"]),
    challenger=values,
    champion=values,
    worst=values,
    rising=st.booleans(),
)
guarded = st.lists(guard, max_size=4)


@proves(faults=[26])
@given(both, st.none() | both, rates, shares, guarded)
def test_every_verdict_has_a_reason(
    challenger: Figures, champion: Figures | None, base_rate: float, share: float, guards: list[Guard]
) -> None:
    """Whoever is told no is told why, in one sentence."""
    verdict = decide(challenger, champion, base_rate=base_rate, share_better=share, guards=guards)
    assert isinstance(verdict.promote, bool)
    assert " " in verdict.reason
    assert "None" not in verdict.reason
    assert "\n" not in verdict.reason
    assert not verdict.reason.endswith(".")


@proves(faults=[26])
@given(both, st.none() | both, rates, shares, guarded)
def test_nothing_unmeasured_or_worse_is_promoted(
    challenger: Figures, champion: Figures | None, base_rate: float, share: float, guards: list[Guard]
) -> None:
    """A promoted model has valid scores, a finite figure above chance, and above any champion that has one."""
    if decide(challenger, champion, base_rate=base_rate, share_better=share, guards=guards).promote:
        assert challenger.measured
        assert challenger.average_precision > base_rate
        if champion is not None and champion.measured:
            assert challenger.average_precision > champion.average_precision
            assert share >= LEVEL
            assert all(guard.holds for guard in guards)


@proves(faults=[26])
@given(both, rates, shares, guarded)
def test_no_model_replaces_its_equal(candidate: Figures, base_rate: float, share: float, guards: list[Guard]) -> None:
    """Change for its own sake is a risk without a gain, whatever the resamples say."""
    if candidate.measured:
        assert not decide(candidate, candidate, base_rate=base_rate, share_better=share, guards=guards).promote


@proves(faults=[26])
@given(both, both, rates, shares, shares)
def test_two_models_never_beat_each_other(
    one: Figures, other: Figures, base_rate: float, forth: float, back: float
) -> None:
    """Among measured models the gate is an order: no two runs can swap champions back and forth."""
    if one.measured and other.measured:
        assert not (
            decide(one, other, base_rate=base_rate, share_better=forth).promote
            and decide(other, one, base_rate=base_rate, share_better=back).promote
        )


@given(both, both, st.tuples(rates, shares), guarded, st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_better_challenger_is_never_refused_for_it(
    challenger: Figures,
    champion: Figures,
    window: tuple[float, float],
    guards: list[Guard],
    better: tuple[float, float],
) -> None:
    """What is promoted stays promoted with a higher figure, a surer difference, or a guard the less."""
    base_rate, share = window
    more, surer = better
    rest = {"base_rate": base_rate, "guards": guards}
    if not decide(challenger, champion, share_better=share, **rest).promote:
        return
    higher = replace(challenger, average_precision=challenger.average_precision + more)
    assert decide(higher, champion, share_better=share, **rest).promote
    if champion.measured:
        assert decide(challenger, champion, share_better=max(share, surer), **rest).promote
    assert decide(challenger, champion, base_rate=base_rate, share_better=share, guards=guards[1:]).promote


@given(guard, st.floats(0, 1e6))
def test_a_guard_that_holds_holds_for_what_is_better_still(guard: Guard, more: float) -> None:
    """And a missing figure never passes where the champion has one."""
    if guard.holds and guard.challenger is not None and math.isfinite(guard.challenger):
        better = guard.challenger - more if guard.rising else guard.challenger + more
        assert replace(guard, challenger=better).holds
    if guard.champion is not None and math.isfinite(guard.champion) and guard.worst is not None:
        assert replace(guard, challenger=None).holds == (not math.isfinite(guard.worst))


@given(st.floats(0.02, 1))
def test_the_first_fit_model_is_promoted(figure: float) -> None:
    """Better than chance is better than rules alone; no resample and no guard is asked for."""
    assert decide(Figures(average_precision=figure), None, base_rate=0.01).promote


def test_a_higher_figure_that_may_be_luck_is_not_enough() -> None:
    """The sentence says how sure it is, and how sure it must be."""
    verdict = decide(Figures(average_precision=0.71), Figures(average_precision=0.7), base_rate=0.01, share_better=0.8)
    assert not verdict.promote
    assert "80% of resamples, and 95%" in verdict.reason


def measured(**changed: float) -> dict:
    """What `measure` says of a model, in part."""
    figures = {"recall": 0.5, "at_budget": 9_000, "saved": 9_000, "alerts": 0.005, "brier": 0.004} | changed
    return {
        "all_rows": {"recall_at_budget": figures["recall"], "frauds": 100, "rows": 10_000, "budget": 0.005},
        "money": {
            "currency": "EUR",
            "fraud_minor": 20_000,
            "largest_fraud_minor": 400,
            "saved_minor": figures["saved"],
            "saved_at_budget_minor": figures["at_budget"],
        },
        "at_thresholds": {"alert_rate": figures["alerts"]},
        "calibration": {"brier": figures["brier"]},
    }


@pytest.mark.parametrize(
    ("figure", "tolerated", "too_much"),
    [
        ("recall", 0.49, 0.47),
        ("at_budget", 8_100, 7_900),
        ("saved", 4_600, 4_400),
        ("alerts", 0.0109, 0.0111),
        ("brier", 0.0044, 0.0046),
    ],
)
def test_each_guard_gives_way_to_what_is_tolerated_and_to_no_more(
    figure: str, tolerated: float, too_much: float
) -> None:
    """And then its sentence stands in the verdict, however much better the ranking is."""
    strong, weak = Figures(average_precision=0.9), Figures(average_precision=0.5)
    for value, promoted in ((tolerated, True), (too_much, False)):
        judged = guards(measured(**{figure: value}), measured(), Tolerances())
        verdict = decide(strong, weak, base_rate=0.01, share_better=1.0, guards=judged)
        assert verdict.promote is promoted
        assert promoted or "is allowed" in verdict.reason


def test_no_guard_falls_by_a_single_fraud() -> None:
    """Of eight frauds one is more than two in a hundred; of the money the largest may be nearly all."""
    champion, challenger = measured(), measured(recall=0.38, at_budget=1_000, saved=1_000)
    champion["all_rows"]["frauds"] = 8
    champion["money"]["largest_fraud_minor"] = 8_000
    assert all(guard.holds for guard in guards(challenger, champion, Tolerances()))


def test_a_champion_that_alerts_beyond_the_budget_is_not_followed_there() -> None:
    """What it saves by alerts that nobody has time for is no bar to pass."""
    champion = measured(saved=15_000, alerts=0.4)
    assert all(guard.holds for guard in guards(measured(saved=6_000), champion, Tolerances()))
