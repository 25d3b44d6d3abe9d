"""The console as a browser gets it: files, what may be done with them, an API below the same address, a sign-in."""

import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from layers.maker.console import build_console
from local.people.codes import challenge_of
from local.people.persons import PEOPLE
from tests.e2e.conftest import Deployed
from tests.e2e.people import AUDIENCE, READ, REVIEW, RULES, Issuer

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
VERIFIER = "v" * 43


@dataclass(frozen=True)
class Got:
    """One answer; names of headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)


Ask = Callable[..., Got]


def send(address: str, method: str, path: str, body: bytes | None = None, **headers: str) -> Got:
    """Send one request, and follow nothing."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answered = connection.getresponse()
    content = answered.read()
    connection.close()
    return Got(answered.status, {name.lower(): value for name, value in answered.getheaders()}, content)


@pytest.fixture
def ask(deployed: Deployed) -> Ask:
    """Ask at the console's address."""
    return lambda method, path, body=None, **headers: send(
        deployed.outputs["ConsoleUrl"], method, path, body, **headers
    )


@pytest.fixture
def issuer(deployed: Deployed) -> Issuer:
    """Who signs."""
    return Issuer(deployed)


def test_every_file_of_the_console_is_served_with_its_type(ask: Ask, tmp_path: Path) -> None:
    """As it is in console/, and what is not for browsers is not there."""
    build_console(ROOT / "console", out=tmp_path)
    made = tmp_path / "python" / "console"
    files = [path for path in made.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        got = ask("GET", f"/{path.relative_to(made).as_posix()}")
        assert got.status == 200, path
        assert got.body == path.read_bytes(), path
        assert got.headers["content-type"] == TYPES[path.suffix], path
    for other in ("/package.json", "/package-lock.json", "/vendor.mjs", "/Makefile", "/nothing.js", "/app/", "/api"):
        assert ask("GET", other).status == 403, other


def test_the_root_is_the_page(ask: Ask) -> None:
    """And only files are served below it: nothing can be sent there."""
    assert ask("GET", "/").body == (ROOT / "console" / "index.html").read_bytes()
    assert ask("HEAD", "/").body == b""
    for method in ("POST", "PUT", "DELETE"):
        assert ask(method, "/").status == 403


def test_the_page_is_told_of_its_stack(ask: Ask, deployed: Deployed) -> None:
    """Who signs people in, as whom, for what; where its API is."""
    info = deployed.stack.info
    assert info is not None
    told = ask("GET", "/config.json").json
    assert (told["stack"], told["region"], told["api"]) == ("fraudstream", "us-east-1", "api")
    assert (told["issuer"], told["client_id"]) == (info.issuer_url, AUDIENCE)
    assert told["scopes"] == {"read": READ, "review": REVIEW, "rules": RULES}
    assert told["scope_prefix"] == ""
    assert told["dashboard_url"] == deployed.outputs["DashboardUrl"]


def test_a_browser_may_do_little_with_the_page(ask: Ask, deployed: Deployed) -> None:
    """Files of this origin alone run and style; nothing frames the page; it talks to its API and to the issuer."""
    info = deployed.stack.info
    assert info is not None
    for path in ("/", "/app/main.js", "/nothing"):
        headers = ask("GET", path).headers
        policy = {
            part.strip().partition(" ")[0]: part.strip().partition(" ")[2].split()
            for part in headers["content-security-policy"].split(";")
        }
        assert policy == {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'"],
            "img-src": ["'self'", "data:"],
            "connect-src": ["'self'", info.issuer_url],
            "form-action": ["'none'"],
            "base-uri": ["'none'"],
            "frame-ancestors": ["'none'"],
            "require-trusted-types-for": ["'script'"],
            "trusted-types": ["'none'"],
        }
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
        assert "camera=()" in headers["permissions-policy"]


def test_a_browser_asks_whether_it_has_the_right_file(ask: Ask) -> None:
    """Two versions never meet in one page; what is unchanged is not sent again."""
    for path, keeping in (("/", "no-cache"), ("/config.json", "no-cache"), ("/app/main.js", "max-age=0")):
        got = ask("GET", path)
        assert keeping in got.headers["cache-control"]
        again = ask("GET", path, If_None_Match=got.headers["etag"])
        assert (again.status, again.body) == (304, b"")


def test_the_api_is_below_the_same_address_and_asks_for_a_token(ask: Ask, issuer: Issuer) -> None:
    """No token, another's token: 401; the right one with the scope is answered; nobody keeps an answer."""
    assert ask("GET", "/api/queue").status == 401
    assert ask("GET", "/api/queue", Authorization=f"Bearer {issuer.token(iss='https://other.example')}").status == 401
    reader = f"Bearer {issuer.token(scope=READ)}"
    got = ask("GET", "/api/queue?order=risk&limit=5", Authorization=reader)
    assert (got.status, got.json) == (200, {"cases": [], "cursor": None})
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert not [name for name in got.headers if name.startswith("access-control-")]


def test_what_the_api_says_comes_through(ask: Ask, issuer: Issuer) -> None:
    """Its statuses and reasons, ids with odd characters, and bodies."""
    reader, reviewer = (f"Bearer {issuer.token(scope=scope)}" for scope in (READ, REVIEW))
    assert ask("GET", "/api/nothing", Authorization=reader).status == 404
    assert ask("GET", "/api/cards/a%20card", Authorization=reader).status == 404
    body = json.dumps({"transaction_id": "tx/1 ü", "disposition": "fraud"}).encode()
    kind = {"Content_Type": "application/json"}
    assert ask("POST", "/api/dispositions", body, Authorization=reader, **kind).status == 403
    answered = ask("POST", "/api/dispositions", body, Authorization=reviewer, **kind)
    assert answered.status in (400, 404, 422)
    assert answered.json["reason"]


def test_the_api_of_machines_is_not_behind_the_door(ask: Ask, issuer: Issuer) -> None:
    """Transactions and labels come signed, at an address of their own."""
    for path in ("/api/transactions", "/api/labels", "/transactions"):
        assert ask("POST", path, b"{}", Authorization=f"Bearer {issuer.token()}").status in (403, 404), path


def test_without_https_nothing_is_served(deployed: Deployed) -> None:
    """The door says to the distribution that a viewer came by https; who comes without is sent there, or away."""
    (distribution,) = deployed.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    host = {"Host": distribution["DomainName"]}
    page = send(deployed.stack.endpoint_url, "GET", "/", **host)
    assert (page.status, page.headers["location"]) == (301, f"https://{distribution['DomainName']}/")
    assert send(deployed.stack.endpoint_url, "GET", "/api/queue", **host).status == 403


def test_alerts_link_to_the_console(deployed: Deployed) -> None:
    """The functions that send them know its address."""
    functions = deployed.client("lambda")
    for name in ("score-transactions", "serve-api"):
        found = functions.get_function_configuration(FunctionName=f"{deployed.stack_name}-{name}")
        assert found["Environment"]["Variables"]["CONSOLE_URL"] == deployed.outputs["ConsoleUrl"]


@pytest.mark.parametrize(
    ("who", "scopes"),
    [("Ada", [READ, REVIEW]), ("Bo", [READ, REVIEW, RULES]), ("Vic", [READ])],
    ids=["Ada", "Bo", "Vic"],
)
def test_signing_in_gives_a_token_that_opens_the_api(ask: Ask, deployed: Deployed, who: str, scopes: list[str]) -> None:
    """The whole way by HTTP: configuration, discovery, the page with people, back with a code, tokens, the queue."""
    config = ask("GET", "/config.json").json
    found = send(config["issuer"], "GET", "/.well-known/openid-configuration").json
    back = deployed.outputs["ConsoleUrl"] + "/"
    asked = {
        "response_type": "code",
        "client_id": config["client_id"],
        "redirect_uri": back,
        "scope": " ".join(["openid", *config["scopes"].values()]),
        "state": "some state",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    start = urlsplit(found["authorization_endpoint"])
    page = send(config["issuer"], "GET", f"{start.path}?{urlencode(asked)}")
    (subject,) = [one.subject for one in PEOPLE if one.name == who]
    assert f'value="{subject}"' in page.body.decode()
    action = re.search(r'action="([^"]+)"', page.body.decode())
    assert action
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    chosen = urlencode(asked | {"person": subject}).encode()
    sent = send(config["issuer"], "POST", urljoin(start.path, action.group(1)), chosen, **form)
    location = urlsplit(sent.headers["location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == back
    brought = {name: values[0] for name, values in parse_qs(location.query).items()}
    assert brought["state"] == "some state"
    exchange = {
        "grant_type": "authorization_code",
        "code": brought["code"],
        "redirect_uri": back,
        "client_id": config["client_id"],
        "code_verifier": VERIFIER,
    }
    path = urlsplit(found["token_endpoint"]).path
    given = send(config["issuer"], "POST", path, urlencode(exchange).encode(), Origin=back[:-1], **form)
    assert given.headers["access-control-allow-origin"] == back[:-1]
    assert given.json["scope"].split() == ["openid", *scopes]
    token = f"Bearer {given.json['access_token']}"
    assert ask("GET", "/api/queue", Authorization=token).status == 200
    finding = json.dumps({"transaction_id": "tx-1", "disposition": "fraud"}).encode()
    status = ask("POST", "/api/dispositions", finding, Authorization=token, Content_Type="application/json").status
    assert (status == 403) == (REVIEW not in scopes)


def test_a_token_that_has_expired_is_refused(ask: Ask, issuer: Issuer) -> None:
    """The page then asks for another sign-in."""
    assert ask("GET", "/api/queue", Authorization=f"Bearer {issuer.token(exp=1)}").status == 401
