"""When records become a batch, and in which lane they wait. Pure: the clock is an argument."""

import zlib
from collections import deque

from .mapping import Mapping
from .records import Record, payload_bytes

# Lambda's limit for a synchronous call, of the event with its base64 data.
PAYLOAD_LIMIT_BYTES = 6_291_456


def lane_of(partition_key: str, lanes: int) -> int:
    """Return the lane of a partition key: always the same one, so that its records keep their order."""
    return zlib.crc32(partition_key.encode()) % lanes


class Lane:
    """Records that wait to be sent together, in order.

    Parameters
    ----------
    mapping : Mapping
        Its batch size and window.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._size = mapping.batch_size
        self._window_seconds = mapping.window_seconds
        self._waiting: deque[tuple[Record, float]] = deque()
        self._entries_bytes = 0

    def add(self, record: Record, now: float) -> None:
        """Append a record that was read at `now`."""
        self._waiting.append((record, now))
        self._entries_bytes += len(record.event_json)

    def due_at_seconds(self) -> float | None:
        """Return when the window of the first record closes; None if nothing waits."""
        return self._waiting[0][1] + self._window_seconds if self._waiting else None

    def take(self, now: float, *, flush: bool = False) -> tuple[Record, ...]:
        """Return the next batch, or nothing if it is not due.

        It is due once it has its full number of records or bytes, or its first record has waited the window, or
        `flush` says that no more will come. One record alone is always a batch, whatever its size.
        """
        due = self.due_at_seconds()
        if due is None or not (flush or self._is_full() or now >= due):
            return ()
        batch: list[Record] = []
        entries_bytes = 0
        while self._waiting and len(batch) < self._size:
            record = self._waiting[0][0]
            size = len(record.event_json)
            if batch and payload_bytes(len(batch) + 1, entries_bytes + size) > PAYLOAD_LIMIT_BYTES:
                break
            self._waiting.popleft()
            batch.append(record)
            entries_bytes += size
        self._entries_bytes -= entries_bytes
        return tuple(batch)

    def _is_full(self) -> bool:
        waiting = len(self._waiting)
        return waiting >= self._size or payload_bytes(waiting, self._entries_bytes) >= PAYLOAD_LIMIT_BYTES
