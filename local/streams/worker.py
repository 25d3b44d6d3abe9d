"""One shard of one mapping: reads ahead, fills the lanes, keeps the checkpoint."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol

from .batches import Lane, lane_of
from .checkpoints import Checkpoint, CheckpointStore
from .clock import Clock
from .delivery import Delivery
from .errors import ShardGoneError, SourceUnavailableError
from .mapping import Mapping
from .metrics import Metrics
from .progress import Progress
from .records import Record, RecordEncoder
from .shard_source import RawRecord, Read

# Lambda polls about once a second. Here a quiet shard is asked five times a second and a flowing one twenty times.
_IDLE_SECONDS = 0.2
_FLOWING_SECONDS = 0.05
_UNAVAILABLE_SECONDS = 1.0

_READ_AHEAD_RECORDS = 200
_READ_AHEAD_BYTES = 64 * 1024 * 1024


class Source(Protocol):
    """A shard to read from."""

    def read(self, limit: int) -> Read:
        """Return the next records, at most `limit`."""


class ShardWorker:
    """Reads one shard and hands out its batches, at most one at a time per lane.

    Parameters
    ----------
    mapping : Mapping
    shard_id : str
    source : Source
        The shard, from the checkpoint on.
    encoder : RecordEncoder
    delivery : Delivery
        Carries a batch through; runs on `submit`'s threads.
    checkpoints : CheckpointStore
    metrics : Metrics
    clock : Clock
    submit : callable
        Starts a delivery, in a thread of its own or at once.
    wake : callable
        Called when a delivery has ended, so that the next `step` comes soon.
    """

    def __init__(
        self,
        mapping: Mapping,
        shard_id: str,
        *,
        source: Source,
        encoder: RecordEncoder,
        delivery: Delivery,
        checkpoints: CheckpointStore,
        metrics: Metrics,
        clock: Clock,
        submit: Callable[[Callable[[], None]], Future[None]],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._mapping = mapping
        self._shard_id = shard_id
        self._source = source
        self._encoder = encoder
        self._delivery = delivery
        self._checkpoints = checkpoints
        self._metrics = metrics
        self._clock = clock
        self._submit = submit
        self._wake = wake
        self._lanes = [Lane(mapping) for _ in range(mapping.parallelization_factor)]
        self._running: dict[int, Future[None]] = {}
        self._lock = threading.Lock()  # guards what the deliveries' threads change
        self._progress = Progress(checkpoints.load(mapping.uuid, shard_id).sequence_number)
        self._pending_bytes = 0
        self._read_again_at_seconds = 0.0
        self._capacity = max(_READ_AHEAD_RECORDS, 2 * mapping.batch_size * mapping.parallelization_factor)
        self._closed = False
        self.finished = False

    def step(self) -> float:
        """Read if there is room, start what is due; return for how many seconds nothing more is to be done.

        Raises whatever a delivery raised that it should not have.
        """
        self._reap()
        now = self._clock.now()
        if not self._closed and self._has_room() and now >= self._read_again_at_seconds:
            self._read()
        now = self._clock.now()
        for index, lane in enumerate(self._lanes):
            if index not in self._running and (batch := lane.take(now, flush=self._closed)):
                self._start(index, batch)
        if self._closed and not len(self._progress):
            self._finish()
        return self._pause(now)

    def _read(self) -> None:
        try:
            read = self._source.read(self._capacity - len(self._progress))
        except ShardGoneError:
            # Split or merged away by a base that drops the parent at once: nothing is left to read in it.
            self._closed = True
            return
        except SourceUnavailableError:
            self._read_again_at_seconds = self._clock.now() + _UNAVAILABLE_SECONDS
            return
        self._closed = read.closed
        now = self._clock.now()
        idle = _FLOWING_SECONDS if read.records else _IDLE_SECONDS
        self._read_again_at_seconds = now + (0.0 if read.millis_behind else idle)
        left_out = [raw.sequence_number for raw in read.records if not self._take_in(raw, now)]
        self._metrics.read(
            self._mapping,
            polled=len(read.records),
            filtered_out=len(left_out),
            millis_behind=read.millis_behind,
        )
        self._advance(left_out)

    def _take_in(self, raw: RawRecord, now: float) -> bool:
        """Put a record into its lane; False if a filter leaves it out, which resolves it."""
        with self._lock:
            self._progress.read(raw.sequence_number)
        metadata = {
            "partitionKey": raw.partition_key,
            "sequenceNumber": raw.sequence_number,
            "approximateArrivalTimestamp": raw.arrived_at_seconds,
            "kinesisSchemaVersion": "1.0",
        }
        if not self._mapping.filters.passes(data=raw.data, metadata=metadata):
            return False
        record = self._encoder.encode(**raw._asdict())
        with self._lock:
            self._pending_bytes += len(record.event_json)
        self._lanes[lane_of(raw.partition_key, len(self._lanes))].add(record, now)
        return True

    def _start(self, index: int, batch: tuple[Record, ...]) -> None:
        self._running[index] = future = self._submit(lambda: self._delivery.deliver(batch, self._resolved))
        future.add_done_callback(lambda _: self._wake())

    def _resolved(self, records: Sequence[Record]) -> None:
        with self._lock:
            self._pending_bytes -= sum(len(record.event_json) for record in records)
        self._advance([record.sequence_number for record in records])

    def _advance(self, sequence_numbers: Sequence[str]) -> None:
        with self._lock:
            if self._progress.resolve(sequence_numbers):
                self._save(finished=False)

    def _finish(self) -> None:
        with self._lock:
            self._save(finished=True)
        self.finished = True

    def _save(self, *, finished: bool) -> None:
        checkpoint = Checkpoint(sequence_number=self._progress.checkpoint, finished=finished)
        self._checkpoints.save(self._mapping.uuid, self._shard_id, checkpoint)

    def _has_room(self) -> bool:
        # Half empty, so that reads stay large.
        return len(self._progress) * 2 <= self._capacity and self._pending_bytes < _READ_AHEAD_BYTES

    def _reap(self) -> None:
        for index, future in list(self._running.items()):
            if future.done():
                del self._running[index]
                future.result()

    def _pause(self, now: float) -> float:
        if self.finished:
            return 0.0
        due = [lane.due_at_seconds() for i, lane in enumerate(self._lanes) if i not in self._running]
        times = [time for time in due if time is not None]
        if not self._closed and self._has_room():
            times.append(self._read_again_at_seconds)
        return max(0.0, min(times) - now) if times else _IDLE_SECONDS
