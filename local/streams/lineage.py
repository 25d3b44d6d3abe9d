"""Which shards may be read: children only after their parents are finished."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A shard and the shards it was split or merged from; open while it takes new records."""

    shard_id: str
    parent_ids: tuple[str, ...] = ()
    is_open: bool = True


def startable(listed: Iterable[Shard], *, finished: Collection[str], running: Collection[str]) -> list[Shard]:
    """Return the shards to start now, oldest first.

    A parent holds its children back while it is being read, or still has to be. One that the stream no longer
    lists, and that nobody reads, has expired: nothing is left to wait for. One that is finished and yet open is a
    new shard under an old name, which an emulator makes when it changes the number of shards.
    """
    shards = sorted(listed, key=lambda shard: shard.shard_id)
    known = {shard.shard_id for shard in shards}
    finished = set(finished) - {shard.shard_id for shard in shards if shard.is_open}
    return [
        shard
        for shard in shards
        if shard.shard_id not in finished
        and shard.shard_id not in running
        and not any(parent in running or (parent in known and parent not in finished) for parent in shard.parent_ids)
    ]
