"""A drift report for people."""

from collections.abc import Mapping
from typing import Any

from operate.table import figure, table

_HEAD = ("", "column", "PSI", "by chance", "missing", "learned", "rows' worth")


def listing(report: Mapping[str, Any], limit: int) -> str:
    """Return a report as a table, what moved most first; an asterisk marks what drifted."""
    window = report["window"]
    lines = [f"from {window['from']} to {window['until']}"]
    if report["why_not"]:
        lines.append(f"not measured: {report['why_not']}")
    if "drift" not in report:
        return "\n".join(lines)
    drift = report["drift"]
    version = report["champion"]["model_version"]
    lines.append(f"model {version}, {drift['rows']:,} transactions of {drift['cards']:,} cards")
    if drift["columns"]:
        lines += ["", table(_HEAD, [_row(column) for column in drift["columns"][:limit]])]
        hidden = len(drift["columns"]) - limit
        lines += [f"and {hidden} more that moved less (--limit)"] if hidden > 0 else []
    if drift["score_why_not"]:
        lines.append(f"the score is not measured: {drift['score_why_not']}")
    lines += ["", _labels(report["labels"]), report["retraining"]["text"]]
    return "\n".join(lines)


def _row(column: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        "*" if column["drifted"] or column["missing_drifted"] else "",
        column["name"],
        figure(column["psi"]),
        f"{min(column['chance'], column['missing_chance']):.1e}",
        f"{column['missing']:.1%}",
        f"{column['missing_learned']:.1%}",
        f"{column['effective_rows']:,.0f}",
    )


def _labels(labels: Mapping[str, Any]) -> str:
    if labels["why_not"]:
        return f"served scores are not judged: {labels['why_not']}"
    found = f"average precision {figure(labels['average_precision'])}"
    between = f"{figure(labels['average_precision_low'])} to {figure(labels['average_precision_high'])}"
    evaluated = labels["evaluated"] or {"average_precision": None}
    verdict = {True: "worse than evaluated", False: "not worse than evaluated", None: "not compared"}[labels["worse"]]
    return (
        f"served scores on {labels['rows']:,} matured transactions, {labels['frauds']} frauds: {found} ({between}), "
        f"log loss {figure(labels['log_loss'])}; evaluated {figure(evaluated['average_precision'])}: {verdict}"
    )
