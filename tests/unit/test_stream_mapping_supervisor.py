"""Which shards are read, and when readers start and stop."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from local.streams.checkpoints import Checkpoint, CheckpointStore
from local.streams.launch import start_at
from local.streams.lineage import Shard, startable
from local.streams.mapping import Mapping
from local.streams.shard_source import StartAt
from local.streams.supervisor import Supervisor
from local.streams.testing import FUNCTION_ARN, STREAM_ARN, FakeClock, a_mapping
from tests.reliability.proof import proves

UUID = "00000000-0000-0000-0000-000000000001"


class FakeRun:
    """A reader that ends when the test says so; `slow` ones take a while to stop."""

    def __init__(self, mapping: Mapping, shard_id: str) -> None:
        self.mapping, self.shard_id = mapping, shard_id
        self.alive, self.slow, self.stopped = True, False, False

    def stop(self) -> None:
        """End, at once or slowly."""
        self.stopped = True
        self.alive = self.alive and self.slow

    def join(self) -> None:
        """End now."""
        self.alive = False


class Fleet:
    """A supervisor over a fake account."""

    def __init__(self, directory: Path) -> None:
        self.entries: list[dict[str, Any]] = [entry()]
        self.shards = [Shard(shard_id="shardId-0")]
        self.runs: list[FakeRun] = []
        self.clock = FakeClock()
        self.checkpoints = CheckpointStore(directory)
        self.error: Exception | None = None
        self.supervisor = Supervisor(
            list_mappings=self._list,
            list_shards=lambda _: self.shards,
            launch=self._launch,
            checkpoints=self.checkpoints,
            now=self.clock.now,
        )

    def _list(self) -> list[dict[str, Any]]:
        if self.error:
            raise self.error
        return self.entries

    def _launch(self, mapping: Mapping, shard_id: str) -> FakeRun:
        self.runs.append(FakeRun(mapping, shard_id))
        return self.runs[-1]

    def tick(self, count: int = 1) -> None:
        """Let so many seconds pass."""
        for _ in range(count):
            self.supervisor.tick()
            self.clock.time += 1

    def reading(self) -> list[str]:
        """Return the shards that are being read."""
        return sorted(run.shard_id for run in self.runs if run.alive)

    def finish(self, shard_id: str) -> None:
        """Let the reader of a shard come to its end."""
        [run] = [run for run in self.runs if run.shard_id == shard_id and run.alive]
        self.shards = [replace(s, is_open=False) if s.shard_id == shard_id else s for s in self.shards]
        self.checkpoints.save(UUID, shard_id, Checkpoint(sequence_number="9", finished=True))
        run.alive = False


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "UUID": UUID,
        "EventSourceArn": STREAM_ARN,
        "FunctionArn": FUNCTION_ARN,
        "StartingPosition": "TRIM_HORIZON",
        "State": "Enabled",
    } | changes


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


def test_each_shard_of_an_enabled_mapping_is_read_once(fleet: Fleet) -> None:
    """Ticking again starts nothing twice."""
    fleet.shards = [Shard(shard_id="shardId-0"), Shard(shard_id="shardId-1")]
    fleet.tick(3)
    assert fleet.reading() == ["shardId-0", "shardId-1"]
    assert len(fleet.runs) == 2


def test_disabling_a_mapping_stops_its_readers_and_keeps_its_place(fleet: Fleet) -> None:
    """Enabled again, it goes on where it was."""
    fleet.tick()
    fleet.checkpoints.save(UUID, "shardId-0", Checkpoint(sequence_number="5"))
    fleet.entries = [entry(State="Disabled")]
    fleet.tick()
    assert fleet.reading() == []
    assert fleet.checkpoints.load(UUID, "shardId-0").sequence_number == "5"
    fleet.entries = [entry()]
    fleet.tick()
    assert fleet.reading() == ["shardId-0"]


def test_deleting_a_mapping_stops_its_readers_and_forgets_its_place(fleet: Fleet) -> None:
    """As with Lambda, the position goes with the mapping, but not before the last call is finished."""
    fleet.tick()
    fleet.runs[0].slow = True
    fleet.checkpoints.save(UUID, "shardId-0", Checkpoint(sequence_number="5"))
    fleet.entries = []
    fleet.tick()
    assert fleet.runs[0].stopped
    assert fleet.checkpoints.mapping_uuids() == [UUID]
    fleet.runs[0].alive = False
    fleet.tick(2)
    assert fleet.checkpoints.mapping_uuids() == []


def test_changed_settings_take_effect_after_the_running_call(fleet: Fleet) -> None:
    """The reader under the old settings ends first; two never read one shard."""
    fleet.tick()
    fleet.runs[0].slow = True
    fleet.entries = [entry(BatchSize=7)]
    fleet.tick(10)
    assert len(fleet.runs) == 1
    fleet.runs[0].alive = False
    fleet.tick()
    assert [run.mapping.batch_size for run in fleet.runs] == [100, 7]
    assert fleet.reading() == ["shardId-0"]


@proves(faults=[11], invariants=[7])
def test_children_start_after_their_parent_is_finished(fleet: Fleet) -> None:
    """A split keeps the order of each key."""
    fleet.shards = [
        Shard(shard_id="shardId-0"),
        Shard(shard_id="shardId-1", parent_ids=("shardId-0",)),
        Shard(shard_id="shardId-2", parent_ids=("shardId-0",)),
    ]
    fleet.tick(3)
    assert fleet.reading() == ["shardId-0"]
    fleet.finish("shardId-0")
    fleet.tick()
    assert fleet.reading() == ["shardId-1", "shardId-2"]


def test_children_wait_for_a_parent_that_the_stream_no_longer_lists_but_is_still_read(fleet: Fleet) -> None:
    """What was read of it before it vanished is delivered first."""
    fleet.tick()
    fleet.shards = [Shard(shard_id="shardId-1", parent_ids=("shardId-0",))]
    fleet.tick(3)
    assert fleet.reading() == ["shardId-0"]
    fleet.finish("shardId-0")
    fleet.tick()
    assert fleet.reading() == ["shardId-1"]


@proves(faults=[11], invariants=[7])
def test_a_merged_shard_waits_for_both_parents() -> None:
    """One finished parent is not enough; an expired one is."""
    parents = [Shard(shard_id=name, is_open=False) for name in ("a", "b")]
    shards = [*parents, Shard(shard_id="c", parent_ids=("a", "b"))]
    assert [s.shard_id for s in startable(shards, finished={"a"}, running=set())] == ["b"]
    assert [s.shard_id for s in startable(shards, finished={"a", "b"}, running=set())] == ["c"]
    assert [s.shard_id for s in startable(shards[1:], finished={"b"}, running=set())] == ["c"]


def test_an_open_shard_under_the_name_of_a_finished_one_is_read() -> None:
    """A base that renumbers its shards must not make the mapping deaf."""
    assert startable([Shard(shard_id="a", is_open=False)], finished={"a"}, running=set()) == []
    assert len(startable([Shard(shard_id="a")], finished={"a"}, running=set())) == 1


def test_a_reader_that_broke_is_started_again_after_a_pause(fleet: Fleet) -> None:
    """A defect must neither end the reading for good nor spin."""
    fleet.tick()
    fleet.runs[0].alive = False
    fleet.tick(3)
    assert len(fleet.runs) == 1
    fleet.tick(4)
    assert len(fleet.runs) == 2


def test_an_unsupported_mapping_is_named_once_and_not_read(fleet: Fleet, caplog: pytest.LogCaptureFixture) -> None:
    """It is refused loudly; the other mappings are read."""
    other = entry(UUID="00000000-0000-0000-0000-000000000002", TumblingWindowInSeconds=30)
    fleet.entries = [entry(), other]
    fleet.tick(5)
    assert [run.mapping.uuid for run in fleet.runs] == [UUID]
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        f"mapping {other['UUID']} is NOT read: TumblingWindowInSeconds is not implemented here"
    ]


def test_an_endpoint_out_of_reach_changes_nothing(fleet: Fleet) -> None:
    """Readers go on, and no checkpoint is forgotten, while mappings cannot be listed."""
    fleet.tick()
    fleet.checkpoints.save(UUID, "shardId-0", Checkpoint(sequence_number="5"))
    fleet.error = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    fleet.tick(3)
    assert fleet.reading() == ["shardId-0"]
    assert fleet.checkpoints.mapping_uuids() == [UUID]


def test_stopping_ends_and_awaits_every_reader(fleet: Fleet) -> None:
    """After `stop` no thread is left."""
    fleet.tick()
    fleet.runs[0].slow = True
    fleet.supervisor.stop()
    assert fleet.runs[0].stopped
    assert fleet.reading() == []


def test_a_shard_is_read_from_where_the_mapping_says(tmp_path: Path) -> None:
    """TRIM_HORIZON is the oldest record, AT_TIMESTAMP a moment, and LATEST the moment it was first seen."""
    store = CheckpointStore(tmp_path)
    moment = a_mapping(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=123.5)
    latest = a_mapping(StartingPosition="LATEST")
    assert start_at(a_mapping(), "shardId-0", store, now=1000.0) == StartAt()
    assert start_at(moment, "shardId-0", store, now=1001.0) == StartAt(timestamp_seconds=123.5)
    assert start_at(latest, "shardId-0", store, now=1002.0) == StartAt(timestamp_seconds=1000.0)


def test_latest_skips_nothing_after_a_restart(tmp_path: Path) -> None:
    """Records that came while the process was down, before any checkpoint, are still newer than the mapping."""
    latest = a_mapping(StartingPosition="LATEST")
    start_at(latest, "shardId-0", CheckpointStore(tmp_path), now=1000.0)
    assert start_at(latest, "shardId-0", CheckpointStore(tmp_path), now=5000.0).timestamp_seconds == 1000.0


def test_a_checkpoint_is_replaced_whole(tmp_path: Path) -> None:
    """There is one file per shard and no debris beside it."""
    store = CheckpointStore(tmp_path)
    for number in range(5):
        store.save(UUID, "shardId-000000000000", Checkpoint(sequence_number=str(number)))
    assert store.load(UUID, "shardId-000000000000").sequence_number == "4"
    assert [path.name for path in (tmp_path / UUID).iterdir()] == ["shardId-000000000000.json"]
    assert store.finished_shards(UUID) == set()
