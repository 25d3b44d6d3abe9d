"""The console's code is checked where node is, and where it is not that is said."""

import shutil
from pathlib import Path

import pytest

from lint.console import __main__ as program
from lint.console import tools

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (tools.INSTALLED / ".ready").exists(),
    reason="needs node and `make .local/console/.ready`",
)


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nobody installed node."""
    monkeypatch.setattr(tools.shutil, "which", lambda _: None)
    monkeypatch.delenv("CI", raising=False)


@pytest.mark.usefixtures("without_node")
def test_without_node_nothing_is_checked_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A check that did not run is not a check that passed."""
    assert program.main([]) == 0
    assert "DID NOT RUN: node is not installed" in capsys.readouterr().err


@pytest.mark.usefixtures("without_node")
def test_without_node_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it must have run, it did not."""
    monkeypatch.setenv("CI", "1")
    assert program.main([]) == 1


@pytest.mark.usefixtures("without_node")
def test_without_node_nothing_is_bundled() -> None:
    """Whoever asks for it is told that it was not done."""
    assert program.main(["vendor"]) == 1


def test_every_check_runs_although_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All that is wrong is told at once."""
    monkeypatch.setattr(program, "ready", lambda: None)
    monkeypatch.setattr(program, "_CHECKS", {"first": lambda: "it is broken", "second": lambda: ""})
    assert program.main([]) == 1
    told = capsys.readouterr()
    assert "first: failed" in told.out
    assert "second: fine" in told.out
    assert "it is broken" in told.err


@needs_node
def test_a_changed_bundle_is_told_from_what_the_lock_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody edits what is bundled by hand."""
    console = tmp_path / "console"
    shutil.copytree(tools.CONSOLE, console)
    monkeypatch.setattr(tools, "CONSOLE", console)
    assert tools.vendor() == ""
    with (console / "vendor" / "preact.js").open("a") as file:
        file.write("alert(1);\n")
    assert "preact.js" in tools.vendor()


@needs_node
def test_what_is_sent_means_what_is_written() -> None:
    """Only comments stay at home."""
    assert tools.lean() == ""
