"""Programs side by side, of which one runs at a time: a seeded choice decides who goes on at each call."""

import threading
from collections.abc import Callable, Sequence
from random import Random


class _Lane:
    def __init__(self, name: str, program: Callable[[], None]) -> None:
        self.name = name
        self.go, self.paused = threading.Semaphore(0), threading.Semaphore(0)
        self.done = False
        self.failure: BaseException | None = None
        self._program = program
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def _run(self) -> None:
        self.go.acquire()
        try:
            self._program()
        except BaseException as failure:
            self.failure = failure
        self.done = True
        self.paused.release()


class Lanes:
    """Runs programs on threads with one baton between them, so that the same choices give the same interleaving."""

    def __init__(self, choose: Random) -> None:
        self._choose = choose
        self._lanes: dict[str, _Lane] = {}

    def run(self, programs: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Run all to their ends; what one raises is raised here, at once."""
        running = [_Lane(name, program) for name, program in programs]
        self._lanes = {lane.name: lane for lane in running}
        for lane in running:
            lane.thread.start()
        while running:
            lane = self._choose.choice(running)
            lane.go.release()
            lane.paused.acquire()
            if lane.failure is not None:
                raise lane.failure
            running = [lane for lane in running if not lane.done]
        self._lanes = {}

    @property
    def current(self) -> str:
        """Name of the lane that asks, or a dash outside all of them."""
        name = threading.current_thread().name
        return name if name in self._lanes else "-"

    def switch(self) -> None:
        """Let another lane go on, perhaps."""
        lane = self._lanes.get(threading.current_thread().name)
        if lane is not None:
            lane.paused.release()
            lane.go.acquire()
