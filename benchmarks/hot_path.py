"""The hot path beside its peers: processor time, requests and bytes for the same records, round by round in turn."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.agreement import compare
from benchmarks.contestants import BY_NAME, Contestant
from benchmarks.seeding import seed
from benchmarks.spread import spread
from benchmarks.stub import Counts, Stub, difference, totals
from benchmarks.workers import Took, Worker
from benchmarks.workload import BATCH, Workload, kinesis_event

Say = Callable[[str], None]
PEERS = ("with_state", "powertools")
"""The peers whose median ours is held against."""
STATEFUL = (*PEERS, "with_documents")
_COMPARED = 200
"""Records of a round whose features are compared."""


@dataclass(slots=True, kw_only=True)
class _Running:
    stub: Stub
    worker: Worker
    records: int
    took: list[Took] = field(default_factory=list)
    before: Counts = field(default_factory=dict)

    def run(self, number: int, payloads: Sequence[bytes]) -> None:
        """Give it the batch of a round."""
        self.took.append(self.worker.run(kinesis_event(payloads[: self.records], first=number * BATCH)))
        if not number:
            self.before = self.stub.counts()

    def result(self) -> dict[str, Any]:
        """Return what it took after the first round."""
        took = self.took[1:]
        counts = difference(self.before, self.stub.counts())
        thousands = len(took) * self.records / 1_000
        return {
            "title": BY_NAME[self.worker.name].title,
            "records_a_round": self.records,
            "cpu_us_per_record": spread([1e6 * one.cpu_seconds / self.records for one in took]),
            "wall_us_per_record": spread([1e6 * one.wall_seconds / self.records for one in took]),
            "per_thousand_records": {name: value / thousands for name, value in totals(counts).items()},
            "requests_by_operation": {name: count["requests"] / thousands for name, count in counts.items()},
        }


def measure(names: Sequence[str], *, rounds: int, say: Say) -> dict[str, Any]:
    """Run every contestant on the same batches, one after the other in each round, after one round to warm up."""
    say(f"workload: {rounds + 1} batches of {BATCH} records")
    workload = Workload.make(rounds + 1)
    with ExitStack() as stack:
        running = {name: _started(BY_NAME[name], workload, stack, say) for name in names}
        for number, payloads in enumerate(workload.batches):
            # Every round begins with another one, so that nobody always follows the same neighbour.
            for name in [*names[number % len(names) :], *names[: number % len(names)]]:
                running[name].run(number, payloads)
            line = ", ".join(
                f"{name} {one.took[-1].cpu_seconds * 1e6 / one.records:,.0f}" for name, one in running.items()
            )
            say(f"round {number} of {rounds}: {line} µs a record" + (" (to warm up)" if not number else ""))
        contestants = {name: one.result() for name, one in running.items()}
        for name in STATEFUL:
            if name in running and "fraudstream" in running:
                # One that is given fewer records has another past after the first round.
                payloads = workload.batches[-1 if running[name].records == BATCH else 0]
                compared = payloads[: min(running[name].records, _COMPARED)]
                contestants[name]["same_features"] = compare(running["fraudstream"].stub, running[name].stub, compared)
    return {"records": BATCH, "rounds": rounds, "contestants": contestants, "ratios": ratios(contestants)}


def _started(contestant: Contestant, workload: Workload, stack: ExitStack, say: Say) -> _Running:
    say(f"starting {contestant.title}")
    stub = stack.enter_context(Stub())
    seed(stub, workload, contestant.state)
    worker = stack.enter_context(Worker(contestant.name, stub.environment))
    return _Running(stub=stub, worker=worker, records=min(contestant.records, BATCH))


def ratios(contestants: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return how ours compares: times less processor time than the peers, times more than the floor."""

    def cpu(name: str) -> float:
        return contestants[name]["cpu_us_per_record"]["median"]

    found: dict[str, float] = {}
    if "fraudstream" in contestants:
        ours = cpu("fraudstream")
        if "floor" in contestants:
            found["over_floor"] = ours / cpu("floor")
        if all(name in contestants for name in PEERS):
            found["peers_over_ours"] = median(cpu(name) for name in PEERS) / ours
        if "one_thread" in contestants and "peers_over_ours" in found:
            found["peers_over_one_thread"] = found["peers_over_ours"] * ours / cpu("one_thread")
            found["one_thread_over_floor"] = cpu("one_thread") / cpu("floor")
        others = contestants.keys() - {"fraudstream", "one_thread", "floor"}
        found |= {f"{name}_over_ours": cpu(name) / ours for name in sorted(others)}
    return found
