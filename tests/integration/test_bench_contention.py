"""Eight writers at once on what they share, each a process of its own."""

import pytest

from benchmarks.contention import WRITERS, cases, run
from tests.reliability.proof import proves, tried

pytestmark = pytest.mark.integration


@proves(faults=[2], invariants=[1, 4])
@pytest.mark.parametrize("case", cases(batches=2, records=60), ids=lambda case: case.name)
def test_eight_writers_at_once_lose_nothing_and_count_nothing_twice(case):
    """On one hot terminal and with random partition keys: every history is the fold of the log, byte for byte."""
    found = run(case, writers=WRITERS)
    tried(found["records"])
    assert found["histories_that_differ"] == 0
    assert found["decisions"] == found["transactions"] == found["records"] == WRITERS * 2 * 60
