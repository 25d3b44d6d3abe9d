"""Saving histories against other writers: conditional on the version read, merged again where another was faster."""

from collections.abc import Callable, Mapping

from fraudstream.errors import StoreUnavailableError
from fraudstream.online import BatchUpdate
from fraudstream.ports import Histories, StoredHistory

MAX_ROUNDS = 12


def remember(
    histories: Histories,
    update: BatchUpdate,
    stored: Mapping[str, StoredHistory],
    changed: Mapping[str, bytes],
    *,
    now_ms: int,
    pause: Callable[[int], None],
) -> int:
    """Write changed histories; return how many writes met another writer.

    `pause` is called with the number of the round before each further one: writers that met must not march in step.

    Raises
    ------
    StoreUnavailableError
        Where some history is still contended after `MAX_ROUNDS` rounds: the batch is delivered again.
    """
    contended = 0
    versions = {key: history.version for key, history in stored.items()}
    for round_number in range(MAX_ROUNDS):
        lost = histories.save(changed, versions, now_ms)
        if not lost:
            return contended
        contended += len(lost)
        pause(round_number)
        fresh = histories.load(lost)
        versions = {key: history.version for key, history in fresh.items()}
        changed = update.reapply(lost, {key: history.packed for key, history in fresh.items()})
    raise StoreUnavailableError(f"{len(changed)} histories were still contended after {MAX_ROUNDS} rounds")
