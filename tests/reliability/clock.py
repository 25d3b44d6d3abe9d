"""Time that passes only where somebody waits."""

from math import ceil

from tests.samples import NOW_MS


class VirtualClock:
    """Stands in for the module `time` as far as functions and boto3 use it; waiting moves it on at once."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.now_ms = now_ms
        self.pauses: list[float] = []

    def time_ns(self) -> int:
        """Return nanoseconds since 1970."""
        return self.now_ms * 1_000_000

    def time(self) -> float:
        """Return seconds since 1970."""
        return self.now_ms / 1000

    monotonic = perf_counter = time

    def sleep(self, seconds: float) -> None:
        """Move on, and remember for how long."""
        self.pauses.append(seconds)
        self.now_ms += max(0, ceil(seconds * 1000))


class Context:
    """What Lambda tells a function of the run at hand."""

    function_name = "function"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:function"

    def __init__(self, clock: VirtualClock, *, seconds: float, request_id: str) -> None:
        self._clock = clock
        self._end_ms = clock.now_ms + round(seconds * 1000)
        self.aws_request_id = request_id

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left before the function is killed."""
        return self._end_ms - self._clock.now_ms
