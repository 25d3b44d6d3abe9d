"""What drifted and what was done, for people."""

from collections.abc import Mapping
from typing import Any

_NAMED = 8
_LONGEST_REASON = 3


def reason(report: Mapping[str, Any]) -> str:
    """Return why the model should learn again, in a few words; empty if nothing says so."""
    columns = {column["name"]: column for column in report["drift"]["columns"]}
    drifted = [f"{name} (PSI {columns[name]['psi']:.2f})" for name in report["drifted"]]
    more = len(drifted) - _LONGEST_REASON
    words = drifted[:_LONGEST_REASON] + ([f"{more} more"] if more > 0 else [])
    if report["labels"]["worse"]:
        found, before = report["labels"]["average_precision"], report["labels"]["evaluated"]["average_precision"]
        words.append(f"average precision {found:.3f}, {before:.3f} when evaluated")
    return ", ".join(words)


def letter(report: Mapping[str, Any], done: str, *, place: str) -> tuple[str, str]:
    """Return the subject and the text of the message to operations."""
    window, drift, version = report["window"], report["drift"], report["champion"]["model_version"]
    lines = [
        f"What arrived between {window['from']} and {window['until']} is not what model {version} learned from.",
        f"Compared: {drift['rows']:,} transactions of {drift['cards']:,} cards.",
        "",
    ]
    columns = {column["name"]: column for column in drift["columns"]}
    lines += [_line(columns[name]) for name in report["drifted"][:_NAMED]]
    if len(report["drifted"]) > _NAMED:
        lines.append(f"- and {len(report['drifted']) - _NAMED} more")
    labels = report["labels"]
    if labels["worse"]:
        lines.append(
            f"- served scores rank worse: average precision {labels['average_precision']:.3f} "
            f"({labels['average_precision_low']:.3f} to {labels['average_precision_high']:.3f}) on {labels['frauds']} "
            f"frauds known by now, {labels['evaluated']['average_precision']:.3f} when it was evaluated"
        )
    lines += [
        "",
        done,
        "",
        "What to do: docs/runbooks/model-drift.md. A feature that went missing is mostly a broken feed: mend it first.",
        f"Report: {place}, or `make drift`.",
    ]
    return f"Drift: model {version}"[:100], "\n".join(lines)


def _line(column: Mapping[str, Any]) -> str:
    missing = f"missing in {column['missing']:.1%} of transactions, {column['missing_learned']:.1%} when it learned"
    if column["missing_drifted"]:
        return f"- {column['name']}: {missing} (PSI {column['psi']:.2f})"
    what = "the score" if column["name"] == "score" else column["name"]
    chance = max(column["chance"], 1e-9)
    return f"- {what}: distributed otherwise (PSI {column['psi']:.2f}; by chance {chance:.1g} or less often)"
