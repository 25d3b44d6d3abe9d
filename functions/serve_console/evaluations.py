"""What training wrote of a model when it compared it with the champion."""

from collections.abc import Mapping
from typing import Any

from fraudstream.console.models import ModelMetrics, ModelThresholds


def metrics_of(evaluation: Mapping[str, Any]) -> ModelMetrics:
    """Return the figures that a list of models shows; None for what was not measured."""
    measured = evaluation.get("challenger") or {}
    ranked, money = measured.get("all_rows") or {}, measured.get("money") or {}
    return ModelMetrics(
        average_precision=ranked.get("average_precision"),
        auc=ranked.get("roc_auc"),
        recall_at_budget=ranked.get("recall_at_budget"),
        card_precision_at_k=ranked.get("card_precision_at_k"),
        saved_minor=money.get("saved_minor"),
        currency=money.get("currency"),
        rows=ranked.get("rows"),
        frauds=ranked.get("frauds"),
    )


def thresholds_of(evaluation: Mapping[str, Any]) -> ModelThresholds | None:
    """Return the thresholds that the model was trained to, which are those of its artefact; None if it does not say."""
    said = evaluation.get("thresholds") or {}
    try:
        return ModelThresholds(review=float(said["review"]), block=float(said["block"]))
    except (KeyError, TypeError, ValueError):
        return None
