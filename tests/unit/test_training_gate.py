"""The gate lets through a model that is better, and nothing else."""

import math

from gate import Figures, decide
from hypothesis import given
from hypothesis import strategies as st

from tests.reliability.proof import proves

figures = st.floats(0, 1) | st.sampled_from([math.nan, math.inf, -math.inf])
rates = st.floats(0, 1)
both = st.builds(Figures, average_precision=figures, scores_valid=st.booleans())


@proves(faults=[26])
@given(both, st.none() | both, rates)
def test_every_verdict_has_a_reason(challenger: Figures, champion: Figures | None, base_rate: float) -> None:
    """Whoever is told no is told why."""
    verdict = decide(challenger, champion, base_rate=base_rate)
    assert isinstance(verdict.promote, bool)
    assert verdict.reason


@proves(faults=[26])
@given(both, st.none() | both, rates)
def test_nothing_unmeasured_or_worse_is_promoted(
    challenger: Figures, champion: Figures | None, base_rate: float
) -> None:
    """A promoted model has valid scores, a finite figure above chance, and above any champion that has one."""
    if decide(challenger, champion, base_rate=base_rate).promote:
        assert challenger.scores_valid
        assert math.isfinite(challenger.average_precision)
        assert challenger.average_precision > base_rate
        if champion is not None and champion.scores_valid and math.isfinite(champion.average_precision):
            assert challenger.average_precision > champion.average_precision


@proves(faults=[26])
@given(both, rates)
def test_no_model_replaces_its_equal(candidate: Figures, base_rate: float) -> None:
    """Change for its own sake is a risk without a gain."""
    measured = candidate.scores_valid and math.isfinite(candidate.average_precision)
    if measured:
        assert not decide(candidate, candidate, base_rate=base_rate).promote


@proves(faults=[26])
@given(both, both, rates)
def test_two_models_never_beat_each_other(one: Figures, other: Figures, base_rate: float) -> None:
    """Among measured models the gate is an order: no two runs can swap champions back and forth."""
    forth = decide(one, other, base_rate=base_rate).promote
    back = decide(other, one, base_rate=base_rate).promote
    measured = all(each.scores_valid and math.isfinite(each.average_precision) for each in (one, other))
    if measured:
        assert not (forth and back)


@given(st.floats(0.02, 1))
def test_the_first_fit_model_is_promoted(figure: float) -> None:
    """Better than chance is better than rules alone."""
    assert decide(Figures(average_precision=figure), None, base_rate=0.01).promote
