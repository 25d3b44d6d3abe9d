"""The tables of docs/model-quality.md."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import mean
from typing import Any

from benchmarks.quality.gates import FLOORS, ORACLE

Found = Mapping[str, Any]
_METRICS = {"roc_auc": "AUC", "average_precision": "average precision", "card_precision_at_100": "CP@100"}
_SHOWN_TRIALS = 8
_OF_THE_BOOK = (
    ("the book's tuned XGBoost, as published", ".869", ".687", ".303"),
    ("the book's balanced bagging, as published", ".879", ".680", ".305"),
)


def _baseline(found: Found) -> str:
    section = found["baseline"]
    rows = [
        (title, short(section["published"][name]), short(section[name]), signed(section[name] - published))
        for name, title in _METRICS.items()
        for published in [section["published"][name]]
    ]
    return table(("", "published", "here", "difference"), rows)


def _folds(found: Found) -> str:
    rows = [
        (
            fold["test_week"],
            f"{fold['train']['from']} to {fold['train']['until']}",
            f"{fold['train']['rows']:,} ({fold['train']['frauds']:,})",
            f"{fold['test']['rows']:,} ({fold['test']['frauds']:,})",
            *(short(fold[name]) for name in _METRICS),
            short(fold["all_rows"]["average_precision"]),
        )
        for fold in found["folds"]["folds"]
    ]
    head = ("test week from", "train", "train rows (frauds)", "test rows (frauds)", *_METRICS.values(), "AP, all rows")
    return table(head, rows, right=range(2, 8))


def _means(found: Found) -> str:
    ours, book = found["folds"], found["book"]["folds"]
    of_book = {name: mean(fold[name] for fold in book) for name in _METRICS}
    rows: list[Sequence[str]] = [
        ("**this project**", *(f"**{short(ours['mean'][name])}**" for name in _METRICS)),
        ("95% interval", *(" to ".join(map(short, ours["interval_95"][name])) for name in _METRICS)),
        ("standard deviation over the folds", *(short(ours["deviation"][name]) for name in _METRICS)),
        ("required", *(short(FLOORS[name]) for name in _METRICS)),
        ("the book's 15 features and XGBoost, default, here", *(short(of_book[name]) for name in _METRICS)),
        *_OF_THE_BOOK,
        ("oracle", "", short(ORACLE), ""),
    ]
    return table(("mean of the four folds", *_METRICS.values()), rows)


def _trials(found: Found) -> str:
    section = found["search"]
    names = list(section["ranges"])
    chosen = [(f"trial {trial['trial']}", trial) for trial in section["trials"][:_SHOWN_TRIALS]]
    if all(trial["trial"] != 1 for _, trial in chosen):
        chosen.append(("trial 1", next(trial for trial in section["trials"] if trial["trial"] == 1)))
    rows = [
        (
            "**what train.py does** (trial 1)" if trial["trial"] == 1 else name,
            *(f"{trial['hyperparameters'][each]:.3g}" for each in names),
            short(trial["average_precision"]),
        )
        for name, trial in chosen
    ]
    ranges = ("range", *section["ranges"].values(), "")
    return table(("", *names, "average precision"), [ranges, *rows])


def _pairs(found: Found) -> str:
    section = found["reasons"]
    default = section["default"]
    rows = [
        (
            f"**{row['max_depth']}, {row['rounds']}**"
            if {name: row[name] for name in default} == default
            else f"{row['max_depth']}, {row['rounds']}",
            f"{row['leaves']:,}",
            short(row["average_precision"]),
            f"{row['score_us']:.3g}",
            f"{row['reasons_us']:.3g}",
            f"{row['reasons_over_score']:.0f}",
        )
        for row in section["pairs"]
    ]
    head = ("depth, trees", "leaves", "average precision", "score, µs", "reasons, µs", "reasons over score")
    return table(head, rows)


def _groups(found: Found) -> str:
    section = found["elimination"]
    everything = section["all"]
    rows = [(f"nothing: all {section['features']}", *(short(mean(everything[each])) for each in _SOURCES), "", "")]
    rows += [
        (
            f"{group['group']} ({len(group['members'])})",
            *(short(mean(group[each])) for each in _SOURCES),
            *(signed(mean(group[each]) - mean(everything[each])) for each in _SOURCES),
        )
        for group in section["groups"]
    ]
    return table(("left out", "Handbook", "simulator", "Handbook, change", "simulator, change"), rows)


def _path(found: Found) -> str:
    rows = [
        (
            str(step["features"]),
            *(short(mean(step[each])) for each in _SOURCES),
            ", ".join(f"`{name}`" for name in step["then_dropped"]),
        )
        for step in found["elimination"]["path"]
    ]
    return table(("features", "Handbook", "simulator", "then left out"), rows, right=range(3))


_SOURCES = ("handbook", "simulator")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] | None = None) -> str:
    """Return a Markdown table; all columns but the first are flush right unless told otherwise."""
    flush = set(range(1, len(head)) if right is None else right)
    marks = ["---:" if column in flush else "---" for column in range(len(head))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *rows))


def short(value: float) -> str:
    """Return a figure between 0 and 1 as this field writes it: .749."""
    return f"{value:.4f}"[1:] if 0 <= value < 1 else f"{value:.4f}"


def signed(value: float) -> str:
    """Return a difference with its sign."""
    return f"{'-' if value < 0 else '+'}{short(abs(value))}"


TABLES: dict[str, Callable[[Found], str]] = {
    "table_baseline": _baseline,
    "table_folds": _folds,
    "table_means": _means,
    "table_trials": _trials,
    "table_pairs": _pairs,
    "table_groups": _groups,
    "table_path": _path,
}
