"""The routes of `serve_console`: what the console's pages show, read only, for people alone."""

from fraudstream.console.basis import Basis
from fraudstream.console.drift import DriftShown
from fraudstream.console.models import ModelReport, Models
from fraudstream.console.overview import Overview
from fraudstream.console.rules import RulesDocument, RulesVersions

from docs.openapi import examples_console as examples
from docs.openapi.parameters import Parameter
from docs.openapi.route import READ, Route

_PARAMETER = "A parameter is none of what it may be."
_HOURS = Parameter(
    name="hours",
    place="query",
    description="How far back: in steps of a minute (1, 6), of five minutes (24, 72), of an hour (168).",
    schema={"type": "integer", "enum": [1, 6, 24, 72, 168], "default": 24},
    example=24,
)
_MODEL_VERSION = Parameter(
    name="model_version",
    place="path",
    description="As decisions name it.",
    schema={"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^/?#%]+$"},
    example=examples.MODEL["model_version"],
)
_VERSION = Parameter(
    name="version",
    place="path",
    description="As `GET /rules/versions` names it; `shipped` is the policy that decides where none was published.",
    schema={"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^/?#%]+$"},
    example="shipped",
)
_LIMIT = Parameter(
    name="limit",
    place="query",
    description="Publications in the answer at most.",
    schema={"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    example=20,
)
_OF_A_DECISION = tuple(
    Parameter(
        name=name,
        place="query",
        description="As the decision has it.",
        schema={"type": "string", "minLength": 1, "maxLength": 256},
        example=example,
    )
    for name, example in (("model_version", examples.MODEL["model_version"]), ("rules_version", "shipped"))
)
ROUTES: tuple[Route, ...] = (
    Route(
        key="GET /overview",
        name="getOverview",
        summary="How the system does: throughput, rates with their usual band, latency, cost to date, alarms",
        description="From CloudWatch's metrics, up to the last whole step; at most 15 seconds old. Rates are those "
        "that `watch_rates` judges, by the hour, a day of them at least, each between the ends that 98 of 100 ordinary "
        "hours keep to.",
        served_by="serve_console",
        scope=READ,
        people_only=True,
        answer=Overview,
        parameters=(_HOURS,),
        refusals={422: _PARAMETER},
        answer_example=examples.OVERVIEW,
    ),
    Route(
        key="GET /drift",
        name="getDrift",
        summary="How far what was served has moved from what the model learned from",
        description="The last report of `measure_drift`, and a line for each of the last thirty.",
        served_by="serve_console",
        scope=READ,
        people_only=True,
        answer=DriftShown,
        refusals={422: "It takes no parameters."},
        answer_example=examples.DRIFT,
    ),
    Route(
        key="GET /models",
        name="getModels",
        summary="Champion and challengers: figures, when each went live, rolled back or was refused",
        description="The newest twenty of the registry and of the challengers that were not registered. Runs are told "
        "of for as long as Step Functions keeps them, 90 days; what was registered or live, for good.",
        served_by="serve_console",
        scope=READ,
        people_only=True,
        answer=Models,
        refusals={422: "It takes no parameters."},
        answer_example=examples.MODELS,
    ),
    Route(
        key="GET /models/{model_version}",
        name="getModel",
        summary="One model with its evaluation: curves, verdict, what explains its scores",
        description="The evaluation is the document that training writes; it is kept for a year.",
        served_by="serve_console",
        scope=READ,
        people_only=True,
        answer=ModelReport,
        parameters=(_MODEL_VERSION,),
        refusals={404: "No model has this version.", 422: "It takes no query."},
        answer_example=examples.MODEL_REPORT,
    ),
    Route(
        key="GET /rules/versions",
        name="getRulesVersions",
        summary="Who published which rules, when and why",
        description="Read anew each time: what was published is there.",
        served_by="serve_console",
        scope=READ,
        people_only=True,
        answer=RulesVersions,
        parameters=(_LIMIT,),
        refusals={422: _PARAMETER},
        answer_example=examples.VERSIONS,
    ),
    Route(
        key="GET /rules/versions/{version}",
        name="getRulesVersion",
        summary="One version of the rules, as document and as it was written",
        description="By the name that decisions have, too.",
        served_by="serve_console",
        scope=READ,
        people_only=True,
        answer=RulesDocument,
        parameters=(_VERSION,),
        refusals={404: "No rules were published as this version.", 422: "It takes no query; or is too large to send."},
        answer_example=examples.VERSION,
    ),
    Route(
        key="GET /basis",
        name="getBasis",
        summary="What a decision was made by: thresholds, model and rules",
        description="Of the names in a decision. null for what it does not name, or what is not known any more.",
        served_by="serve_console",
        scope=READ,
        people_only=True,
        answer=Basis,
        parameters=_OF_A_DECISION,
        refusals={422: _PARAMETER},
        answer_example=examples.BASIS,
    ),
)
