"""The body of an HTTP API becomes routes, none of them open by mistake."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from local.aws import http_api_plugin
from local.deployment.readers import UnusableError, http_api

SIGNED = {"AWS_IAM": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"}, "Other": {"type": "oauth2"}}
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"


def operation(*security: str) -> dict[str, Any]:
    """Return a route's operation as SAM writes it."""
    settings = {"type": "aws_proxy", "httpMethod": "POST", "uri": URI, "payloadFormatVersion": "2.0"}
    return {"x-amazon-apigateway-integration": settings, "security": [{name: []} for name in security]}


def body(**paths: Any) -> dict[str, Any]:
    """Return a body with these paths."""
    return {
        "paths": {f"/{path}": methods for path, methods in paths.items()},
        "components": {"securitySchemes": SIGNED},
    }


class Gateway:
    """The parts of the base that the plugin uses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.routes: dict[str, Any] = {}
        self.integrations: dict[str, Any] = {}
        made = ("api-1", {"ApiId": "api-1", "ApiEndpoint": "http://api-1.execute-api.localhost:4566"})
        base = {
            "create": lambda _name, _properties, _stack: made,
            "update": lambda _id, _old, _properties, _stack, _name: made,
            "delete": None,
        }
        self.handlers = {"AWS::ApiGatewayV2::Api": base}
        parts = {
            "RESOURCE_HANDLERS": self.handlers,
            "CREATE_INTEGRATION": lambda api, data: self._made(self.integrations, "integrationId", api, data),
            "CREATE_ROUTE": lambda api, data: self._made(self.routes, "routeId", api, data),
            "INTEGRATIONS": self.integrations,
            "ROUTES": self.routes,
        }
        for name, part in parts.items():
            monkeypatch.setattr(http_api_plugin, name, SimpleNamespace(resolve=lambda part=part: part))
        monkeypatch.setenv("GATEWAY_PORT", "4567")
        http_api_plugin.install()

    @staticmethod
    def _made(store: dict[str, Any], key: str, api: str, data: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        name = str(len(store[api]))
        store[api][name] = data
        return 201, {}, json.dumps(data | {key: name}).encode()

    def put(self, document: dict[str, Any], how: str = "create") -> dict[str, Any]:
        """Create or update the API; return its attributes."""
        properties = {"Body": document}
        arguments = ("Api", properties, "stack") if how == "create" else ("api-1", {}, properties, "stack", "Api")
        return self.handlers["AWS::ApiGatewayV2::Api"][how](*arguments)[1]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """A base with the plugin in it."""
    return Gateway(monkeypatch)


def test_each_operation_becomes_a_route_to_its_function(gateway):
    """Method and path are the key, and its integration is the one in the body."""
    gateway.put(
        body(a={"post": operation("AWS_IAM"), "parameters": []}, b={"x-amazon-apigateway-any-method": operation()})
    )
    routes = {route["routeKey"]: route for route in gateway.routes["api-1"].values()}
    assert {key: route["authorizationType"] for key, route in routes.items()} == {
        "POST /a": "AWS_IAM",
        "ANY /b": "NONE",
    }
    target = routes["POST /a"]["target"].removeprefix("integrations/")
    assert gateway.integrations["api-1"][target] == {
        "integrationType": "AWS_PROXY",
        "integrationUri": URI,
        "integrationMethod": "POST",
        "payloadFormatVersion": "2.0",
    }


def test_the_api_answers_by_path(gateway):
    """Its address needs no name to be resolved."""
    assert gateway.put(body(a={"get": operation()}))["ApiEndpoint"] == "http://127.0.0.1:4567/_aws/execute-api/api-1"


def test_another_body_leaves_no_route_of_the_one_before(gateway):
    """An update replaces all of them."""
    gateway.put(body(a={"get": operation()}))
    gateway.put(body(b={"get": operation()}), "update")
    assert [route["routeKey"] for route in gateway.routes["api-1"].values()] == ["GET /b"]
    assert len(gateway.integrations["api-1"]) == 1


def test_an_unknown_authorizer_is_refused(gateway):
    """A route must not be open because its lock is not known here."""
    with pytest.raises(ValueError, match="authorizer Other"):
        gateway.put(body(a={"get": operation("Other")}))


@pytest.mark.parametrize(
    ("routes", "problem"),
    [
        ([], "GET /a leads nowhere"),
        ([{"RouteKey": "GET /a", "AuthorizationType": "AWS_IAM"}], "leads nowhere"),
        ([{"RouteKey": "GET /a", "Target": "integrations/1", "AuthorizationType": "NONE"}], "GET /a is open"),
    ],
)
def test_the_deployment_sees_routes_that_are_missing_or_open(routes, problem):
    """What the embedded AWS leaves out of a body fails the deployment."""
    client = SimpleNamespace(get_routes=lambda **_: {"Items": routes})
    with pytest.raises(UnusableError, match=problem):
        http_api({"apigatewayv2": client}.__getitem__, "api-1", {"Body": body(a={"get": operation("AWS_IAM")})})
