"""Whatever is sent to whatever route: an answer that the description of the API has, in the form that it has it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from docs.openapi.document import document
from docs.openapi.route import Route
from docs.openapi.routes import ROUTES
from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS, iso, transaction
from tests.unit.serve_api_world import World, serving

DOCUMENT = document()
OURS = [route for route in ROUTES if route.served_by == "serve_api"]
PATH = {"{transaction_id}": "tx-1", "{card_id}": "card_a", "{terminal_id}": "terminal_a"}
EXAMPLES = {"transaction_id": "tx-1", "card_id": "card_a", "until": iso(NOW_MS + 1000), "event_time": iso(NOW_MS)}
ODD = st.sampled_from(
    ["", " ", "\x00", "\n", "4111111111111111", "ü", "\u202e", "../x", "x" * 70, "{transaction_id}", "null", "true"]
)
TEXTS = st.text(st.characters(exclude_categories=()), max_size=80) | ODD
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BYTES = st.binary(max_size=200).map(lambda data: data.decode("utf-8", "surrogateescape"))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all examples, in which something was decided and flagged."""
    with pytest.MonkeyPatch.context() as patch, serving(patch) as made:
        made.post(transaction(1, amount_minor=2_000_000))
        made.post(transaction(2, card_id="card_b"))
        yield made


@st.composite
def bodies(draw: st.DrawFn, route: Route) -> str:
    """Bytes, JSON of any kind, or an example with some of it changed."""
    if draw(st.booleans()):
        return draw(BYTES) if draw(st.booleans()) else json.dumps(draw(VALUES))
    sample: dict[str, Any] = dict(draw(st.sampled_from(list(route.body_examples.values()))))
    sample |= {name: value for name, value in EXAMPLES.items() if name in sample}
    for _ in range(draw(st.integers(0, 3))):
        sample[draw(st.sampled_from(sorted(sample)) | TEXTS)] = draw(VALUES | st.sampled_from(list(EXAMPLES.values())))
    return json.dumps(sample)


def described(route: Route, status: int) -> Draft202012Validator:
    """What the description says of an answer."""
    responses = DOCUMENT["paths"][route.path][route.method.lower()]["responses"]
    assert str(status) in responses, f"{route.key} answers {status}, which is not described"
    schema = responses[str(status)]["content"]["application/json"]["schema"]
    return Draft202012Validator(schema | {"components": DOCUMENT["components"]})


@proves(faults=[31])
@pytest.mark.parametrize("route", OURS, ids=lambda route: route.name)
def test_any_request_gets_an_answer_as_described(world, route):
    """Any path, query and body: nothing raises, and no status, no field is another than the description's."""

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def any_request(data: st.DataObject) -> None:
        tried()
        path = route.path
        for name, value in PATH.items():
            if name in path:
                path = path.replace(name, data.draw((TEXTS | st.just(value)).filter(bool)))
        query = {p.name: data.draw(TEXTS) for p in route.parameters if p.place == "query" and data.draw(st.booleans())}
        body = data.draw(bodies(route)) if route.body else ""
        event = {"routeKey": route.key, "queryStringParameters": query}
        status, answer, _ = world.ask(route.method, path, body, **event)
        described(route, status).validate(answer)

    any_request()


def test_every_route_is_asked_where_all_is_well(world):
    """The requests of the description's examples, about what there is, are answered as it says."""
    for route in OURS:
        path = route.path
        for name, value in PATH.items():
            path = path.replace(name, value)
        for sample in route.body_examples.values() or [None]:
            body = sample and sample | {name: value for name, value in EXAMPLES.items() if name in sample}
            if route.name == "decideTransaction":
                body |= {"transaction_id": "tx-3"}
            status, answer, _ = world.ask(route.method, path, body)
            assert status == route.status, answer
            described(route, status).validate(answer)
