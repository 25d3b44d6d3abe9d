"""Backtests that people start: asked for, begun by one process alone, told while they run, and told when they died."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from fraudstream.api.editing import BacktestTold, State
from fraudstream.hashing import lettered_digest

BEGUN_WITHIN_MS = 300_000
"""What was not begun by then is not begun any more: Lambda drops such an event, and who asked was told so."""
SILENT_MS = 240_000
"""A backtest says every few seconds how far it is; after so long without a word its process is gone."""
_ID_BYTES = 16
_PREFIX = "bt-"


class Wanted(Struct, frozen=True, kw_only=True):
    """A backtest as it was asked for."""

    yaml: str
    days: int
    asked_by: str
    at_ms: int


class Told(Struct, frozen=True, kw_only=True):
    """How far a backtest was at a moment."""

    state: State
    progress: float
    at_ms: int
    why: str | None = None


class Latest(Struct, frozen=True, kw_only=True):
    """The backtest that was asked for last."""

    backtest_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The latest backtest, and the tag by which another may take its place."""

    latest: Latest
    tag: str


class Shelf(Protocol):
    """Where backtests are kept for some days.

    Every method raises `StoreUnavailableError` while the store is away.
    """

    def keep(self, backtest_id: str, wanted: Wanted) -> None:
        """Keep what was asked for."""

    def wanted(self, backtest_id: str) -> Wanted | None:
        """Return what was asked for."""

    def begin(self, backtest_id: str, told: Told) -> bool:
        """Write the first state; False if there is one."""

    def tell(self, backtest_id: str, told: Told) -> None:
        """Write how far it is."""

    def told(self, backtest_id: str) -> Told | None:
        """Return what was said last."""

    def file(self, backtest_id: str, report: bytes) -> None:
        """Keep a report (JSON)."""

    def report(self, backtest_id: str) -> bytes | None:
        """Return a report."""

    def latest(self) -> Seen | None:
        """Return the backtest that was asked for last."""

    def follow(self, seen: Seen | None, latest: Latest) -> bool:
        """Put another in the place of the latest one that was seen; False if somebody was faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtests:
    """Starts backtests, one at a time, and tells of them.

    Attributes
    ----------
    invoke
        Has another process do a backtest, and does not wait for it.
    """

    shelf: Shelf
    invoke: Callable[[str], None]

    def start(self, wanted: Wanted, *, random: bytes) -> str | None:
        """Have a backtest done; return its id, or None while another one is under way.

        Parameters
        ----------
        random
            Sixteen bytes that nobody can guess: who knows the id may look.

        Raises
        ------
        StoreUnavailableError
            It is not under way: to be asked for again.
        """
        seen = self.shelf.latest()
        if seen is not None and self._under_way(seen.latest.backtest_id, wanted.at_ms):
            return None
        backtest_id = _PREFIX + lettered_digest(random.hex(), _ID_BYTES)
        self.shelf.keep(backtest_id, wanted)
        if not self.shelf.follow(seen, Latest(backtest_id=backtest_id)):
            return None
        try:
            self.invoke(backtest_id)
        except Exception:
            why = "It could not be started; start it again."
            self.shelf.begin(backtest_id, Told(state="failed", progress=0, at_ms=wanted.at_ms, why=why))
            raise
        return backtest_id

    def look(self, backtest_id: str, now_ms: int) -> BacktestTold | None:
        """Return how far a backtest is, with its report once it is done; None where there is none of this id."""
        if not _is_id(backtest_id):
            return None
        told = self._now(backtest_id, now_ms)
        if told is None:
            return None
        if told.state != "done":
            return BacktestTold(state=told.state, progress=told.progress, why=told.why)
        report = self.shelf.report(backtest_id)
        if report is None:
            return None
        document: dict[str, Any] = msgspec.json.decode(report)
        return BacktestTold(state="done", progress=1.0, report=document)

    def _under_way(self, backtest_id: str, now_ms: int) -> bool:
        told = self._now(backtest_id, now_ms)
        return told is not None and told.state in ("waiting", "running")

    def _now(self, backtest_id: str, now_ms: int) -> Told | None:
        told = self.shelf.told(backtest_id)
        if told is None:
            wanted = self.shelf.wanted(backtest_id)
            if wanted is None:
                return None
            told = Told(state="waiting", progress=0, at_ms=wanted.at_ms)
        return judged(told, now_ms)


def judged(told: Told, now_ms: int) -> Told:
    """Return what is to be believed of a state: one that has not changed for too long is a failure."""
    silent_ms = now_ms - told.at_ms
    if told.state == "waiting" and silent_ms > BEGUN_WITHIN_MS:
        why = "It was not begun within five minutes; start it again."
        return msgspec.structs.replace(told, state="failed", why=why)
    if told.state == "running" and silent_ms > SILENT_MS:
        why = "It ended without a word, perhaps for want of time or memory: choose fewer days, or start it again."
        return msgspec.structs.replace(told, state="failed", why=why)
    return told


@dataclass(slots=True, kw_only=True)
class Running:
    """A backtest in the process that does it.

    Attributes
    ----------
    clock
        Now, in epoch milliseconds.
    """

    shelf: Shelf
    backtest_id: str
    clock: Callable[[], int]
    _progress: float = 0.0
    _said_ms: int = 0

    def begin(self) -> Wanted | None:
        """Return what is to be done; None where there is nothing to do: begun already, too late, or not known.

        Lambda may deliver an event twice. The first one writes a state, and only that one goes on.
        """
        wanted = self.shelf.wanted(self.backtest_id) if _is_id(self.backtest_id) else None
        if wanted is None:
            return None
        now_ms = self.clock()
        late = judged(Told(state="waiting", progress=0, at_ms=wanted.at_ms), now_ms)
        told = late if late.state == "failed" else Told(state="running", progress=0, at_ms=now_ms)
        first = self.shelf.begin(self.backtest_id, told)
        self._said_ms = now_ms
        return wanted if first and told.state == "running" else None

    def at(self, progress: float) -> None:
        """Say how far it is: at most every second, and never less than was said before."""
        self._progress = max(self._progress, min(progress, 1.0))
        now_ms = self.clock()
        if now_ms - self._said_ms >= 1_000:
            self._said_ms = now_ms
            self._tell("running")

    def done(self, report: bytes) -> None:
        """Keep the report, then say that it is there."""
        self.shelf.file(self.backtest_id, report)
        self._progress = 1.0
        self._tell("done")

    def failed(self, why: str) -> None:
        """Say that there will be no report, and what to do."""
        self._tell("failed", why)

    def _tell(self, state: State, why: str | None = None) -> None:
        told = Told(state=state, progress=self._progress, at_ms=self.clock(), why=why)
        self.shelf.tell(self.backtest_id, told)


def _is_id(text: str) -> bool:
    letters = text.removeprefix(_PREFIX)
    return text.startswith(_PREFIX) and len(letters) == 2 * _ID_BYTES and set(letters) <= set("abcdefghijklmnop")
