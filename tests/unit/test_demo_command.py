"""The demo's command: what it starts it stops, and whatever goes wrong is said in a line."""

import io
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from rich.console import Console

from local import demo
from local.demo_data import DemoDataError
from local.deployment.samcli import DeployError


class FakeStack:
    """A stack that only remembers whether it runs."""

    made: ClassVar["list[FakeStack]"] = []
    endpoint_url = "http://127.0.0.1:4566"

    def __init__(self, *, state_dir: Path, detached: bool, say: object) -> None:
        self.detached = detached
        self.running = False
        FakeStack.made.append(self)

    def start(self) -> None:
        """Run."""
        self.running = True

    def stop(self) -> None:
        """Stop, and see that a second Ctrl-C could not come between."""
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        self.running = False


class FakeSummary:
    """What a run returns."""

    def __init__(self, *, proved: bool) -> None:
        self.proved = proved
        self.written = False

    def write(self, _path: object) -> None:
        """Remember."""
        self.written = True


@pytest.fixture
def parts(monkeypatch):
    """The demo with every large part replaced; `parts.act` is what happens when the system is shown."""
    made = SimpleNamespace(act=lambda: FakeSummary(proved=True), console=Console(file=io.StringIO(), width=200))
    FakeStack.made = []
    monkeypatch.setattr(demo, "EmbeddedStack", FakeStack)
    monkeypatch.setattr(demo, "Console", lambda: made.console)
    monkeypatch.setattr(demo, "load", lambda _: SimpleNamespace(source="test", history=[], streamed=[]))
    monkeypatch.setattr(demo, "deploy", lambda _, say: {"ConsoleUrl": "http://127.0.0.1:8000"})
    monkeypatch.setattr(demo, "show_system", lambda *_: made.act())
    monkeypatch.setattr(demo, "show", lambda *_: None)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    yield made
    signal.signal(signal.SIGTERM, before[0])
    assert signal.getsignal(signal.SIGINT) is before[1]


def _raise(error: BaseException):
    raise error


def test_proved_demo_ends_well_and_stops_what_it_started(parts) -> None:
    """All proofs hold: exit code 0, and nothing runs any more."""
    assert demo.main([]) == 0
    assert [stack.running for stack in FakeStack.made] == [False]
    assert "`make demo KEEP=1` leaves it" in parts.console.file.getvalue()


def test_failed_proof_is_an_exit_code(parts) -> None:
    """A proof that fails makes the command fail."""
    parts.act = lambda: FakeSummary(proved=False)
    assert demo.main([]) == 1


def test_interrupt_stops_everything_and_says_so(parts) -> None:
    """Ctrl-C in the middle: exit code 130, the stack stopped, one line that says it."""
    parts.act = lambda: _raise(KeyboardInterrupt())
    assert demo.main(["--keep"]) == 130
    assert [stack.running for stack in FakeStack.made] == [False]
    assert "Interrupted: everything that was started is stopped." in parts.console.file.getvalue()


def test_kept_stack_goes_on(parts) -> None:
    """With --keep the stack is started to outlive the demo, and left running."""
    assert demo.main(["--keep"]) == 0
    assert [(stack.detached, stack.running) for stack in FakeStack.made] == [(True, True)]
    printed = parts.console.file.getvalue()
    assert "console: http://127.0.0.1:8000/" in printed
    assert "Sign in there as Ada (analyst), Bo (lead) or Vic (viewer)" in printed


def test_failed_deployment_is_a_line_and_stops_the_stack(parts, monkeypatch) -> None:
    """An explained error is printed without a traceback."""
    monkeypatch.setattr(demo, "deploy", lambda _, say: _raise(DeployError("no bucket; run `make setup`")))
    assert demo.main([]) == 1
    assert "no bucket; run `make setup`" in parts.console.file.getvalue()
    assert [stack.running for stack in FakeStack.made] == [False]


def test_bad_data_is_told_before_anything_starts(parts, monkeypatch) -> None:
    """A file that cannot be shown costs no start of the stack."""
    monkeypatch.setattr(demo, "load", lambda _: _raise(DemoDataError("too few frauds")))
    assert demo.main([]) == 1
    assert FakeStack.made == []


def test_fault_of_ours_keeps_its_traceback_and_stops_the_stack(parts) -> None:
    """An error nobody foresaw is raised, after everything is stopped."""
    parts.act = lambda: _raise(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        demo.main([])
    assert [stack.running for stack in FakeStack.made] == [False]


@pytest.mark.parametrize("wrong", [["--transactions", "0"], ["--transactions", "many"], ["--colour", "red"]])
def test_wrong_options_are_refused(parts, wrong, capsys) -> None:
    """An option that makes no sense ends with the usage."""
    with pytest.raises(SystemExit):
        demo.main(wrong)
    assert "usage" in capsys.readouterr().err
