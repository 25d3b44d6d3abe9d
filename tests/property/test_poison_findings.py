"""What the fuzzer starts from, and what it found, tried at every run of the tests: `make fuzz` looks for more."""

from pathlib import Path

import pytest

from tests.fuzz.seeds import FINDINGS, seeds, words
from tests.fuzz.targets import TARGETS, WrongError
from tests.reliability.proof import proves, tried

FOUND = sorted(path for path in FINDINGS.glob("*/*") if path.is_file())


@proves(faults=[6, 18, 22, 23, 33])
@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_the_fuzzer_found_holds_now(path: Path):
    """Each once broke a truth of its target."""
    TARGETS[path.parent.name](path.read_bytes())


@proves(faults=[6, 18, 22, 23, 33])
@pytest.mark.parametrize("target", TARGETS)
def test_the_seeds_hold_cut_anywhere(target):
    """Well-formed inputs, and all their beginnings: what a writer leaves that dies in the middle."""
    for seed in seeds(target):
        step = max(1, len(seed) // 40)
        for end in {*range(0, len(seed), step), len(seed)}:
            TARGETS[target](seed[:end])
            tried()


def test_every_target_has_seeds():
    """A fuzzer that starts from nothing finds little."""
    for target in TARGETS:
        assert len(list(seeds(target))) >= 3
        assert target == "histories" or words(target)


def test_a_truth_that_does_not_hold_is_told():
    """The targets can fail: a model's answer that says another number of scores is refused before, not after."""
    from tests.fuzz import targets

    with pytest.raises(WrongError, match="many"):
        targets._hold(False, "too many")  # noqa: FBT003
