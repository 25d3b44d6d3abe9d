"""Puts the parts together over the real clients."""

import time
from collections.abc import Callable
from typing import Any

from .checkpoints import CheckpointStore
from .clock import Clock
from .delivery import Delivery
from .destinations import FailureDestination, NoDestination
from .invoker import lambda_invoker
from .lineage import Shard
from .mapping import Mapping
from .metrics import Metrics
from .records import RecordEncoder
from .shard_run import ShardRun, Submit
from .shard_source import ShardSource, StartAt
from .supervisor import Supervisor
from .worker import ShardWorker


def make_supervisor(clients: dict[str, Any], checkpoints: CheckpointStore, metrics: Metrics) -> Supervisor:
    """Return the supervisor of all Kinesis mappings at the clients' endpoint."""

    def list_mappings() -> list[dict[str, Any]]:
        pages = clients["lambda"].get_paginator("list_event_source_mappings").paginate()
        return [entry for page in pages for entry in page["EventSourceMappings"]]

    def list_shards(stream_arn: str) -> list[Shard]:
        pages = clients["kinesis"].get_paginator("list_shards").paginate(StreamARN=stream_arn)
        return [_shard(entry) for page in pages for entry in page["Shards"]]

    def launch(mapping: Mapping, shard_id: str) -> ShardRun:
        role_arn = clients["lambda"].get_function_configuration(FunctionName=mapping.function_arn)["Role"]
        start = start_at(mapping, shard_id, checkpoints, now=time.time())

        def build(clock: Clock, submit: Submit, wake: Callable[[], None]) -> ShardWorker:
            destination = (
                FailureDestination(clients, mapping=mapping, shard_id=shard_id, clock=clock)
                if mapping.failure_destination_arn
                else NoDestination()
            )
            return ShardWorker(
                mapping,
                shard_id,
                source=ShardSource(clients["kinesis"], stream_arn=mapping.stream_arn, shard_id=shard_id, start=start),
                encoder=RecordEncoder(shard_id=shard_id, stream_arn=mapping.stream_arn, role_arn=role_arn),
                delivery=Delivery(
                    mapping,
                    invoke=lambda_invoker(clients["lambda"], mapping.function_arn),
                    destination=destination,
                    metrics=metrics,
                    clock=clock,
                ),
                checkpoints=checkpoints,
                metrics=metrics,
                clock=clock,
                submit=submit,
                wake=wake,
            )

        return ShardRun(mapping, shard_id, build)

    return Supervisor(
        list_mappings=list_mappings,
        list_shards=list_shards,
        launch=launch,
        checkpoints=checkpoints,
        now=time.time,
    )


def start_at(mapping: Mapping, shard_id: str, checkpoints: CheckpointStore, *, now: float) -> StartAt:
    """Return where a shard is read from: its checkpoint, else what the mapping says.

    LATEST is the moment the mapping was first seen, kept on disk: after a restart nothing is skipped, and a shard
    that a later split made is read from its beginning, all of it being newer.
    """
    first_seen_seconds = checkpoints.started_at_seconds(mapping.uuid, now)
    checkpoint = checkpoints.load(mapping.uuid, shard_id)
    if checkpoint.sequence_number is not None:
        return StartAt(sequence_number=checkpoint.sequence_number)
    if mapping.starting_position == "LATEST":
        return StartAt(timestamp_seconds=first_seen_seconds)
    return StartAt(timestamp_seconds=mapping.starting_timestamp_seconds)


def _shard(entry: dict[str, Any]) -> Shard:
    parents = (entry.get("ParentShardId"), entry.get("AdjacentParentShardId"))
    return Shard(
        shard_id=entry["ShardId"],
        parent_ids=tuple(parent for parent in parents if parent),
        is_open="EndingSequenceNumber" not in entry["SequenceNumberRange"],
    )
