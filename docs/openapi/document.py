"""The OpenAPI 3.1 document, made from the table of routes and the types of the contract."""

import json
from pathlib import Path
from typing import Any

from fraudstream.api.requests import Finding, SentLabel
from fraudstream.contract import Decision, Transaction, schemas
from msgspec import Struct

from docs.openapi import examples
from docs.openapi.answers import Message, Refusal
from docs.openapi.parameters import Parameter
from docs.openapi.route import Route
from docs.openapi.routes import ROUTES

FILE = Path(__file__).parents[2] / "functions/serve_api/openapi.json"
Json = dict[str, Any]
_REF = "#/components/schemas/"
_OF_CONTRACT = {Transaction: "transaction", Decision: "decision"}
_ONE_ID = {"oneOf": [{"required": ["transaction_id"]}, {"required": ["card_id"]}]}
_INFO = {
    "title": "Fraudstream",
    "version": "1",
    "summary": "Card fraud decided while the sender waits, and reviewed by people.",
    "description": "Repeating any request is harmless. 503 and 500 mean: send the same request again.",
    "license": {"name": "See the repository"},
}
_SECURITY = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "AWS Signature Version 4 for the service execute-api, at ApiUrl.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Of JwtIssuer for JwtAudience, at PeopleApiUrl. Scopes: what JwtReadScope, JwtReviewScope and "
        "JwtRulesScope name.",
    },
}
_EVERYWHERE = {
    403: ("Not signed, or not allowed this route; of a token, a scope is lacking.", Message),
    429: ("More requests than the route takes: slow down.", Message),
    500: ("A fault of ours, or no answer within 28 seconds: send the same request again.", Message),
    503: ("The model or a store is away: send the same request again.", Refusal),
}
_UNSIGNED = {401: ("The token is missing, out of date, or not for us.", Message)}
_BODY = {413: ("The body is larger than API Gateway takes.", Message)}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}


def document() -> Json:
    """Return the document."""
    components: Json = {}
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, components)
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "jsonSchemaDialect": schemas.DIALECT,
        "paths": paths,
        "components": {"schemas": dict(sorted(components.items())), "securitySchemes": _SECURITY},
    }


def rendered() -> str:
    """Return the document as it stands in its file."""
    return json.dumps(document(), indent=1) + "\n"


def _operation(route: Route, components: Json) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "description": route.description,
        "security": ([] if route.people_only else [{"signature": []}])
        + ([{"token": [route.scope]}] if route.scope else []),
        "parameters": [_parameter(each) for each in route.parameters],
        "responses": _responses(route, components),
    }
    if route.body:
        content = {"schema": _schema(route.body, components)}
        content["examples"] = {name: {"value": value} for name, value in route.body_examples.items()}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _parameter(parameter: Parameter) -> Json:
    described: Json = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }
    return described if parameter.example is None else described | {"example": parameter.example}


def _responses(route: Route, components: Json) -> Json:
    own = {status: (text, Refusal) for status, text in route.refusals.items()}
    known = own | _EVERYWHERE | (_UNSIGNED if route.scope else {}) | (_BODY if route.body else {})
    if route.answer is None:
        done = {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}
    else:
        done = _response("Done.", _schema(route.answer, components), route.answer_example)
    responses = {str(route.status): done}
    for status, (text, kind) in sorted(known.items()):
        example = {422: examples.REFUSAL, 503: examples.UNAVAILABLE}.get(status)
        responses[str(status)] = _response(text, _schema(kind, components), example)
    responses["503"]["headers"] = _RETRY_AFTER
    return responses


def _response(text: str, schema: Json, example: Any) -> Json:
    content = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {"description": text, "content": {"application/json": content}}


def _schema(kind: type[Struct], components: Json) -> Json:
    """Return a reference to a type's schema, which is put among the components with all it is made of."""
    name = _OF_CONTRACT.get(kind)
    made = schemas.schemas()[name] if name else schemas.document(kind, "")
    made = json.loads(json.dumps(made).replace("#/$defs/", _REF))
    made.pop("$schema")
    made["description"] = made["description"] or (kind.__doc__ or "").partition("\n")[0]
    if kind is Finding:
        made |= _ONE_ID
    if kind is SentLabel:
        made["additionalProperties"] = True
    for part, schema in (made.pop("$defs", {}) | {kind.__name__: made}).items():
        if components.setdefault(part, schema) != schema:
            raise ValueError(f"two types are called {part}: the description cannot tell them apart")
    return {"$ref": f"{_REF}{kind.__name__}"}
