"""Drift, day by day, in simulated worlds that stay as they are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from fraudstream.drift import Drift, Sample, measure
from fraudstream.features import FEATURE_NAMES
from fraudstream.offline import compute_features

from local import programs  # noqa: F401 makes the training programs importable
from simulator import Settings, simulate

from bundle import baseline  # isort: skip
from moments import epoch_ms  # isort: skip
from raw_data import to_transactions  # isort: skip

_DAY_MS = 86_400_000
_LEARNED = (85, 113)
_DAYS = 143
_AMOUNTS = (1.0, 1.25, 1.5, 2.0)


def table(worlds: int) -> str:
    """Return what was called drifted on ordinary days, and on days whose amounts are larger."""
    called: dict[float, int] = dict.fromkeys(_AMOUNTS, 0)
    significant = days = 0
    names: Counter[str] = Counter()
    for seed in range(worlds):
        for times, drift in _days(seed):
            moved = {column.name for column in drift.drifted}
            called[times] += "amount" in moved if times > 1 else bool(moved)
            if times == 1:
                days += 1
                significant += any(column.chance < 0.01 for column in drift.columns)
                names.update(moved)
    lines = [
        "| amounts | days on which drift was called |",
        "|---|---|",
        f"| as learned | {called[1.0]} of {days}{_named(names)} |",
        *(f"| times {times:g} | {called[times]} of {days} (amount) |" for times in _AMOUNTS[1:]),
        "",
        f"Beyond chance alone, whatever its size, something was on {significant} of {days} ordinary days.",
    ]
    return "\n".join(lines)


def _days(seed: int) -> Iterator[tuple[float, Drift]]:
    """Yield each later day of a world against the model of its 28 days, with amounts as they are and larger."""
    simulation = simulate(Settings(seed=seed, days=_DAYS))
    frame = simulation.transactions.assign(label=simulation.truth["label"], label_time=simulation.truth["label_time"])
    features = compute_features(to_transactions(frame))
    day = (epoch_ms(frame["event_time"]) - Settings(seed=seed).start_ms) // _DAY_MS
    learned = (day >= _LEARNED[0]) & (day < _LEARNED[1])
    before = baseline(features[learned], FEATURE_NAMES, np.linspace(0, 1, int(learned.sum())))
    cards, terminals = (
        np.unique(frame[name].astype(str), return_inverse=True)[1] for name in ("card_id", "terminal_id")
    )
    amount = FEATURE_NAMES.index("amount")
    for today in range(_LEARNED[1], _DAYS):
        rows = day == today
        sample = Sample(
            names=FEATURE_NAMES,
            features=features[rows],
            scores=np.full(int(rows.sum()), np.nan),
            cards=cards[rows],
            terminals=terminals[rows],
        )
        for times in _AMOUNTS:
            changed = sample.features.copy()
            changed[:, amount] *= times
            yield times, measure(replace(sample, features=changed), before)


def _named(names: Counter[str]) -> str:
    return f" ({', '.join(f'{name} {count}' for name, count in names.most_common())})" if names else ""
