"""The sentences of docs/model-quality.md whose words depend on what was measured."""

from collections.abc import Callable, Mapping
from statistics import mean
from typing import Any

from benchmarks.quality.gates import FLOORS, LEAK, ORACLE, failures
from benchmarks.quality.tables import short

Found = Mapping[str, Any]
_SOURCES = ("handbook", "simulator")


def _of(found: Found, name: str) -> Any:
    return found[name]["measured"]


def _measured(found: Found) -> str:
    names = ("baseline", "book", "folds", "search", "reasons", "elimination")
    parts = (f"{name} on {_of(found, name)['date']}{_with(found, name)}" for name in names)
    machine = found["machine"]
    return (
        f"Measured: {', '.join(parts)}. {machine['processor']}, {machine['cores']} cores; "
        + ", ".join(f"{name} {version}" for name, version in found["versions"].items() if name in _LIBRARIES)
        + "."
    )


def _with(found: Found, name: str) -> str:
    """Return how many features a part was measured with; the book's model has its own."""
    return "" if name in ("baseline", "book") else f" ({_of(found, name)['features']} features)"


_LIBRARIES = ("python", "numpy", "pandas", "xgboost-cpu")


def _verdict(found: Found) -> str:
    section = found["folds"]
    figures, folds = section["mean"], section["folds"]
    low, high = section["interval_95"]["average_precision"]
    rows, frauds = (sum(fold["test"][each] for fold in folds) for each in ("rows", "frauds"))
    wrong = failures(figures)
    said = "; ".join(wrong) if wrong else "all three are reached, and there is no sign of a leak"
    return (
        f"Mean of four folds ({rows:,} test rows of which {frauds:,} frauds, {folds[0]['test']['from']} to "
        f"{folds[-1]['test']['until']}): average precision **{short(figures['average_precision'])}** (95% interval "
        f"{short(low)} to {short(high)}), AUC **{short(figures['roc_auc'])}**, CP@100 "
        f"**{short(figures['card_precision_at_100'])}**. Required are {FLOORS['average_precision']}, "
        f"{FLOORS['roc_auc']} and {FLOORS['card_precision_at_100']}: {said}. The oracle, who knows the rules of the "
        f"Handbook's simulator but gets labels as late as we do, has {ORACLE}; above {LEAK} a leak would have to be "
        "found."
    )


def _search(found: Found) -> str:
    section = found["search"]
    best, worst = (section["trials"][place]["average_precision"] for place in (0, -1))
    return (
        f"{len(section['trials'])} trials reached from {short(worst)} to {short(best)}; what `train.py` does by itself "
        f"reaches {short(section['of_defaults'])}, {short(best - section['of_defaults'])} below the best."
    )


def _reasons(found: Found) -> str:
    section = found["reasons"]
    default, pairs = section["default"], section["pairs"]
    chosen = next(row for row in pairs if all(row[name] == each for name, each in default.items()))
    deep = next(row for row in pairs if (row["max_depth"], row["rounds"]) == (6, 350))
    best = max(pairs, key=lambda row: row["average_precision"])
    return (
        f"Depth {chosen['max_depth']} with {chosen['rounds']} trees is what `train.py` does. On the validation weeks "
        f"it reaches {short(chosen['average_precision'])}, the best of the table (depth {best['max_depth']}, "
        f"{best['rounds']} trees) {short(best['average_precision'])}. Depth 6 with 350 trees reaches "
        f"{short(deep['average_precision'])}, and its reasons cost {deep['reasons_us'] / chosen['reasons_us']:.1f} "
        f"times as much, its score {deep['score_us'] / chosen['score_us']:.1f} times."
    )


def _elimination(found: Found) -> str:
    section = found["elimination"]
    seeds = {source: [mean(weeks) for weeks in section["seeds"][source]] for source in _SOURCES}
    noise = {source: max(means) - min(means) for source, means in seeds.items()}
    lasting = [
        step["features"]
        for step in section["path"]
        if all(mean(step[source]) >= min(means) for source, means in seeds.items())
    ]
    text = ""
    if shorter := section["shorter"]:
        reached = {source: mean(mean(weeks) for weeks in shorter[source]) for source in _SOURCES}
        text = (
            f" A list of {len(shorter['members'])}, in `benchmarks/quality/elimination.py`, reaches "
            f"{short(reached['handbook'])} and {short(reached['simulator'])} (mean of as many seeds) where all reach "
            f"{short(mean(seeds['handbook']))} and {short(mean(seeds['simulator']))}."
        )
    return (
        f"With all of them, {len(section['seeds']['handbook'])} seeds of the same training differ by up to "
        f"{short(noise['handbook'])} on the Handbook and by up to {short(noise['simulator'])} on the simulator: what "
        "is smaller than that says nothing. The shortest list of the path below that is on neither worse than the "
        f"worst of these seeds has {min(lasting, default=section['features'])} features of {section['features']}.{text}"
    )


def _weeks(found: Found) -> str:
    lines = []
    for source, name in (("Handbook", "search"), ("simulator", "elimination")):
        weeks = [week for week in found[name]["weeks"] if week["week"].startswith(source)]
        rows, frauds = (sum(week["test"][each] for week in weeks) for each in ("rows", "frauds"))
        days = f"{min(week['test']['from'] for week in weeks)} to {max(week['test']['until'] for week in weeks)}"
        lines.append(f"{source}: {len(weeks)} weeks, {days}, {rows:,} rows, {frauds:,} frauds")
    return "; ".join(lines)


WORDS: dict[str, Callable[[Found], str]] = {
    "measured": _measured,
    "verdict": _verdict,
    "search": _search,
    "reasons": _reasons,
    "elimination": _elimination,
    "weeks": _weeks,
    "resamples": lambda found: str(found["folds"]["resamples"]),
    "scored_rows": lambda found: str(found["reasons"]["scored_rows"]),
    "explained_rows": lambda found: str(found["reasons"]["explained_rows"]),
    "times": lambda found: str(found["reasons"]["times"]),
    "baseline_rows": lambda found: "{rows:,} rows, {frauds} frauds".format(**found["baseline"]["test"]),
    "baseline_train": lambda found: "{rows:,} rows, {frauds} frauds".format(**found["baseline"]["train"]),
    "features": lambda found: str(_of(found, "folds")["features"]),
    "features_version": lambda found: str(_of(found, "folds")["features_version"]),
}
