"""Signing in to the embedded system: a code for whoever was chosen, and tokens for whoever asked for the code."""

import json
import re
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from local.aws.tokens_plugin import is_signed
from local.people.codes import challenge_of
from local.people.issuer import Issuer
from local.people.persons import PEOPLE, READ, REVIEW, RULES
from local.people.serving import Answer, Request
from local.people.tokens import TokenKey

URL, PAGE, CLIENT = "http://127.0.0.1:7001", "http://127.0.0.1:7002", "people"
BACK = f"{PAGE}/"
VERIFIER = "a" * 43
ASKED = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": BACK,
    "scope": f"openid {READ} {REVIEW} {RULES}",
    "state": "s/1",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
ADA, BO, VIC = (one.subject for one in PEOPLE)


class World:
    """An issuer whose clocks stand still until they are moved."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.key = TokenKey.generate()
        self.issuer = Issuer(
            url=URL,
            client_id=CLIENT,
            page_origin=PAGE,
            key=self.key,
            clock=lambda: self.seconds,
            now=lambda: 1_795_000_000 + self.seconds,
        )

    def get(self, path: str, **query: str) -> Answer:
        """Ask as a browser does that follows a link."""
        return self.issuer.answer(Request(method="GET", target=f"{path}?{urlencode(query)}", headers={}))

    def post(self, path: str, **form: str) -> Answer:
        """Ask as a form does."""
        return self.issuer.answer(Request(method="POST", target=path, headers={}, body=urlencode(form).encode()))

    def sign_in(self, who: str, **changes: str) -> dict[str, str]:
        """Choose somebody, and return what comes back to the console."""
        answered = self.post("/authorize", **ASKED | {"person": who} | changes)
        assert answered.status == 303
        return dict(parse_qsl(urlsplit(answered.headers["location"]).query))

    def redeem(self, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
        """Ask for the tokens of a code."""
        usual = {"grant_type": "authorization_code", "client_id": CLIENT, "redirect_uri": BACK}
        answered = self.post("/token", **usual | {"code": code, "code_verifier": VERIFIER} | changes)
        return answered.status, json.loads(answered.body)

    def claims(self, token: str) -> dict[str, Any]:
        """Return what a token says, once it is seen to be signed by the key that the issuer tells."""
        (key,) = json.loads(self.get("/keys").body)["keys"]
        assert is_signed(token, key)
        part = token.split(".")[1]
        return dict(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))))


@pytest.fixture
def world() -> World:
    """An issuer."""
    return World()


def test_discovery_leads_everywhere(world):
    """Each address is below the issuer's own, and what a public client needs is offered, and nothing weaker."""
    told = json.loads(world.get("/.well-known/openid-configuration").body)
    assert told["issuer"] == URL
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"):
        assert told[name].startswith(f"{URL}/")
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["grant_types_supported"] == ["authorization_code"]


def test_the_page_lists_who_may_sign_in_and_says_what_it_is(world):
    """Three people; no password; and that this is the embedded one."""
    answered = world.get("/authorize", **ASKED)
    page = answered.body.decode()
    assert answered.status == 200
    assert re.findall(r'name="person" value="([^"]+)"', page) == [ADA, BO, VIC]
    assert "embedded system on this machine" in page
    assert "default-src 'none'" in answered.headers["content-security-policy"]
    assert answered.headers["cache-control"] == "no-store"


def test_what_was_asked_cannot_break_out_of_the_page(world):
    """It is sent back as it came, as text."""
    page = world.get("/authorize", **ASKED | {"state": '"><script>alert(1)</script>'}).body.decode()
    assert "<script>" not in page
    assert "&quot;&gt;&lt;script&gt;" in page


@pytest.mark.parametrize(("who", "scopes"), [(ADA, [READ, REVIEW]), (BO, [READ, REVIEW, RULES]), (VIC, [READ])])
def test_a_person_gets_the_scopes_that_are_theirs(world, who, scopes):
    """Whatever was asked for; the token is good for an hour, for this client."""
    back = world.sign_in(who)
    assert back["state"] == "s/1"
    assert back["iss"] == URL
    status, given = world.redeem(back["code"])
    assert status == 200
    assert given["token_type"] == "Bearer"  # pragma: allowlist secret - a kind of token
    assert given["expires_in"] == 3_600
    claims = world.claims(given["access_token"])
    assert claims["scope"].split() == ["openid", *scopes]
    assert (claims["iss"], claims["aud"], claims["sub"]) == (URL, CLIENT, who)
    assert claims["exp"] - claims["iat"] == 3_600
    assert "refresh_token" not in given


def test_nobody_gets_more_than_was_asked_for(world):
    """The lead may do less, too."""
    _, given = world.redeem(world.sign_in(BO, scope=READ)["code"])
    assert given["scope"] == READ
    assert "id_token" not in given


def test_an_identity_token_says_who(world):
    """Where openid is asked for; with the nonce of the request."""
    _, given = world.redeem(world.sign_in(ADA, nonce="n-1")["code"])
    claims = world.claims(given["id_token"])
    assert (claims["sub"], claims["name"], claims["aud"], claims["nonce"]) == (ADA, "Ada", CLIENT, "n-1")


def test_a_code_is_good_once(world):
    """A second use is refused."""
    code = world.sign_in(ADA)["code"]
    assert world.redeem(code)[0] == 200
    assert world.redeem(code) == (400, {"error": "invalid_grant"})


def test_a_code_is_good_for_a_minute(world):
    """Then it is as if it had never been."""
    code = world.sign_in(ADA)["code"]
    world.seconds += 61
    assert world.redeem(code) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "b" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": f"{PAGE}/other"}, "invalid_grant"),
        ({"client_id": "somebody else"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_good_for_who_asked_for_it(world, changes, error):
    """The verifier, the page and the client must be those of the request."""
    assert world.redeem(world.sign_in(ADA)["code"], **changes) == (400, {"error": error})


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "other"}, {"redirect_uri": "https://evil.example/"}, {"redirect_uri": f"{PAGE}.evil.example/"}],
)
def test_a_code_goes_to_the_console_and_nowhere_else(world, changes):
    """An unknown client or page is not even told of the mistake by a redirect."""
    for answered in (
        world.get("/authorize", **ASKED | changes),
        world.post("/authorize", **ASKED | changes | {"person": ADA}),
    ):
        assert answered.status == 400
        assert "location" not in answered.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"scope": "openid"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"person": "eve@fraudstream.example"}, "access_denied"),
    ],
)
def test_what_is_wrong_is_told_to_the_console(world, changes, error):
    """With the state, so that it knows which request failed."""
    back = world.sign_in(**{"who": ADA} | changes) if "person" not in changes else world.sign_in(changes["person"])
    assert (back["error"], back["state"]) == (error, "s/1")
    assert "code" not in back


def test_a_sign_in_may_be_shorter_and_never_longer(world):
    """Tests of sessions that end ask for seconds."""
    _, short = world.redeem(world.sign_in(ADA, token_seconds="5")["code"])
    _, long = world.redeem(world.sign_in(ADA, token_seconds="99999")["code"])
    assert (short["expires_in"], long["expires_in"]) == (5, 3_600)
    kept = world.get("/authorize", **ASKED, token_seconds="5").body.decode()
    assert 'name="token_seconds" value="5"' in kept


def test_the_console_may_read_answers_and_no_other_page(world):
    """Discovery, keys and tokens name its origin; the sign-in page itself names none."""
    for answered in (world.get("/.well-known/openid-configuration"), world.get("/keys"), world.post("/token")):
        assert answered.headers["access-control-allow-origin"] == PAGE
    asked = world.issuer.answer(Request(method="OPTIONS", target="/token", headers={"origin": PAGE}))
    assert asked.status == 204
    assert "content-type" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in world.get("/authorize", **ASKED).headers


def test_signing_out_leads_back(world):
    """To the console, and nowhere else."""
    answered = world.get("/logout", post_logout_redirect_uri=BACK, state="bye")
    assert (answered.status, answered.headers["location"]) == (303, f"{BACK}?state=bye")
    assert world.get("/logout", post_logout_redirect_uri="https://evil.example/").status == 400


def test_another_path_is_not_found(world):
    """And another method; browsers that ask for an icon are told that there is none, without an error."""
    assert world.get("/nothing").status == 404
    assert world.get("/favicon.ico").status == 204
    assert world.post("/keys").status == 404


def test_the_key_is_kept_for_its_owner(tmp_path: Path):
    """Signed with before a restart, known after it; others cannot read the file."""
    path = tmp_path / "people" / "key.pem"
    first = TokenKey.kept_in(path)
    assert TokenKey.kept_in(path).public() == first.public()
    assert path.stat().st_mode & 0o777 == 0o600
