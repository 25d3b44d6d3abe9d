"""Execution environments are reused, limited, retired and ended; with environments that are no processes."""

import threading
import time
from dataclasses import replace

import pytest

from local.aws.environment_pool import EnvironmentPool, PoolExhaustedError
from local.aws.function_spec import FunctionSpec, UnsupportedFunctionError

CONFIG = {
    "FunctionName": "f",
    "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
    "Runtime": "python3.13",
    "Handler": "handler.handler",
    "RevisionId": "1",
}
SPEC = FunctionSpec.from_config(CONFIG)


class FakeEnvironment:
    """What the pool needs of an environment."""

    def __init__(self, spec=SPEC, *, wakes=True):
        self.spec = spec
        self.usable = True
        self.closed = False
        self.interrupted = False
        self._wakes = wakes

    def wake(self):
        """Return whether it takes an event."""
        self.usable = self._wakes
        return self.usable

    def interrupt(self):
        """Remember that it was interrupted."""
        self.interrupted = True

    def close(self):
        """Remember that it was closed."""
        self.closed = True


@pytest.fixture
def make_pool():
    pools = []

    def make(**settings):
        pools.append(EnvironmentPool(**{"limit": 2, "wait_seconds": 0.05, "idle_seconds": 60.0, **settings}))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def test_an_idle_environment_is_used_again(make_pool):
    """The second invocation starts nothing."""
    pool = make_pool()
    with pool.environment(SPEC, FakeEnvironment) as first:
        pass
    with pool.environment(SPEC, _refuse) as second:
        assert second is first


def test_beyond_the_limit_an_invocation_is_refused_after_a_while(make_pool):
    """Two at once are possible, a third is not; when one is free again it is."""
    pool = make_pool()
    with pool.environment(SPEC, FakeEnvironment):
        with pool.environment(SPEC, FakeEnvironment), pytest.raises(PoolExhaustedError):
            pool.environment(SPEC, FakeEnvironment).__enter__()
        with pool.environment(SPEC, _refuse):
            pass


def test_a_waiting_invocation_gets_the_environment_that_becomes_free(make_pool):
    """Waiting ends with the first release."""
    pool = make_pool(limit=1, wait_seconds=10)
    taken = threading.Event()

    def hold():
        with pool.environment(SPEC, FakeEnvironment):
            taken.set()
            time.sleep(0.1)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    with pool.environment(SPEC, _refuse):
        pass
    thread.join()


def test_an_update_retires_idle_and_busy_environments(make_pool):
    """After an update no environment of the old code takes another event."""
    pool = make_pool()
    new = replace(SPEC, revision="2")
    with pool.environment(SPEC, FakeEnvironment) as busy:
        with pool.environment(SPEC, FakeEnvironment) as idle:
            pass
        with pool.environment(new, lambda: FakeEnvironment(new)) as current:
            assert idle.closed
        assert not busy.closed
    assert busy.closed
    assert not current.closed


def test_an_environment_that_does_not_wake_is_replaced(make_pool):
    """A dead one is closed and the next one tried."""
    pool = make_pool(limit=1)
    started = iter([FakeEnvironment(wakes=False), FakeEnvironment()])
    with pool.environment(SPEC, lambda: next(started)) as environment:
        assert environment.wake()


@pytest.mark.parametrize("fails_in", ["start", "use"])
def test_a_failure_leaves_room_for_the_next(make_pool, fails_in):
    """A failed start takes no place, and an environment in an unknown condition is not used again."""
    pool = make_pool(limit=1)
    environment = FakeEnvironment()
    with (
        pytest.raises(ZeroDivisionError),
        pool.environment(SPEC, _divide if fails_in == "start" else lambda: environment),
    ):
        _divide()
    assert environment.closed == (fails_in == "use")
    with pool.environment(SPEC, FakeEnvironment) as other:
        assert other is not environment


def test_unused_environments_end(make_pool):
    """One that nobody needed for long enough is closed."""
    pool = make_pool(idle_seconds=0.02)
    with pool.environment(SPEC, FakeEnvironment) as environment:
        pass
    deadline = time.monotonic() + 5
    while not environment.closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert environment.closed


def test_closing_ends_what_is_idle_and_interrupts_what_is_busy(make_pool):
    """Nothing runs on, nothing starts any more, and whoever waits is told."""
    pool = make_pool()
    with pool.environment(SPEC, FakeEnvironment) as busy:
        with pool.environment(SPEC, FakeEnvironment) as idle:
            pass
        pool.close()
        assert (busy.interrupted, idle.closed) == (True, True)
        late = FakeEnvironment()
        with pytest.raises(PoolExhaustedError):
            pool.environment(SPEC, lambda: late).__enter__()
    assert busy.closed
    assert late.closed


def test_versions_have_environments_of_their_own(make_pool):
    """One version's limit is not another's."""
    pool = make_pool(limit=1)
    other = replace(SPEC, version="7")
    with pool.environment(SPEC, FakeEnvironment), pool.environment(other, lambda: FakeEnvironment(other)) as second:
        assert second.spec.version == "7"


@pytest.mark.parametrize("change", [{"Runtime": "nodejs22.x"}, {"PackageType": "Image", "Runtime": None}])
def test_what_cannot_run_here_is_refused(change):
    """Another language or a container image is an error that says so."""
    with pytest.raises(UnsupportedFunctionError, match="only Python functions"):
        FunctionSpec.from_config(CONFIG | change)


def _refuse():
    raise AssertionError("nothing should start")


def _divide():
    return 1 // 0
