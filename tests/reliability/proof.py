"""What a test proves: rows of the fault matrix and invariants, and how many cases it tried."""

from collections.abc import Iterable

import pytest

_cases = 0


def proves(*, faults: Iterable[int] = (), invariants: Iterable[int] = ()) -> pytest.MarkDecorator:
    """Mark a test as showing rows of the fault matrix and invariants (numbers of tests/reliability/matrix.toml)."""
    return pytest.mark.proves(faults=tuple(faults), invariants=tuple(invariants))


def tried(cases: int = 1) -> None:
    """Count cases that the running test tried; a test that never calls this counts as one."""
    global _cases  # noqa: PLW0603 (a test body, or a Hypothesis example within it, has no other way to the report)
    _cases += cases


def take_cases() -> int:
    """Return the cases counted since the last call, at least one."""
    global _cases
    counted, _cases = _cases, 0
    return max(counted, 1)
