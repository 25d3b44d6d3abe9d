"""What evaluating the policy costs: `python -m benchmarks.rules`. The best of seven, on this machine."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from fraudstream.contract import Bounds, Transaction, decode_record
from fraudstream.features import FEATURE_NAMES
from fraudstream.policy import (
    BatchColumns,
    Coded,
    CompiledPolicy,
    canonical_json,
    compile_policy,
    default_policy,
    read_policy,
)
from fraudstream.scoring import Thresholds

BATCH, MANY = 1_000, 1_000_000
NOW_MS = 1_795_478_400_000
_ROUNDS, _TIMES = 7, 100
_THRESHOLDS = Thresholds(review=0.5, block=0.9)
_DISTINCT = {"card_id": 100_000, "terminal": 10_000}


@dataclass
class Columns:
    """Random rows; a column is made when it is first asked for."""

    rows: int
    made: dict[str, np.ndarray | Coded] = field(default_factory=dict)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def number(self, name: str) -> np.ndarray:
        """Return a column of numbers, a seventh of them missing."""
        if name not in self.made:
            self.made[name] = self.rng.choice([0, 1, 2, 3, 5, 10, np.nan], size=self.rows)
        return self.made[name]

    def text(self, name: str) -> Coded:
        """Return a column of texts."""
        if name not in self.made:
            distinct = _DISTINCT.get(name, 50)
            codes = self.rng.integers(-1, distinct, self.rows).astype(np.int32)
            self.made[name] = Coded(codes, tuple(f"{name}_{number}" for number in range(distinct)))
        return self.made[name]


def best(work: Callable[[], object], times: int = _TIMES) -> float:
    """Return the least time of a run, in seconds."""
    found = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        for _ in range(times):
            work()
        found.append((time.perf_counter() - started) / times)
    return min(found)


def policies() -> dict[str, CompiledPolicy]:
    """Return the policies that are measured."""
    shipped = json.loads(canonical_json(default_policy().policy))
    four = shipped | {"rules": [rule for rule in shipped["rules"] if not rule.get("shadow")], "lists": []}
    entries = [{"value": f"stolen_{number}"} for number in range(10_000)]
    blocked = [
        named | {"entries": entries} if named["name"] == "blocked_cards" else named for named in shipped["lists"]
    ]
    documents = {
        "the four rules": four,
        "the policy that ships": shipped,
        "and 10,000 blocked cards": shipped | {"lists": blocked},
    }
    return {name: compile_policy(read_policy(json.dumps(document).encode())) for name, document in documents.items()}


def batch() -> BatchColumns:
    """Return a batch of the stream: 800 cards, 700 terminals."""
    rng = np.random.default_rng(7)
    cards, terminals = rng.integers(800, size=BATCH), rng.integers(700, size=BATCH)
    decoded = [_transaction(*row) for row in zip(range(BATCH), cards, terminals, strict=True)]
    features = rng.choice([0, 1, 2, 3, 5, 10, np.nan], size=(BATCH, len(FEATURE_NAMES))).astype(np.float32)
    return BatchColumns(transactions=decoded, features=features, scores=rng.random(BATCH))


def decide(policy: CompiledPolicy, made: BatchColumns) -> list[tuple[str, ...]]:
    """Do what the hot path does with a batch, its columns not made yet."""
    columns = BatchColumns(transactions=made.transactions, features=made.features, scores=made.scores)
    evaluated = policy.evaluate(columns, NOW_MS)
    evaluated.outcomes(made.scores, _THRESHOLDS)
    return [evaluated.names(row) + evaluated.shadow_names(row) for row in range(BATCH)]


def main() -> None:
    """Measure and print."""
    made, many = batch(), Columns(MANY)
    for name, policy in policies().items():
        each = best(lambda policy=policy: decide(policy, made)) / BATCH * 1e6
        policy.evaluate(many, NOW_MS)  # makes the columns
        whole = best(lambda policy=policy: policy.evaluate(many, NOW_MS), times=1)
        print(f"{name:26} {each:6.2f} us a record of {BATCH:,}   {whole:.3f} s for {MANY:,} rows")


def _transaction(number: int, card: int, terminal: int) -> Transaction:
    data = {"schema_version": 1, "transaction_id": f"tx-{number}", "event_time": "2026-11-23T14:12:20.001Z"}
    data |= {"card_id": f"card_{card}", "terminal_id": f"terminal_{terminal}", "amount_minor": 1250, "currency": "EUR"}
    data |= {"entry_mode": "chip", "merchant_country": "FR"}
    decoded = decode_record(json.dumps(data).encode(), now_ms=NOW_MS, bounds=Bounds())
    if not isinstance(decoded, Transaction):
        raise TypeError("the sample is no transaction")
    return decoded


if __name__ == "__main__":
    main()
