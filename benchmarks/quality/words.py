"""The sentences of docs/model-quality.md whose words depend on what was measured."""

from collections.abc import Callable, Mapping
from statistics import mean
from typing import Any

from benchmarks.quality.gates import FLOORS, LEAK, ORACLE, failures
from benchmarks.quality.tables import short, signed

Found = Mapping[str, Any]
_SOURCES = ("handbook", "simulator")


def _of(found: Found, name: str) -> Any:
    return found[name]["measured"]


def _measured(found: Found) -> str:
    names = ("baseline", "book", "folds", "search", "reasons", "elimination")
    parts = (f"{name} on {_of(found, name)['date']} ({_of(found, name)['features']} features)" for name in names)
    machine = found["machine"]
    return (
        f"Measured: {', '.join(parts)}. {machine['processor']}, {machine['cores']} cores; "
        + ", ".join(f"{name} {version}" for name, version in found["versions"].items() if name in _LIBRARIES)
        + "."
    )


_LIBRARIES = ("python", "numpy", "pandas", "xgboost-cpu")


def _verdict(found: Found) -> str:
    folds, base = found["folds"], found["baseline"]["test"]
    figures = folds["mean"]
    low, high = folds["interval_95"]["average_precision"]
    rows = sum(fold["test"]["rows"] for fold in folds["folds"])
    frauds = sum(fold["test"]["frauds"] for fold in folds["folds"])
    first, last = folds["folds"][0]["test"]["from"], folds["folds"][-1]["test"]["until"]
    wrong = failures(figures)
    said = "; ".join(wrong) if wrong else "All three are reached, and there is no sign of a leak"
    return (
        f"Mean of four folds ({rows:,} test rows of which {frauds:,} frauds, {first} to {last}): average precision\n"
        f"**{short(figures['average_precision'])}** (95% interval {short(low)} to {short(high)}), AUC "
        f"**{short(figures['roc_auc'])}**, CP@100 **{short(figures['card_precision_at_100'])}**. "
        f"Required are {FLOORS['average_precision']}, {FLOORS['roc_auc']} and {FLOORS['card_precision_at_100']}.\n"
        f"{said}: the oracle, who knows the rules of the Handbook's simulator but\ngets labels as late as we do, has {ORACLE}, "
        f"and above {LEAK} a leak would have to be found. (The baseline split's {base['rows']:,} rows with\n"
        f"{base['frauds']} frauds are the first fold's.)"
    )


def _search(found: Found) -> str:
    section = found["search"]
    best = section["trials"][0]
    spread = best["average_precision"] - section["of_defaults"]
    worst = section["trials"][-1]["average_precision"]
    return (
        f"{len(section['trials'])} trials reached from {short(worst)} to {short(best['average_precision'])}; "
        f"what `train.py` does by itself reaches {short(section['of_defaults'])}, {short(max(spread, 0.0))} below\nthe best."
    )


def _reasons(found: Found) -> str:
    section = found["reasons"]
    chosen = next(
        row for row in section["pairs"] if all(row[name] == each for name, each in section["default"].items())
    )
    best = max(section["pairs"], key=lambda row: row["average_precision"])
    text = (
        f"Depth {chosen['max_depth']} with {chosen['rounds']} trees is what `train.py` does: "
        f"{short(chosen['average_precision'])} on the validation weeks"
    )
    if best is not chosen:
        dearer = best["reasons_us"] / chosen["reasons_us"]
        text += (
            f", {short(best['average_precision'] - chosen['average_precision'])} below the best of the table, "
            f"(depth {best['max_depth']}, {best['rounds']} trees),\nwhose reasons cost {dearer:.1f} times as much"
        )
    deep = next((row for row in section["pairs"] if (row["max_depth"], row["rounds"]) == (6, 350)), chosen)
    return (
        f"{text}. Against depth 6 with 350 trees its reasons cost "
        f"{chosen['reasons_us'] / deep['reasons_us']:.2f} times as much, its score {chosen['score_us'] / deep['score_us']:.2f} times, and its average precision differs by "
        f"{signed(chosen['average_precision'] - deep['average_precision'])}."
    )


def _elimination(found: Found) -> str:
    section = found["elimination"]
    seeds = {source: [mean(weeks) for weeks in section["seeds"][source]] for source in _SOURCES}
    noise = {source: max(means) - min(means) for source, means in seeds.items()}
    enough = [
        step for step in section["path"] if all(mean(step[source]) >= min(means) for source, means in seeds.items())
    ]
    fewest = min(enough, key=lambda step: step["features"], default={"features": section["features"]})
    return (
        f"With all of them, {len(section['seeds']['handbook'])} seeds of the same training differ by up to "
        f"{short(noise['handbook'])} on the Handbook and by\nup to {short(noise['simulator'])} on the simulator: "
        f"what is smaller than that says nothing. The shortest list of the path below that is\nnot worse than the worst "
        f"of these seeds on either has {fewest['features']} features of {section['features']}."
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
