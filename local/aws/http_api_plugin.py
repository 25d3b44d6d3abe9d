"""HTTP APIs as SAM writes them, in an OpenAPI body: the base makes the API and forgets the routes in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from local.aws.patch_points import PatchPoint

_API = "AWS::ApiGatewayV2::Api"
_SERVICE = "ministack.services.apigateway"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_ANY = "x-amazon-apigateway-any-method"
Resource = tuple[str, dict[str, Any]]

RESOURCE_HANDLERS = PatchPoint(
    module="ministack.services.cloudformation.provisioners",
    attribute="_RESOURCE_HANDLERS",
    kind="dict",
    purpose="makes HTTP APIs",
)
CREATE_INTEGRATION, CREATE_ROUTE = (
    PatchPoint(module=_SERVICE, attribute=name, parameters=("api_id", "data"), purpose="makes what a body asks for")
    for name in ("_create_integration", "_create_route")
)
INTEGRATIONS, ROUTES = (
    PatchPoint(
        module=_SERVICE, attribute=name, kind="AccountRegionScopedDict", purpose="emptied when a body is replaced"
    )
    for name in ("_integrations", "_routes")
)

PATCH_POINTS = (RESOURCE_HANDLERS, CREATE_INTEGRATION, CREATE_ROUTE, INTEGRATIONS, ROUTES)


def install() -> None:
    """Plug it in.

    Raises
    ------
    PatchPointError
        If the embedded AWS is not what this was written for.
    """
    handlers = RESOURCE_HANDLERS.resolve()
    base = handlers[_API]

    def create(logical_id: str, props: dict[str, Any], stack_name: str) -> Resource:
        return _complete(base["create"](logical_id, props, stack_name), props)

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack_name: str, logical_id: str | None = None
    ) -> Resource:
        return _complete(base["update"](physical_id, old, new, stack_name, logical_id), new)

    handlers[_API] = base | {"create": create, "update": update}


def _complete(made: Resource, props: dict[str, Any]) -> Resource:
    api_id, attributes = made
    body = props.get("Body")
    if body:
        _import(api_id, body)
    return api_id, attributes | {"ApiEndpoint": api_url(api_id)}


def api_url(api_id: str) -> str:
    """Return where the API answers: by path, as not every machine resolves names below localhost."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}/_aws/execute-api/{api_id}"


def _import(api_id: str, body: dict[str, Any]) -> None:
    """Replace the API's routes and integrations by those of a body."""
    create_integration, create_route = CREATE_INTEGRATION.resolve(), CREATE_ROUTE.resolve()
    INTEGRATIONS.resolve()[api_id] = {}
    ROUTES.resolve()[api_id] = {}
    for route_key, operation in operations(body):
        settings = operation["x-amazon-apigateway-integration"]
        integration = {
            "integrationType": settings["type"].upper(),
            "integrationUri": settings["uri"],
            "integrationMethod": settings.get("httpMethod", "POST"),
            "payloadFormatVersion": settings.get("payloadFormatVersion", "1.0"),
        }
        made = _made(create_integration(api_id, integration))
        route = {
            "routeKey": route_key,
            "target": f"integrations/{made['integrationId']}",
            "authorizationType": authorization(body, operation),
        }
        _made(create_route(api_id, route))


def operations(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield route key and operation of each route of a body."""
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            if method in _METHODS or method == _ANY:
                yield f"{'ANY' if method == _ANY else method.upper()} {path}", operation


def authorization(body: dict[str, Any], operation: dict[str, Any]) -> str:
    """Return the authorization type of a route.

    Raises
    ------
    ValueError
        If a route asks for an authorizer that nothing here makes: it would be open.
    """
    schemes = body.get("components", {}).get("securitySchemes", {})
    for name in (name for alternative in operation.get("security", []) for name in alternative):
        if schemes.get(name, {}).get("x-amazon-apigateway-authtype") != "awsSigv4":
            raise ValueError(f"the embedded AWS does not know the authorizer {name} of an HTTP API's body")
        return "AWS_IAM"
    return "NONE"


def _made(answer: tuple[int, dict[str, str], bytes]) -> dict[str, Any]:
    status, _, content = answer
    if status >= 400:
        raise ValueError(f"an HTTP API's body was refused: {content.decode()}")
    return dict(json.loads(content))
