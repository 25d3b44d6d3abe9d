"""A world from a seed: its traffic, its shards and how they are read, and all that goes wrong."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

from local.streams.batches import lane_of
from local.streams.lineage import Shard, startable
from local.streams.records import Record as Delivered
from tests.reliability.calling import Call, EndlessError
from tests.reliability.chaos import Chaos
from tests.reliability.check import check
from tests.reliability.model import model
from tests.reliability.traffic import random_log
from tests.reliability.world import World

PARENT, CHILDREN = "shardId-000000000000", ("shardId-000000000001", "shardId-000000000002")
REPLAY = "python -m tests.reliability.soak --trace --seeds 1 --first {}"
_FINAL = {200, 409, 422}
_VALID = re.compile(rb'"type": "transaction", .*"transaction_id": "tx-\d\d?"')


class Play:
    """One seed's world, played to its end by `run`, and judged by `judge`."""

    def __init__(self, seed: int) -> None:
        rng = self._rng = Random(seed)
        self.keyed = rng.random() < 0.7
        chaos = Chaos(Random(rng.random()), rate=rng.choice((0.02, 0.08, 0.25)), faults=rng.choice((0, 4, 12, 30)))
        self.chaos = chaos
        self.world = World(
            seed=seed,
            schedule=chaos,
            portion=rng.choice((4, 15, 1000)),
            BisectBatchOnFunctionError=rng.random() < 0.7,
        )
        self.world.shuffles = True
        self._batch_size = rng.choice((3, 10, 40))
        self._redelivers = rng.random() < 0.4
        self._lanes = rng.choice((1, 1, 2))
        self._finished: set[str] = set()
        self._running: set[str] = set()
        self._log = random_log(rng, rng.randint(25, 60), keyed=self.keyed)
        self._shards = self._split() if rng.random() < 0.4 else self._apart(rng.choice((1, 2, 2)))
        self._asked = self._requests() if rng.random() < 0.4 else []
        self._retrain_at = rng.randint(1, 80)
        if rng.random() < 0.15:
            self.world.aws.endpoint = None  # no model has been deployed yet
        self.world.on_call = self._retrain

    def run(self) -> World:
        """Play it."""
        lineage = [shard for shard, _ in self._shards]
        programs: list[tuple[str, Callable[[], None]]] = []
        for shard, log in self._shards:
            keys = [key for key, _ in log]
            records = self.world.put(shard.shard_id, [data for _, data in log], keys=keys)
            lanes: list[list[Delivered]] = [[] for _ in range(self._lanes)]
            for key, record in zip(keys, records, strict=True):
                lanes[lane_of(key, self._lanes)].append(record)
            left = {number for number, lane in enumerate(lanes) if lane}
            for number in sorted(left):
                program = self._reader(shard, lineage, lanes[number], number, left)
                programs.append((f"{shard.shard_id[-1]}.{number}", program))
            if not left:
                self._finished.add(shard.shard_id)
        if self._asked:
            programs.append(("api", self._caller))
        try:
            self.world.lanes.run(programs)
        finally:
            self.world.close()  # where one lane failed, others still stand in the middle of a run
        return self.world

    def judge(self) -> None:
        """Check every invariant, and that all ended in a bounded number of runs and in order."""
        check(self.world, labels_follow=self.keyed)
        self._check_order()
        failed = sum(line.startswith("failed") for line in self.world.trace)
        assert failed <= self.chaos.used, "runs failed of which no fault was the cause"
        most = max(count for source, count in self.world.deliveries.items() if not source.startswith("api:"))
        portions = self._batch_size // self.world.portion  # out of time, each delivery does one at least
        assert most <= 3 + portions + 2 * self.chaos.used, f"a record was delivered {most} times"

    def _apart(self, count: int) -> list[tuple[Shard, list[tuple[str, bytes]]]]:
        """Return shards side by side, each with its part of the log."""
        parts: list[list[tuple[str, bytes]]] = [[] for _ in range(count)]
        for key, data in self._log:
            position = lane_of("shard" + key, count) if self.keyed else self._rng.randrange(count)
            parts[position].append((key, data))
        names = (PARENT, *CHILDREN)
        return [(Shard(shard_id=names[position]), part) for position, part in enumerate(parts)]

    def _split(self) -> list[tuple[Shard, list[tuple[str, bytes]]]]:
        """Return a shard that was split, and its two children with what came after."""
        at = self._rng.randrange(len(self._log))
        before, after = self._log[:at], self._log[at:]
        parent = Shard(shard_id=PARENT, is_open=False)
        children = [Shard(shard_id=name, parent_ids=(PARENT,)) for name in CHILDREN]
        parts: list[list[tuple[str, bytes]]] = [[], []]
        for key, data in after:
            parts[lane_of("split" + key, 2)].append((key, data))
        return [(parent, before), *zip(children, parts, strict=True)]

    def _reader(
        self, shard: Shard, lineage: Sequence[Shard], records: list[Delivered], lane: int, left: set[int]
    ) -> Callable[[], None]:
        """Return the program that reads one lane of a shard, once its parents are finished."""

        def read() -> None:
            while shard not in startable(lineage, finished=self._finished, running=set()):
                self.world.lanes.switch()
            for batch in self._cut(records):
                self.world.deliver(shard.shard_id, batch, environment=f"{shard.shard_id}.{lane}")
                if self._redelivers and self._rng.random() < 0.2:
                    self.world.invoke(shard.shard_id, batch, environment=f"{shard.shard_id}.{lane}")
            left.discard(lane)
            if not left:
                self._finished.add(shard.shard_id)

        return read

    def _cut(self, records: list[Delivered]) -> Iterator[tuple[Delivered, ...]]:
        start = 0
        while start < len(records):
            size = self._rng.randint(1, self._batch_size)
            yield tuple(records[start : start + size])
            start += size

    def _requests(self) -> list[bytes]:
        """Return transactions for the API: some that the stream has too, some of them changed, some of its own."""
        sent = [json.loads(data) for _, data in self._log if _VALID.search(data)]
        chosen = self._rng.sample(sent, min(4, len(sent)))
        changes = [{}, {}, {"amount_minor": 77}, {"transaction_id": "api-1"}]
        return [json.dumps(one | change).encode() for one, change in zip(chosen, changes, strict=False)]

    def _caller(self) -> None:
        """Send each request until it is answered for good, and then once more: the answer is the same."""
        for number, data in enumerate(self._asked):
            answer = self._until_answered(data, f"request-{number}")
            again = self._until_answered(data, f"request-{number}")
            assert answer == again, f"request-{number} was answered {answer} and then {again}"

    def _until_answered(self, data: bytes, name: str) -> tuple[int, object]:
        while True:
            status, body = self.world.ask(data, request_id=name)
            if status in _FINAL:
                self.world.resolved.add(f"api:{name}")
                if status == 200:
                    body = {key: value for key, value in body.items() if not key.startswith("label")}
                return status, body
            assert status in (500, 503), status
            self.world.clock.sleep(5)

    def _retrain(self, call: Call) -> None:
        if call.number == self._retrain_at:
            self.world.aws.endpoint = model("model-2")

    def _check_order(self) -> None:
        """A card's records are first delivered in the order in which they were sent, where its key is the card's."""
        if not self.keyed:
            return
        sent: dict[str, list[str]] = {}
        for source, key in self.world.keys.items():
            sent.setdefault(key, []).append(source)
        first = {source: position for position, source in enumerate(self.world.deliveries)}
        for key, sources in sent.items():
            order = [first[source] for source in sources]
            assert order == sorted(order), f"the records of {key} overtook each other"


def play(seed: int) -> World:
    """Play and judge a seed.

    Raises
    ------
    AssertionError
        With the command that plays it again.
    """
    try:
        one = Play(seed)
        one.run()
        one.judge()
    except (Exception, EndlessError) as failure:
        raise AssertionError(
            f"seed {seed}: {failure or type(failure).__name__}\nreplay: {REPLAY.format(seed)}"
        ) from failure
    return one.world
