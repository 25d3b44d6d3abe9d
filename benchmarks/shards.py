"""Throughput by the number of shards read at once, against the embedded AWS: real processes, and what saturates.

A shard is a process with the real handler, given its own cards' records in calls of five hundred, one after the other;
terminals are everybody's, so writers meet. Tables, buckets and topic are the embedded base's; the model is the stub's.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any
from zlib import crc32

import msgspec

from benchmarks.names import ARCHIVE, CASES, DECISIONS, ENDPOINT, HISTORIES, QUARANTINE, TABLES
from benchmarks.processor_time import seconds_of
from benchmarks.stub import Stub
from benchmarks.workers import Took, Worker
from benchmarks.workload import Workload, kinesis_event
from local.services import SERVICES
from local.stack import EmbeddedStack

SHARDS = (1, 2, 4, 8)
_CALL = 500


class _Keyed(msgspec.Struct):
    card_id: str


def measure(*, records: int = 4_000, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Decide the same number of records with one, two, four and eight shards; each time into empty tables."""
    *batches, first_calls = Workload.make(records // 1_000 + 1).batches
    payloads = [payload for batch in batches for payload in batch]
    results = []
    with tempfile.TemporaryDirectory() as directory, Stub() as model:
        for shards in SHARDS:
            state = Path(directory) / str(shards)
            with EmbeddedStack(state_dir=state, port=0, services=SERVICES[:1], say=lambda _: None) as base:
                result = _run(base, model, payloads, [first_calls[n :: SHARDS[-1]] for n in range(shards)])
            results.append(result)
            say(f"{shards} shards: {result['records_per_second']:,.0f} records a second")
    return results


def _run(base: EmbeddedStack, model: Stub, payloads: list[bytes], first_calls: list[list[bytes]]) -> dict[str, Any]:
    shards = len(first_calls)
    topic = _make_stores(base)
    environment = model.environment | {
        "AWS_ENDPOINT_URL": base.endpoint_url,
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": model.url,
        "ALERT_TOPIC_ARN": topic,
        "ENDPOINT_NAME": ENDPOINT,
    }
    base_pid = base.processes()["aws"]
    assert base_pid is not None  # noqa: S101 - it runs
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker("fraudstream", environment)) for _ in range(shards)]
        parts = [_calls(own, f"shardId-{number:012d}") for number, own in enumerate(_by_card(payloads, shards))]
        took: list[list[Took]] = [[] for _ in workers]

        def drive(number: int) -> None:
            took[number] += [workers[number].run(event) for event in parts[number]]

        threads = [Thread(target=drive, args=(number,)) for number in range(shards)]
        for worker, first_call in zip(workers, first_calls, strict=True):
            worker.run(kinesis_event(first_call, first=0, shard="shardId-999999999999"))
        base_before, began = seconds_of(base_pid), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wall = time.perf_counter() - began
        base_seconds = seconds_of(base_pid) - base_before
    calls = [one for own in took for one in own]
    if len(calls) != sum(map(len, parts)):
        raise RuntimeError("a shard ended before its records")
    return {
        "shards": shards,
        "records": len(payloads),
        "records_per_second": len(payloads) / wall,
        "latency_ms_per_call": 1e3 * sum(one.wall_seconds for one in calls) / len(calls),
        "function_cpu_us_per_record": 1e6 * sum(one.cpu_seconds for one in calls) / len(payloads),
        "function_cores": sum(one.cpu_seconds for one in calls) / wall,
        "base_cpu_us_per_record": 1e6 * base_seconds / len(payloads),
        "base_cores": base_seconds / wall,
    }


def _by_card(payloads: list[bytes], shards: int) -> list[list[bytes]]:
    """Return each shard's records, in order; a card's are all in one, as the stream's partition key has it."""
    decoder = msgspec.json.Decoder(_Keyed)
    parts: dict[int, list[bytes]] = defaultdict(list)
    for payload in payloads:
        parts[crc32(decoder.decode(payload).card_id.encode()) % shards].append(payload)
    return [parts[number] for number in range(shards)]


def _calls(payloads: list[bytes], shard: str) -> list[dict[str, Any]]:
    return [
        kinesis_event(payloads[start : start + _CALL], first=start, shard=shard)
        for start in range(0, len(payloads), _CALL)
    ]


def _make_stores(base: EmbeddedStack) -> str:
    """Make tables, buckets and a topic; return the topic's name. No index: only the API reads those of the cases."""
    tables, objects = base.client("dynamodb"), base.client("s3")
    for table in (DECISIONS, HISTORIES, CASES):
        key = TABLES[table]
        tables.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    for bucket in (ARCHIVE, QUARANTINE):
        objects.create_bucket(Bucket=bucket)
    topic: str = base.client("sns").create_topic(Name="alerts")["TopicArn"]
    return topic
