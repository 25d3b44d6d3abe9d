"""A model server as its owner sees it: a real process with a small model."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.sagemaker.servers import Answer, ModelServer, NoAnswerError, UnhealthyError

SCRIPT = """
import os, time
def model_fn(directory): return os.getpid()
def transform_fn(model, body, kind, accept):
    if body == "slow": time.sleep(1)
    if body == "die": os._exit(1)
    return str(model), accept
"""


class Lines:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.closed = threading.Event()

    def write(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(line)

    def close(self) -> None:
        """Remember the end."""
        self.closed.set()


def make(directory: Path, script: str, log: Lines) -> ModelServer:
    code = directory / "model" / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(script)
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    return ModelServer(sys.executable, directory, environment, log)  # type: ignore[arg-type]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    log = Lines()
    started = make(tmp_path, SCRIPT, log)
    started.start(20)
    yield started
    started.close()
    assert log.closed.wait(10), "its process did not end"


def ask(server: ModelServer, body: str, seconds: float = 20) -> Answer:
    return server.invoke(body.encode(), {"Content-Type": "text/csv", "Accept": "text/csv"}, seconds)


def wait_until_gone(process: int) -> None:
    """Until then the dying process may still take a connection and break it off."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("the process is still there")


def test_started_means_healthy(server: ModelServer) -> None:
    """Once ``start`` returns the model is loaded and answers, over one kept connection."""
    first, second = ask(server, "1"), ask(server, "2")
    assert (first.status, first.content_type) == (200, "text/csv; charset=utf-8")
    assert first.body == second.body


def test_a_slow_model_is_not_waited_for(server: ModelServer) -> None:
    """After its time a request is given up, and said to have timed out; the next one gets its own answer."""
    with pytest.raises(NoAnswerError) as caught:
        ask(server, "slow", 0.2)
    assert caught.value.timed_out
    assert ask(server, "1").status == 200


def test_a_request_that_ends_the_server_is_not_asked_twice(server: ModelServer) -> None:
    """It gets no answer; the requests after it get theirs from the next process."""
    former = int(ask(server, "1").body)
    server._idle.clear()
    with pytest.raises(NoAnswerError) as caught:
        ask(server, "die")
    assert not caught.value.timed_out
    wait_until_gone(former)
    assert int(ask(server, "1").body) != former


def test_a_kept_connection_to_a_former_process_is_no_error(server: ModelServer) -> None:
    """When the process ended between two requests the second is asked of its successor."""
    former = int(ask(server, "1").body)
    os.kill(former, signal.SIGKILL)
    wait_until_gone(former)
    assert int(ask(server, "1").body) != former


def test_a_port_nobody_listens_on_is_waited_out(server: ModelServer) -> None:
    """A request that comes after a death and before it was noticed waits for the next process."""
    real = server._port
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server._port, server._idle = unused.getsockname()[1], []

        def noticed() -> None:
            with server._changed:
                server._port = real
                server._changed.notify_all()

        timer = threading.Timer(0.2, noticed)
        timer.start()
        assert ask(server, "1").status == 200


def test_a_model_that_does_not_load_is_not_tried_again(tmp_path: Path) -> None:
    """The start fails as soon as the process has ended, with the reason in the log."""
    log = Lines()
    server = make(tmp_path, "raise ValueError('trained by another version')", log)
    with pytest.raises(UnhealthyError):
        server.start(20)
    assert log.closed.wait(10)
    assert "ValueError: trained by another version" in log.lines
    assert not [line for line in log.lines if "starting it again" in line]


def test_closing_waits_for_what_is_being_answered(tmp_path: Path) -> None:
    """A server that is drained answers what it was asked, and only then ends."""
    log = Lines()
    server = make(tmp_path, SCRIPT, log)
    server.start(20)
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(ask(server, "slow").status))
    asking.start()
    while server.in_flight == 0:
        asking.join(0.01)
    server.close(drain_seconds=20)
    asking.join()
    assert answers == [200]
    assert log.closed.wait(10)
