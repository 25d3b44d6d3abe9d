"""The four folds: the project's programs on each, and how sure their figures are."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from bundle import load
from dataset import Part, read_part
from inference import score
from numpy.typing import NDArray

from benchmarks.quality import programs
from benchmarks.quality.confidence import METRICS, Scored, intervals
from benchmarks.quality.dates import DAY_MS, Fold

Say = Callable[[str], None]
RESAMPLES = 200


def measure(handbook: Path, folds: Sequence[Fold], scratch: Path, say: Say) -> dict[str, Any]:
    """Return the figures of each fold as evaluate.py writes them, their means, and the intervals of the means."""
    rows, scored = [], []
    for fold in folds:
        figures, scores = measure_fold(handbook, fold, scratch / fold.name)
        say(f"fold {fold.name}: " + ", ".join(f"{name} {figures[name]:.4f}" for name in METRICS))
        rows.append(figures)
        scored.append(scores)
    values = {name: np.array([row[name] for row in rows]) for name in METRICS}
    return {
        "folds": rows,
        "mean": {name: float(each.mean()) for name, each in values.items()},
        "deviation": {name: float(each.std()) for name, each in values.items()},
        "interval_95": intervals(scored, resamples=RESAMPLES),
        "resamples": RESAMPLES,
    }


def measure_fold(handbook: Path, fold: Fold, scratch: Path) -> tuple[dict[str, Any], Scored]:
    """Return one fold's figures and the scores they came of, from the raw file on, program by program."""
    data, model = prepared(handbook, fold, scratch), scratch / "model"
    programs.train(data, model)
    told = programs.evaluate(data, model, scratch / "evaluation")
    figures = told["challenger"]["open_cards"]
    if figures["k"] != 100:
        raise programs.ProgramError(f"evaluate.py looked at {figures['k']} cards a day, the protocol at 100")
    train, test = read_part(data / "train"), read_part(data / "test")
    scores = score(load(model), test.features)
    return {
        "test_week": fold.name,
        "train": span(train),
        "test": {**span(test), "rows": figures["rows"], "frauds": figures["frauds"]},
        "average_precision": figures["average_precision"],
        "roc_auc": figures["roc_auc"],
        "card_precision_at_100": figures["card_precision_at_k"],
        "all_rows": {
            name: told["challenger"]["all_rows"][name]
            for name in ("rows", "frauds", "average_precision", "roc_auc", "recall_at_budget", "budget")
        },
    }, counted(test, scores)


def prepared(handbook: Path, fold: Fold, scratch: Path) -> Path:
    """Return the directory of a fold's three parts, made from the raw file where it is not there yet."""
    data = scratch / "data"
    if not (data / "report.json").exists():
        programs.upload_handbook(handbook, fold, scratch / "raw")
        programs.prepare(scratch / "raw", fold, data)
    return data


def counted(part: Part, scores: NDArray[np.float64]) -> Scored:
    """Return the rows that the protocol counts: those of cards not reported before their day."""
    rows = ~part.card_reported
    return Scored(
        fraud=part.fraud[rows],
        score=scores[rows],
        day=part.event_time_ms[rows] // DAY_MS,
        card=part.card_id[rows].astype(str),
    )


def span(part: Part) -> dict[str, Any]:
    """Return what a part holds: its days, rows and frauds."""
    first, last = (str(np.datetime64(int(time), "ms"))[:10] for time in (part.event_time_ms[0], part.event_time_ms[-1]))
    return {"from": first, "until": last, "rows": len(part), "frauds": int(part.fraud.sum())}
