"""The API for people: a signed token with the right scope is let in, and nothing else is."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.people.tokens import TokenKey
from tests.e2e.conftest import Deployed
from tests.e2e.people import READ, REVIEW, Issuer, people_stack
from tests.reliability.proof import proves

pytestmark = pytest.mark.e2e
Ask = Callable[..., tuple[int, Any, dict[str, str]]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployed, Issuer]]:
    """A stack with both APIs."""
    with people_stack(tmp_path_factory.mktemp("stack")) as both:
        yield both


@pytest.fixture
def ask(served: tuple[Deployed, Issuer]) -> Ask:
    """Ask the people's API."""

    def send(
        method: str, path: str, token: str | None, body: object = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        data = None if body is None else json.dumps(body).encode()
        named = {"Content-Type": "application/json"} | headers
        named |= {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(served[0].outputs["PeopleApiUrl"] + path, data, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content = answer.read()
                return answer.status, json.loads(content) if content else None, dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null"), dict(error.headers)

    return send


@pytest.fixture
def issuer(served: tuple[Deployed, Issuer]) -> Issuer:
    """Who signs."""
    return served[1]


def test_a_person_with_a_token_reads_the_queue_and_the_rules(ask, issuer):
    """Signed by the issuer, for us, in time, with the scope for reading."""
    reader = issuer.token(scope=READ)
    assert ask("GET", "/queue", reader)[:2] == (200, {"cases": [], "cursor": None})
    assert ask("GET", "/rules", reader)[0] == 200
    assert ask("GET", "/openapi.json", reader)[1]["openapi"] == "3.1.0"
    assert ask("GET", "/cards/card_z", reader)[0] == 404


@proves(faults=[31])
def test_no_token_and_no_other_token_is_let_in(ask, issuer):
    """Missing, of another key, another issuer, another audience, out of date, not yet, or garbage: 401."""
    stranger = TokenKey.generate()
    wrong = {
        "none": None,
        "garbage": "x.y.z",
        "another key": issuer.token(key=stranger),
        "another issuer": issuer.token(iss="https://issuer.example"),
        "another audience": issuer.token(aud="somebody else"),
        "out of date": issuer.token(exp=1),
        "not yet": issuer.token(nbf=4_000_000_000),
        "altered": issuer.token()[:-8] + "AAAAAAAA",
    }
    for what, token in wrong.items():
        assert ask("GET", "/queue", token)[0] == 401, what


@proves(faults=[31])
def test_the_scope_says_what_a_person_may_do(ask, issuer):
    """Who may read may not dispose or snooze; who has no scope may do nothing; 403."""
    finding = {"transaction_id": "tx-1", "disposition": "fraud"}
    reader, reviewer, guest = issuer.token(scope=READ), issuer.token(scope=REVIEW), issuer.token(scope=None)
    assert ask("POST", "/dispositions", reader, finding)[0] == 403
    assert ask("POST", "/cards/card_z/snooze", reader, {"until": None})[0] == 403
    assert ask("POST", "/dispositions", reviewer, finding)[0] == 404
    assert ask("GET", "/queue", reviewer)[0] == 403
    assert ask("GET", "/queue", guest)[0] == 403
    assert ask("GET", "/queue", issuer.token(scope=None, scp=[READ]))[0] == 200


def test_people_have_no_way_to_send_transactions_or_labels(ask, issuer):
    """There is no such route."""
    for path in ("/transactions", "/labels"):
        assert ask("POST", path, issuer.token(), {})[0] == 404


def test_a_page_of_another_origin_is_let_in_nowhere(ask, issuer):
    """The console's page and this API have one origin, so no answer names another."""
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for origin in ("https://evil.example", "http://127.0.0.1:1"):
        for *_, headers in (
            ask("OPTIONS", "/dispositions", None, Origin=origin, **asking),
            ask("GET", "/queue", issuer.token(), Origin=origin),
        ):
            assert not [name for name in headers if name.lower().startswith("access-control-")], origin
