"""The project's core over a hand-written socket client: how low boto3 and the adapters could possibly go."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fraudstream.adapters.composition import build_pipeline
from fraudstream.records import Record
from fraudstream.settings import Settings

from benchmarks.floor import ports, services
from benchmarks.floor.cases import FloorCases
from benchmarks.names import ARCHIVE, CASES, DECISIONS, ENDPOINT, HISTORIES, QUARANTINE, TOPIC


def make_handler() -> Callable[[dict[str, Any], object], Any]:
    """Return the handler: the real pipeline, with its ports exchanged."""
    writes = services.dynamodb("BatchExecuteStatement", os.environ)
    objects = services.Objects(os.environ)
    reads = services.dynamodb("BatchGetItem", os.environ)
    pipeline = replace(
        build_pipeline(Settings.read(os.environ)),
        histories=ports.FloorHistories(reads, writes, HISTORIES),
        decisions=ports.FloorDecisions(writes, DECISIONS),
        scorer=ports.FloorScorer(services.endpoint(os.environ), ENDPOINT),
        cases=FloorCases(reads, writes, CASES),
        archive=ports.FloorBucket(objects, ARCHIVE),
        quarantine=ports.FloorBucket(objects, QUARANTINE),
        alerts=ports.FloorAlerts(services.topic(os.environ), TOPIC),
    )

    def handler(event: dict[str, Any], _: object) -> None:
        records = [Record.of_kinesis(entry) for entry in event["Records"]]
        pipeline.run(records, now_ms=time.time_ns() // 1_000_000)

    return handler
