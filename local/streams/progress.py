"""How far the checkpoint of a shard may move: never past a record that is not resolved."""

from collections import deque
from collections.abc import Iterable


class Progress:
    """The records of a shard between being read and being resolved, in stream order.

    Lanes resolve records out of order; the checkpoint follows the oldest one that is still open.

    Parameters
    ----------
    checkpoint : str, optional
        The last resolved record of an earlier run.
    """

    def __init__(self, checkpoint: str | None = None) -> None:
        self._open: deque[str] = deque()
        self._resolved: set[str] = set()
        self.checkpoint = checkpoint

    def __len__(self) -> int:
        return len(self._open)

    def read(self, sequence_number: str) -> None:
        """Take note of a record that was read."""
        self._open.append(sequence_number)

    def resolve(self, sequence_numbers: Iterable[str]) -> bool:
        """Mark records as done; return whether the checkpoint moved."""
        self._resolved.update(sequence_numbers)
        before = self.checkpoint
        while self._open and self._open[0] in self._resolved:
            self.checkpoint = self._open.popleft()
            self._resolved.discard(self.checkpoint)
        return self.checkpoint != before
