"""Random worlds: shards, splits, two readers, retrains, outages, deaths, and every invariant at the end."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability import schedules
from tests.reliability.proof import proves, tried
from tests.reliability.regressions import SEEDS
from tests.reliability.schedules import Play, play

_IN_CI, _GROUP = 100, 10
INVARIANTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13]
FAULTS = [1, 2, 3, 4, 5, 6, 8, 11, 13, 14, 15, 17, 18, 19, 32]
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


@proves(faults=FAULTS, invariants=INVARIANTS)
@pytest.mark.parametrize("first", range(0, _IN_CI, _GROUP))
def test_every_invariant_holds_in_random_worlds(first):
    """Ten seeds each; `make soak SEEDS=1000` plays more."""
    for seed in range(first, first + _GROUP):
        play(seed)
        tried()


@proves(faults=FAULTS, invariants=INVARIANTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_seed_once_found_does_not_come_back(seed):
    """Each is kept with what it found."""
    play(seed)


@proves(invariants=[12])
@pytest.mark.parametrize("seed", [3, 11, 42])
def test_the_same_seed_gives_the_same_trace(seed):
    """Every call, its fault and its status, every delivery, every byte in tables, buckets and messages."""
    one, other = Play(seed).run(), Play(seed).run()
    assert one.trace == other.trace
    assert len(one.trace) > 50
    assert one.aws.tables == other.aws.tables
    assert one.aws.objects == other.aws.objects
    assert one.aws.published == other.aws.published


@proves(invariants=[12])
def test_the_same_seed_gives_the_same_trace_in_another_process():
    """With another seed of Python's own hashes, too."""
    command = [sys.executable, "-m", "tests.reliability.soak", "--trace", "--seeds", "1", "--first", "11"]
    import os

    traces = []
    for hashes in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hashes, "PYTHONPATH": os.pathsep.join(sys.path)}
        played = subprocess.run(
            command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
        )
        traces.append([line for line in played.stdout.splitlines() if "s of CPU" not in line])
    assert traces[0] == traces[1]
    assert traces[0] == Play(11).run().trace


def test_random_worlds_differ_in_what_goes_wrong():
    """Among a few seeds there are deaths, throttles, lost replies, outages, splits, both models and rules alone."""
    words: set[str] = set()
    for seed in range(40):
        one = Play(seed)
        world = one.run()
        words |= {line for line in world.trace if line.startswith(("fault", "failed"))}
        words |= {str(item.get("model_version")) for item in world.items("Decisions").values()}
        words |= {"split"} if any(shard.parent_ids for shard, _ in one._shards) else set()
    assert words >= {
        "fault died before",
        "fault died after",
        "fault reply lost",
        "fault throttled",
        "fault some refused",
        "fault some unprocessed",
        "fault nonsense",
        "failed StoreUnavailableError",
        "failed EndpointUnavailableError",
        "failed ProcessDeathError",
        "model-1",
        "model-2",
        "None",
        "split",
    }


def test_a_seed_that_fails_says_how_to_play_it_again(monkeypatch):
    """One command, which prints the trace."""

    def judge(_: Play) -> None:
        raise AssertionError("two decisions")

    monkeypatch.setattr(schedules.Play, "judge", judge)
    with pytest.raises(AssertionError, match="seed 7: two decisions") as caught:
        play(7)
    assert "python -m tests.reliability.soak --trace --seeds 1 --first 7" in str(caught.value)
