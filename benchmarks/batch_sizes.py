"""Throughput and latency by the number of records in a call."""

from collections.abc import Callable
from typing import Any

from benchmarks.seeding import seed
from benchmarks.spread import spread
from benchmarks.stub import Stub, difference, totals
from benchmarks.workers import Worker
from benchmarks.workload import Workload, kinesis_event

CALLS = {1: 60, 10: 40, 100: 20, 500: 8, 1_000: 6, 5_000: 3}
"""How many calls are measured of each size, in a full run."""


def measure(*, share: float = 1.0, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Call the real handler with batches of every size, one after the other, after a call of a thousand to warm up."""
    calls = {size: max(2, round(share * number)) for size, number in CALLS.items()}
    wanted = sum(size * number for size, number in calls.items())
    workload = Workload.make(1 + -(-wanted // 1_000))
    payloads = [payload for batch in workload.batches for payload in batch]
    results = []
    with Stub() as stub:
        seed(stub, workload, "histories")
        with Worker("fraudstream", stub.environment) as worker:
            worker.run(kinesis_event(payloads[:1_000], first=0))
            place = 1_000
            for size, number in calls.items():
                before, took = stub.counts(), []
                for _ in range(number):
                    took.append(worker.run(kinesis_event(payloads[place : place + size], first=place)))
                    place += size
                asked = totals(difference(before, stub.counts()))
                latency = spread([1e3 * one.wall_seconds for one in took])
                results.append(
                    {
                        "records": size,
                        "calls": number,
                        "latency_ms": latency,
                        "records_per_second": 1e3 * size / latency["median"],
                        "cpu_us_per_record": spread([1e6 * one.cpu_seconds / size for one in took]),
                        "requests_per_thousand_records": asked["requests"] * 1_000 / (size * number),
                    }
                )
                say(f"{size:,} records a call: {latency['median']:.0f} ms")
    return results
