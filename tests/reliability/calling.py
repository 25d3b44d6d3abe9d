"""Calls of functions on their way to AWS, and how functions die."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stubs.wire import Request, Response

if TYPE_CHECKING:
    from tests.reliability.world import World


class ProcessDeathError(BaseException):
    """The process died: killed, timed out or out of memory. Nothing in it runs on."""


class EndlessError(BaseException):
    """There is no end to it: records are delivered again and again. Nobody may take this for a failure to retry."""


@dataclass(slots=True)
class Run:
    """A function at work: when it will be killed, and whether it was."""

    ends_ms: int
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way: its number in the world, and what carries it out."""

    world: "World"
    number: int
    request: Request
    proceed: Callable[[], Response]

    @property
    def name(self) -> str:
        """Service and operation."""
        return f"{self.request.service}.{self.request.operation}"


Schedule = Callable[[Call], tuple[str, Response]]
"""What happens to a call: a word for the trace and the response; or it raises."""


def undisturbed(call: Call) -> tuple[str, Response]:
    """Nothing goes wrong."""
    return "", call.proceed()
