"""One description of the HTTP API: the document, the page, the template and the handlers say the same."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from docs.openapi import document as openapi
from docs.openapi import page
from docs.openapi.route import READ, Route
from docs.openapi.routes import ROUTES
from lint.resources import of_type
from tests.unit.test_template import RESOURCES

DOCUMENT = openapi.document()
ROUTES_BY_KEY = {route.key: route for route in ROUTES}
FUNCTIONS = Path(__file__).parents[2] / "functions"
SERVING = sorted({route.served_by for route in ROUTES})


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


def answered_by(function: str) -> set[str]:
    """The keys of the dictionary ROUTES in a function's handler, as they stand there."""
    tree = ast.parse((FUNCTIONS / function / "handler.py").read_text())
    [table] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "ROUTES"
    ]
    assert isinstance(table, ast.Dict)
    return {ast.literal_eval(key) for key in table.keys if key is not None}


def resource_of(function: str) -> str:
    """A function's name in the template."""
    return "".join(part.capitalize() for part in function.split("_")) + "Function"


@pytest.mark.parametrize("function", SERVING)
def test_every_route_has_its_function(function):
    """No route is described that nobody answers, and none answered that is not described."""
    assert answered_by(function) == {route.key for route in ROUTES if route.served_by == function}


def test_no_two_routes_are_one():
    """Neither by method and path nor by the name that generated clients call it."""
    assert len(ROUTES_BY_KEY) == len(ROUTES) == len({route.name for route in ROUTES})


@pytest.mark.parametrize("function", SERVING)
def test_the_template_has_every_route_for_machines(function):
    """Of the API that asks for signatures: all but what is for people alone."""
    events = RESOURCES[resource_of(function)]["Properties"].get("Events", {}).values()
    found = {f"{e['Properties']['Method']} {e['Properties']['Path']}" for e in events if e["Type"] == "HttpApi"}
    assert found == {route.key for route in ROUTES if route.served_by == function and not route.people_only}


def test_the_template_has_the_routes_for_people_with_their_scopes():
    """Each closed by a token, and led to its function; what machines do is not among them."""
    routes = [properties for _, properties in of_type(RESOURCES, "AWS::ApiGatewayV2::Route")]
    found = {route["RouteKey"]: route for route in routes}
    assert found.keys() == {route.key for route in ROUTES if route.scope}
    assert len(found) == len(routes)
    for key, route in found.items():
        assert f"Jwt{ROUTES_BY_KEY[key].scope.capitalize()}Scope" in str(route["AuthorizationScopes"])
        integration = re.search(r"integrations/\$\{(\w+)\}", str(route["Target"]))[1]
        target = str(RESOURCES[integration]["Properties"]["IntegrationUri"])
        assert f"${{{resource_of(ROUTES_BY_KEY[key].served_by)}.Arn}}" in target
    assert all(route["AuthorizationType"] == "JWT" and "AuthorizerId" in route for route in routes)


@pytest.mark.parametrize("function", SERVING)
def test_people_s_api_may_call_each_function_that_answers_people(function):
    """Without the permission API Gateway answers 500, which no test of the template's routes would see."""
    permissions = [
        properties
        for _, properties in of_type(RESOURCES, "AWS::Lambda::Permission")
        if resource_of(function) in str(properties["FunctionName"])
    ]
    assert any("${PeopleApi}" in str(properties.get("SourceArn")) for properties in permissions)


def test_everything_of_the_people_s_api_is_there_only_where_there_is_an_issuer():
    """Without parameters nothing of it is made, and nothing is open."""
    people = {name: r for name, r in RESOURCES.items() if name.startswith("People")}
    assert len(people) > len([route for route in ROUTES if route.scope])
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
    route = ROUTES_BY_KEY[key]
    ways = [{"signature": []}] * (not route.people_only) + [{"token": [route.scope]}] * (route.scope is not None)
    assert operation["security"] == ways != []
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


def test_two_types_of_one_name_are_refused(monkeypatch):
    """The later one would take the earlier one's place, and the description would be wrong of a route."""
    others = [
        Route(
            key=f"GET /{field}",
            name=field,
            summary="s",
            description="d.",
            served_by="serve_api",
            scope=READ,
            answer=msgspec.defstruct("Same", [(field, int)]),
        )
        for field in ("one", "other")
    ]
    monkeypatch.setattr(openapi, "ROUTES", others)
    with pytest.raises(ValueError, match="Same"):
        openapi.document()


def test_a_route_is_for_somebody():
    """People alone, without a scope, would be nobody."""
    with pytest.raises(ValueError, match="neither"):
        Route(
            key="GET /x",
            name="x",
            summary="s",
            description="d.",
            served_by="serve_api",
            scope=None,
            answer=None,
            people_only=True,
        )
