"""Metrics of a report, in one line of the log; what was not measured has none."""

from collections.abc import Iterator, Mapping
from typing import Any


def metrics_of(report: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the names and values of a report's metrics."""
    yield "DriftReports", 1
    drift = report.get("drift")
    if drift is None:
        return
    columns = drift["columns"]
    labels = report["labels"]
    if columns:
        features = [column for column in columns if column["name"] != "score"]
        yield "DriftedFeatures", sum(column["drifted"] for column in features)
        yield "MissingDrift", sum(column["missing_drifted"] for column in features)
        yield "LargestPsi", max((column["psi"] for column in features), default=0.0)
        yield "ModelDrift", int(bool(report["drifted"]) or bool(labels["worse"]))
    for column in columns:
        if column["name"] == "score":
            yield "ScorePsi", column["psi"]
    if labels["average_precision"] is not None:
        yield "LabelAveragePrecision", labels["average_precision"]
        yield "LabelLogLoss", labels["log_loss"]
        if labels["of_champion"] and labels["evaluated"] and labels["evaluated"]["average_precision"] is not None:
            yield "EvaluatedAveragePrecision", labels["evaluated"]["average_precision"]
