"""One description of the HTTP API: the document, the page, the template and the handlers say the same."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.openapi import document as openapi
from docs.openapi import page
from docs.openapi.routes import ROUTES
from lint.resources import of_type
from tests.unit.serve_api_world import serving
from tests.unit.test_template import RESOURCES

DOCUMENT = openapi.document()
ROUTES_BY_KEY = {route.key: route for route in ROUTES}


def operations() -> list[tuple[str, dict[str, Any]]]:
    """Every operation of the document, by its route."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    ]


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator of a schema of the document."""
    return Draft202012Validator(schema | {"components": DOCUMENT["components"]})


def test_what_is_served_is_what_the_generator_writes():
    """A type of the contract that changed without `make docs` fails here."""
    assert openapi.FILE.read_text() == openapi.rendered()


def test_the_page_has_the_table_as_it_is():
    """docs/api.md is what `make docs` makes of it."""
    text = page.FILE.read_text()
    assert page.BEGIN in text
    assert text == page.page(text)


def test_every_route_has_its_function(monkeypatch):
    """No route is described that nobody answers, and none answered that is not described."""
    with serving(monkeypatch) as world:
        assert world.handler.ROUTES.keys() == ROUTES_BY_KEY.keys()


def test_the_template_has_every_route_for_machines():
    """All of them, signed."""
    events = RESOURCES["ServeApiFunction"]["Properties"]["Events"].values()
    assert {f"{e['Properties']['Method']} {e['Properties']['Path']}" for e in events} == ROUTES_BY_KEY.keys()


def test_the_template_has_the_routes_for_people_with_their_scopes():
    """Each closed by a token; what machines do is not among them."""
    routes = [properties for _, properties in of_type(RESOURCES, "AWS::ApiGatewayV2::Route")]
    found = {route["RouteKey"]: str(route["AuthorizationScopes"]) for route in routes}
    assert found.keys() == {route.key for route in ROUTES if route.scope}
    for key, scopes in found.items():
        assert f"Jwt{ROUTES_BY_KEY[key].scope.capitalize()}Scope" in scopes
    assert all(route["AuthorizationType"] == "JWT" and "AuthorizerId" in route for route in routes)


def test_everything_of_the_people_s_api_is_there_only_where_there_is_an_issuer():
    """Without parameters nothing of it is made, and nothing is open."""
    people = {name: r for name, r in RESOURCES.items() if name.startswith("People")}
    assert len(people) == 12
    assert all(resource["Condition"] == "ServesPeople" for resource in people.values())


@pytest.mark.parametrize(("key", "operation"), operations(), ids=[key for key, _ in operations()])
def test_every_example_is_valid(key, operation):
    """Bodies and answers alike; each answer has an example or is a fixed message."""
    bodies = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for example in bodies.get("examples", {}).values():
        validator(bodies["schema"]).validate(example["value"])
    for response in operation["responses"].values():
        content = response["content"]["application/json"]
        if "example" in content:
            validator(content["schema"]).validate(content["example"])
    for parameter in operation["parameters"]:
        if "example" in parameter:
            validator(parameter["schema"]).validate(parameter["example"])


@pytest.mark.parametrize(("key", "operation"), operations(), ids=[key for key, _ in operations()])
def test_every_operation_is_described_whole(key, operation):
    """Its security, every status, and of 503 when to come back."""
    assert {"signature": []} in operation["security"]
    assert operation["responses"].keys() >= {"403", "429", "500", "503"}
    assert operation["responses"]["503"]["headers"]["Retry-After"]["required"]
    assert operation["summary"]
    assert operation["description"].endswith(".")


def test_the_document_is_small_enough_to_be_served():
    """And every reference in it leads somewhere."""
    text = openapi.rendered()
    assert len(text) < 200_000
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= DOCUMENT["components"]["schemas"].keys()
    assert json.loads(text) == DOCUMENT
