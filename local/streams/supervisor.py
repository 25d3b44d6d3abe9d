"""Keeps a reader running for every shard of every enabled mapping."""

import logging
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Settings
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from .checkpoints import CheckpointStore
from .errors import UnsupportedMappingError
from .lineage import Shard, startable
from .mapping import Mapping, is_enabled, is_kinesis, parse_mapping

_LOG = logging.getLogger(__name__)
_RESTART_SECONDS = 5.0


class Run(Protocol):
    """A shard being read, see `ShardRun`."""

    mapping: Mapping
    shard_id: str

    @property
    def alive(self) -> bool:
        """Whether it still runs."""

    def stop(self) -> None:
        """Ask it to end."""

    def join(self) -> None:
        """Wait for its end."""


class Supervisor:
    """Starts and stops shard runs after what the mappings say.

    Parameters
    ----------
    list_mappings : callable
        Returns the entries of ListEventSourceMappings.
    list_shards : callable
        Returns the shards of a stream, by its ARN.
    launch : callable
        Starts reading a shard for a mapping.
    checkpoints : CheckpointStore
    now : callable
        Seconds since the epoch.
    """

    def __init__(
        self,
        *,
        list_mappings: Callable[[], Iterable[Settings[str, Any]]],
        list_shards: Callable[[str], list[Shard]],
        launch: Callable[[Mapping, str], Run],
        checkpoints: CheckpointStore,
        now: Callable[[], float],
    ) -> None:
        self._list_mappings = list_mappings
        self._list_shards = list_shards
        self._launch = launch
        self._checkpoints = checkpoints
        self._now = now
        self._runs: dict[tuple[str, str], Run] = {}
        self._not_before_seconds: dict[tuple[str, str], float] = {}
        self._told: dict[str, str] = {}

    def tick(self) -> None:
        """Look at the mappings once and act on what changed. An endpoint out of reach changes nothing."""
        try:
            entries = [entry for entry in self._list_mappings() if is_kinesis(entry)]
        except (ClientError, BotoCoreError) as error:
            self._tell("endpoint", f"cannot list the event source mappings: {error}")
            return
        self._tell("endpoint", f"{len(entries)} Kinesis event source mappings")
        mappings = self._usable(entries)
        self._end(mappings)
        for mapping in mappings.values():
            self._start(mapping)
        self._forget({entry["UUID"] for entry in entries})

    def stop(self) -> None:
        """End all runs: running calls are finished, nothing new is begun."""
        for run in self._runs.values():
            run.stop()
        for run in self._runs.values():
            run.join()
        self._runs.clear()

    def _usable(self, entries: Iterable[Settings[str, Any]]) -> dict[str, Mapping]:
        mappings = {}
        for entry in entries:
            try:
                if is_enabled(entry):
                    mappings[entry["UUID"]] = parse_mapping(entry)
            except UnsupportedMappingError as error:
                self._tell(entry["UUID"], f"mapping {entry['UUID']} is NOT read: {error}", level=logging.ERROR)
        return mappings

    def _end(self, mappings: Settings[str, Mapping]) -> None:
        for key, run in list(self._runs.items()):
            if outdated := mappings.get(run.mapping.uuid) != run.mapping:
                run.stop()
            if not run.alive:
                del self._runs[key]
                # One that ended unasked has failed, or is finished and not started again anyway.
                self._not_before_seconds[key] = self._now() + (0.0 if outdated else _RESTART_SECONDS)

    def _start(self, mapping: Mapping) -> None:
        # A shard still read under older settings counts as running: it ends first, then it is started anew.
        running = {shard_id for uuid, shard_id in self._runs if uuid == mapping.uuid}
        try:
            shards = startable(
                self._list_shards(mapping.stream_arn),
                finished=self._checkpoints.finished_shards(mapping.uuid),
                running=running,
            )
            for shard in shards:
                key = (mapping.uuid, shard.shard_id)
                if self._now() >= self._not_before_seconds.get(key, 0.0):
                    self._runs[key] = self._launch(mapping, shard.shard_id)
                    self._tell(
                        ":".join(key), f"reading {mapping.stream_name}/{shard.shard_id} for {mapping.function_name}"
                    )
            self._told.pop(mapping.uuid, None)
        except (ClientError, BotoCoreError) as error:
            self._tell(mapping.uuid, f"mapping {mapping.uuid} cannot be read now: {error}", level=logging.WARNING)

    def _forget(self, uuids: set[str]) -> None:
        for uuid in self._checkpoints.mapping_uuids():
            if uuid not in uuids and not any(key[0] == uuid for key in self._runs):
                self._checkpoints.forget(uuid)

    def _tell(self, topic: str, message: str, level: int = logging.INFO) -> None:
        """Log what changed, once, not at every tick."""
        if self._told.get(topic) != message:
            self._told[topic] = message
            _LOG.log(level, "%s", message)
