"""The content of a SageMaker model card: what the model is for, how it was made, and how good it is.

CreateModelCard takes it as a string of at most 100,000 characters that follows AWS's model card schema. Its pattern
does not match line breaks, so the file is one line. Names and lengths are the schema's.
"""

from collections.abc import Mapping
from typing import Any

_NAME, _TEXT, _LONG, _SHORT = 255, 1_024, 2_048, 63
_CURVE = 40
"""Points of a curve that a card shows."""
_PURPOSE = (
    "Scores each card payment with a probability of fraud as it happens, so that suspicious ones are blocked or looked "
    "at by a person."
)
_USES = (
    "Ranking card transactions of the kind it was trained on, through Fraudstream's pipeline, which computes its "
    "features. Not meant for anything else about a person: no credit decision, no pricing, no judgement of a merchant."
)
_FACTORS = (
    "Late or missing fraud reports, terminals compromised before anybody has reported a fraud there, cards without "
    "history, missing coordinates, and drift of spending or of fraud since training. Labels mature: a fraud never "
    "reported counts as genuine."
)
_RISK = (
    "A wrong block refuses a genuine payment; a wrong approval loses its amount. Decisions below the block threshold "
    "are made by people, each with the reasons of the score."
)
_ETHICS = (
    "Features hold no name, address, sex, age or origin, only amounts, times, counts, places of payment and reports of "
    "fraud; a place can stand for its people all the same: watch the segments."
)


def model_card(told: Mapping[str, Any], metadata: Mapping[str, Any], *, model_uri: str | None = None) -> dict[str, Any]:
    """Return the card's content, from an evaluation and the metadata of the model's bundle."""
    return {
        "model_overview": _overview(told, metadata, model_uri),
        "intended_uses": {
            "purpose_of_model": _PURPOSE,
            "intended_uses": _USES,
            "factors_affecting_model_efficiency": _FACTORS,
            "risk_rating": "Medium",
            "explanations_for_risk_rating": _RISK,
        },
        "training_details": _training(metadata),
        "evaluation_details": [_evaluation(told)],
        "additional_information": {
            "ethical_considerations": _ETHICS,
            "caveats_and_recommendations": _caveats(told),
            "custom_details": {
                "model_version": _cut(told["model_version"], _TEXT),
                "schema_hash": told["schema_hash"],
                "review_threshold": repr(told["thresholds"]["review"]),
                "block_threshold": repr(told["thresholds"]["block"]),
                "model_sha256": str(metadata.get("model_sha256", "")),
            },
        },
    }


def _overview(told: Mapping[str, Any], metadata: Mapping[str, Any], model_uri: str | None) -> dict[str, Any]:
    features = len(metadata.get("feature_names", ()))
    overview: dict[str, Any] = {
        "model_name": _cut(told["model_version"], _TEXT),
        "model_description": f"Fraud score of a card transaction, 0 to 1, from {features} features.",
        "problem_type": "Binary Classification",
        "algorithm_type": f"XGBoost {metadata.get('xgboost_version', '')}".strip(),
        "model_creator": "Fraudstream's retraining",
    }
    return overview | ({"model_artifact": [_cut(model_uri, _TEXT)]} if model_uri else {})


def _training(metadata: Mapping[str, Any]) -> dict[str, Any]:
    windows = metadata.get("windows", {})
    spans = "; ".join(
        f"{name} {window['from']} to {window['until']}, {window['rows']} rows, {window['frauds']} frauds"
        for name, window in windows.items()
    )
    parameters = {**metadata.get("parameters", {}), **_flat("threshold", metadata.get("threshold_policy", {}))}
    return {
        "objective_function": {"function": {"function": "Minimize", "facet": "Loss"}, "notes": "binary log loss"},
        "training_observations": _cut(spans or "not told", _TEXT),
        "training_job_details": {
            "user_provided_training_metrics": [
                {"name": f"validation {name}", "value": value}
                for name, value in metadata.get("validation", {}).items()
                if isinstance(value, int | float)
            ],
            "user_provided_hyper_parameters": [
                {"name": _cut(name, _NAME), "value": _cut(str(value), _NAME)} for name, value in parameters.items()
            ],
        },
    }


def _evaluation(told: Mapping[str, Any]) -> dict[str, Any]:
    test, groups = told["test"], []
    for role in ("challenger", "champion"):
        measured = told[role]
        if measured and measured.get("all_rows"):
            name = "this model" if role == "challenger" else "the champion before it"
            groups.append({"name": name, "metric_data": _metrics(measured)})
    if told["segments"]:
        groups.append({"name": "average precision by segment", "metric_data": _segments(told["segments"])})
    if told["curves"].get("challenger"):
        groups.append({"name": "curves", "metric_data": [_curve(told["curves"]["challenger"])]})
    return {
        "name": "later window",
        "evaluation_observation": _cut(told["reason"], _LONG),
        "metadata": {
            "from": test["from"],
            "until": test["until"],
            "rows": str(test["rows"]),
            "frauds": str(test["frauds"]),
            "promoted": str(told["promote"]).lower(),
        },
        "metric_groups": groups,
    }


def _metrics(measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    ranked, money = measured["all_rows"], measured["money"]
    figures = {
        **{name: ranked[name] for name in ("average_precision", "roc_auc")},
        f"recall at {ranked['budget']:.2%} alerts": ranked["recall_at_budget"],
        f"card precision at {ranked['k']}": ranked["card_precision_at_k"],
        **measured["at_thresholds"],
        f"saved, minor units of {money['currency']}": money["saved_minor"],
        **{name: measured["calibration"][name] for name in ("brier", "expected_calibration_error")},
    }
    return [{"name": name, "type": "number", "value": value} for name, value in figures.items() if value is not None]


def _segments(segments: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": _cut(f"{each['by']}: {each['segment']}", _NAME),
            "type": "number",
            "value": each["average_precision"],
            "notes": f"{each['rows']} rows, {each['frauds']} frauds",
        }
        for each in segments
        if each["average_precision"] is not None
    ]


def _curve(curves: Mapping[str, Any]) -> dict[str, Any]:
    points = curves["precision_recall"]
    step = max(len(points) // _CURVE, 1)
    return {
        "name": "precision by recall",
        "type": "linear_graph",
        "value": [list(point) for point in points[::step]],
        "x_axis_name": "recall",
        "y_axis_name": "precision",
    }


def _caveats(told: Mapping[str, Any]) -> str:
    matrix = told["money"]["matrix"]
    return _cut(
        f"Measured on one window of {told['test']['frauds']} frauds. Money rests on an assumed cost matrix: an alert "
        f"{matrix['alert_minor']}, a blocked genuine payment {matrix['block_genuine_minor']} minor units, "
        f"{matrix['recovered_share']:.0%} of a reviewed fraud saved. Retrain when scores or features drift.",
        _LONG,
    )


def _flat(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{name}": value for name, value in values.items()}


def _cut(text: str, most: int) -> str:
    """Return a text in one line, no longer than the schema lets it be."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."
