"""Weeks to choose on, prepared by prepare.py and held in memory: what searches and eliminations train and judge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb
from dataset import Part, read_part
from fraudstream.quality import average_precision
from numpy.typing import NDArray
from train import fit

from benchmarks.quality import programs
from benchmarks.quality.dates import SIMULATED, SIMULATED_DAYS, SIMULATED_SEEDS, VALIDATION
from benchmarks.quality.folds import Say, prepared, span
from simulator import Settings, simulate
from simulator.output import as_table, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week to choose on: what is learned from, what is judged on, and which rows of that count."""

    name: str
    train: Part
    test: Part
    counts: NDArray[np.bool_]

    def precision(self, trees: dict[str, Any]) -> tuple[float, xgb.Booster]:
        """Return the average precision that these hyperparameters reach, and the model."""
        booster = fit(self.train, trees)
        score = booster.inplace_predict(self.test.features[self.counts]).astype(np.float64)
        return average_precision(self.test.fraud[self.counts], score), booster

    def only(self, names: Iterable[str]) -> "Week":
        """Return the same week with some of its features."""
        wanted = tuple(names)
        return replace(self, train=_only(self.train, wanted), test=_only(self.test, wanted))

    def describe(self) -> dict[str, Any]:
        """Return dates, rows and frauds."""
        test = {
            **span(self.test),
            "rows": int(self.counts.sum()),
            "frauds": int(self.test.fraud[self.counts].sum()),
        }
        return {"week": self.name, "train": span(self.train), "test": test}


def handbook_weeks(path: Path, scratch: Path, say: Say, *, weeks: int = len(VALIDATION)) -> list[Week]:
    """Return the Handbook's validation weeks; the rows of cards not reported yet count, as on the folds."""
    found = []
    for fold in VALIDATION[-weeks:]:
        data = prepared(path, fold, scratch / fold.name)
        week = _read(f"Handbook {fold.name}", data, open_cards=True)
        say(f"prepared {week.name}: {len(week.train):,} rows to learn from, {int(week.counts.sum()):,} to judge on")
        found.append(week)
    return found


def simulated_weeks(scratch: Path, say: Say, *, seeds: Sequence[int] = SIMULATED_SEEDS) -> list[Week]:
    """Return weeks of the project's own simulator, which has places, countries and categories; every row counts."""
    found = []
    for seed in seeds:
        raw = scratch / f"simulated-{seed}" / "raw"
        if not (raw / "history.parquet").exists():
            raw.mkdir(parents=True, exist_ok=True)
            simulation = simulate(Settings(seed=seed, days=SIMULATED_DAYS))
            write(as_table(simulation, with_truth=False), raw / "history.parquet")
        for fold in SIMULATED:
            data = scratch / f"simulated-{seed}" / fold.name
            if not (data / "report.json").exists():
                programs.prepare(raw, fold, data)
            week = _read(f"simulator {seed}, {fold.name}", data, open_cards=False)
            say(f"prepared {week.name}: {len(week.train):,} rows to learn from, {len(week.test):,} to judge on")
            found.append(week)
    return found


def mean_precision(weeks: Sequence[Week], trees: dict[str, Any]) -> tuple[float, list[float]]:
    """Return the mean average precision over the weeks, and that of each."""
    each = [week.precision(trees)[0] for week in weeks]
    return float(np.mean(each)), each


def _read(name: str, data: Path, *, open_cards: bool) -> Week:
    test = read_part(data / "test")
    counts = ~test.card_reported if open_cards else np.ones(len(test), bool)
    return Week(name=name, train=read_part(data / "train"), test=test, counts=counts)


def _only(part: Part, names: tuple[str, ...]) -> Part:
    columns = [part.schema.feature_names.index(name) for name in names]
    features = np.ascontiguousarray(part.features[:, columns])
    return replace(part, schema=replace(part.schema, feature_names=names), features=features)
