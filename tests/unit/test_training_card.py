"""The model card's content follows AWS's schema, as its documentation gives it."""

import json
import re
from pathlib import Path

import pytest
from card import model_card
from jsonschema import Draft7Validator

from tests.unit.test_training_evaluate import evaluate, root

__all__ = ["root"]


def strings(most: int) -> dict:
    return {"type": "string", "maxLength": most}


def closed(*, required: tuple[str, ...] = (), **properties: dict) -> dict:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


NAME = {"type": "string", "pattern": "^.{1,255}$"}
HYPER_PARAMETER = closed(name=NAME, value=NAME, required=("name", "value"))
TRAINING_METRIC = closed(name=NAME, notes=strings(1024), value={"type": "number"}, required=("name", "value"))
SIMPLE = closed(
    name=NAME,
    notes=strings(1024),
    type={"enum": ["number", "string", "boolean"]},
    value={"anyOf": [{"type": "number"}, strings(63), {"type": "boolean"}]},
    x_axis_name=strings(63),
    y_axis_name=strings(63),
    required=("name", "type", "value"),
)
LINEAR = closed(
    name=NAME,
    notes=strings(1024),
    type={"enum": ["linear_graph"]},
    value={
        "type": "array",
        "minItems": 1,
        "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    },
    x_axis_name=strings(63),
    y_axis_name=strings(63),
    required=("name", "type", "value"),
)
SCHEMA = closed(
    model_overview=closed(
        model_id=strings(1024),
        model_name=strings(1024),
        model_description=strings(1024),
        model_version={"type": "number", "minimum": 1},
        problem_type={"type": "string"},
        algorithm_type=strings(1024),
        model_creator=strings(1024),
        model_owner=strings(1024),
        model_artifact={"type": "array", "maxItems": 15, "items": strings(1024)},
    ),
    intended_uses=closed(
        purpose_of_model=strings(2048),
        intended_uses=strings(2048),
        factors_affecting_model_efficiency=strings(2048),
        risk_rating={"enum": ["High", "Medium", "Low", "Unknown"]},
        explanations_for_risk_rating=strings(2048),
    ),
    training_details=closed(
        objective_function=closed(
            function=closed(function={"enum": ["Maximize", "Minimize"]}, facet=strings(63), condition=strings(63)),
            notes=strings(1024),
        ),
        training_observations=strings(1024),
        training_job_details=closed(
            user_provided_training_metrics={"type": "array", "maxItems": 50, "items": TRAINING_METRIC},
            user_provided_hyper_parameters={"type": "array", "maxItems": 100, "items": HYPER_PARAMETER},
        ),
    ),
    evaluation_details={
        "type": "array",
        "items": closed(
            name={"type": "string", "pattern": "^.{1,63}$"},
            evaluation_observation=strings(2096),
            metadata={"type": "object", "additionalProperties": strings(1024)},
            metric_groups={
                "type": "array",
                "items": closed(
                    name={"type": "string", "pattern": "^.{1,63}$"},
                    metric_data={"type": "array", "items": {"anyOf": [SIMPLE, LINEAR]}},
                    required=("name", "metric_data"),
                ),
            },
            required=("name",),
        ),
    },
    additional_information=closed(
        ethical_considerations=strings(2048),
        caveats_and_recommendations=strings(2048),
        custom_details={"type": "object", "additionalProperties": strings(1024)},
    ),
)
VALIDATOR = Draft7Validator(SCHEMA)


@pytest.fixture(scope="module")
def written(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("card")
    assert evaluate(root, output, "strong", "weak", "--model-uri", "s3://models/runs/1/model.tar.gz") == 0
    return output


def test_the_card_is_what_the_schema_wants_and_fits_its_call(written: Path) -> None:
    """One line, as CreateModelCard's pattern has it, of fewer characters than it takes."""
    content = (written / "model_card.json").read_text()
    VALIDATOR.validate(json.loads(content))
    assert re.fullmatch(r".*", content)
    assert len(content) < 100_000


def test_the_card_says_the_figures_of_the_evaluation(written: Path) -> None:
    """Both models', and nothing that was not measured."""
    card = json.loads((written / "model_card.json").read_text())
    told = json.loads((written / "evaluation.json").read_text())
    mine, champion, *_ = card["evaluation_details"][0]["metric_groups"]
    for group, role in ((mine, "challenger"), (champion, "champion")):
        figures = {metric["name"]: metric["value"] for metric in group["metric_data"]}
        assert figures["average_precision"] == told[role]["all_rows"]["average_precision"]
        assert None not in figures.values()
    assert card["model_overview"]["model_artifact"] == ["s3://models/runs/1/model.tar.gz"]
    assert card["evaluation_details"][0]["evaluation_observation"] == told["reason"]


def test_long_texts_are_cut_and_what_is_missing_is_left_out(written: Path) -> None:
    """A card of an unmeasured model, with a reason longer than the schema lets it be, is a card all the same."""
    told = json.loads((written / "evaluation.json").read_text())
    bare = {"model_version": "m", "thresholds": told["thresholds"]}
    told |= {"challenger": bare, "champion": None, "curves": {}, "segments": [], "reason": "why\nnot " * 900}
    card = model_card(told, {})
    VALIDATOR.validate(card)
    assert "\n" not in json.dumps(card)


def test_the_schema_here_refuses_what_it_must() -> None:
    """A validator that lets everything pass would prove nothing."""
    assert not VALIDATOR.is_valid({"model_overview": {"surprise": 1}})
    assert not VALIDATOR.is_valid({"intended_uses": {"risk_rating": "Grave"}})
    assert not VALIDATOR.is_valid({"evaluation_details": [{"metric_groups": []}]})
