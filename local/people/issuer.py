"""An issuer of OpenID Connect, as much of one as the console needs: the authorization code flow with PKCE.

Public clients only (RFC 7636, S256), no refresh tokens, no sessions: who signs in chooses a person, every time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from local.people.codes import Codes, Grant
from local.people.persons import PEOPLE, READ, REVIEW, RULES, Person, person
from local.people.serving import Answer, Request, as_json
from local.people.sign_in_page import HEADERS, page, refused
from local.people.tokens import TokenKey

TOKEN_SECONDS = 3_600
_CHALLENGE_LENGTH = 43  # of 32 bytes in base64url


class Issuer:
    """Answers requests to the issuer's address.

    Parameters
    ----------
    url
        Its own address, which tokens name.
    client_id
        The only client, for which the tokens are.
    page_origin
        Origin of the page that may ask for tokens, such as ``http://127.0.0.1:8000``.
    token_seconds
        How long tokens are good, unless the request for a sign-in says otherwise (`token_seconds`, shorter only).
    clock, now
        Monotonic seconds for codes, and seconds since 1970 for tokens.
    """

    def __init__(
        self,
        *,
        url: str,
        client_id: str,
        page_origin: str,
        key: TokenKey,
        clock: Callable[[], float],
        now: Callable[[], float],
        token_seconds: int = TOKEN_SECONDS,
    ) -> None:
        self._url, self._client_id, self._page_origin = url, client_id, page_origin
        self._key, self._codes, self._now = key, Codes(clock), now
        self._token_seconds = token_seconds

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/.well-known/openid-configuration"): lambda _: self._readable(as_json(self.configuration())),
            ("GET", "/keys"): lambda _: self._readable(as_json({"keys": [self._key.public()]})),
            ("GET", "/authorize"): lambda asked: self._sign_in(asked.query, chosen=None),
            ("POST", "/authorize"): lambda asked: self._sign_in(asked.form, chosen=asked.form.get("person", "")),
            ("POST", "/token"): lambda asked: self._readable(self._token(asked.form)),
            ("GET", "/favicon.ico"): lambda _: Answer(status=204),
            ("GET", "/logout"): lambda asked: self._sign_out(asked.query),
        }
        if request.method == "OPTIONS":
            allowed = {
                "access-control-allow-methods": "GET, POST",
                "access-control-allow-headers": "accept, content-type",
                "access-control-max-age": "600",
            }
            return self._readable(Answer(status=204, headers=allowed))
        found = routes.get(("GET" if request.method == "HEAD" else request.method, request.path))
        return found(request) if found else as_json({"error": "not_found"}, status=404)

    def configuration(self) -> dict[str, Any]:
        """Return the discovery document (OpenID Connect Discovery 1.0)."""
        return {
            "issuer": self._url,
            "authorization_endpoint": f"{self._url}/authorize",
            "token_endpoint": f"{self._url}/token",
            "jwks_uri": f"{self._url}/keys",
            "end_session_endpoint": f"{self._url}/logout",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", READ, REVIEW, RULES],
            "authorization_response_iss_parameter_supported": True,
        }

    def _sign_in(self, asked: Mapping[str, str], *, chosen: str | None) -> Answer:
        """Show who may sign in, or send whoever was chosen back with a code."""
        if asked.get("client_id") != self._client_id:
            return _refused("This issuer knows no such client.")
        if _origin(asked.get("redirect_uri", "")) != self._page_origin:
            return _refused("The console does not live there, so nobody is sent there with a code.")
        if wrong := _wrong(asked):
            return self._back(asked, {"error": "invalid_request", "error_description": wrong})
        if asked.get("prompt") == "none":
            return self._back(asked, {"error": "login_required"})
        if chosen is None:
            kept = {name: value for name, value in asked.items() if name != "person"}
            return Answer(headers=HEADERS | {"content-security-policy": self._policy()}, body=page(kept))
        return self._back(asked, self._given(asked, person(chosen)))

    def _given(self, asked: Mapping[str, str], who: Person | None) -> dict[str, str]:
        """Return what a person brings back to the console: a code, or why there is none."""
        if who is None:
            return {"error": "access_denied", "error_description": "nobody of that name"}
        wanted = asked.get("scope", "").split()
        code = self._codes.give(
            Grant(
                person=who,
                client_id=self._client_id,
                redirect_uri=asked["redirect_uri"],
                challenge=asked["code_challenge"],
                scopes=tuple(scope for scope in wanted if scope == "openid" or scope in who.scopes),
                nonce=asked.get("nonce"),
                token_seconds=self._lifetime(asked.get("token_seconds", "")),
            )
        )
        return {"code": code}

    def _token(self, form: Mapping[str, str]) -> Answer:
        if form.get("grant_type") != "authorization_code":
            return as_json({"error": "unsupported_grant_type"}, status=400)
        if form.get("client_id") != self._client_id:
            return as_json({"error": "invalid_client"}, status=400)
        grant = self._codes.redeem(
            form.get("code", ""),
            client_id=form["client_id"],
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
        if grant is None:
            return as_json({"error": "invalid_grant"}, status=400)
        given = {
            "access_token": self.access_token(grant),
            "token_type": "Bearer",  # pragma: allowlist secret - a kind of token
            "expires_in": grant.token_seconds,
            "scope": " ".join(grant.scopes),
        }
        if "openid" in grant.scopes:
            given["id_token"] = self._key.sign(self._about(grant) | ({"nonce": grant.nonce} if grant.nonce else {}))
        return as_json(given, headers={"cache-control": "no-store"})

    def access_token(self, grant: Grant) -> str:
        """Return a token for the API."""
        allowed = {"scope": " ".join(grant.scopes), "client_id": grant.client_id, "jti": secrets.token_urlsafe(8)}
        return self._key.sign(self._about(grant) | allowed)

    def _about(self, grant: Grant) -> dict[str, Any]:
        now = int(self._now())
        who = grant.person
        return {
            "iss": self._url,
            "aud": grant.client_id,
            "sub": who.subject,
            "iat": now,
            "exp": now + grant.token_seconds,
            "name": who.name,
            "email": who.subject,
        }

    def _sign_out(self, asked: Mapping[str, str]) -> Answer:
        """Send back to the console; there is no session to end."""
        back = asked.get("post_logout_redirect_uri", "")
        if _origin(back) != self._page_origin:
            return _refused("You are signed out.")
        state = {"state": asked["state"]} if "state" in asked else {}
        return Answer(status=303, headers={"location": _with(back, state)})

    def _back(self, asked: Mapping[str, str], said: Mapping[str, str]) -> Answer:
        state = {"state": asked["state"]} if "state" in asked else {}
        location = _with(asked["redirect_uri"], {**said, **state, "iss": self._url})
        return Answer(status=303, headers={"location": location, "cache-control": "no-store"})

    def _lifetime(self, asked: str) -> int:
        return min(max(int(asked), 1), self._token_seconds) if asked.isdecimal() else self._token_seconds

    def _policy(self) -> str:
        # A browser holds where a form leads to the same policy, so the console's page is named as well.
        return (
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {self._page_origin}"
        )

    def _readable(self, answered: Answer) -> Answer:
        """Let the console's page read an answer, and no other page."""
        cors = {"access-control-allow-origin": self._page_origin, "vary": "origin"}
        return Answer(status=answered.status, headers={**answered.headers, **cors}, body=answered.body)


def _wrong(asked: Mapping[str, str]) -> str:
    """Say what is wrong with a request for a code; empty if nothing is."""
    if asked.get("response_type") != "code":
        return "response_type must be code"
    if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != _CHALLENGE_LENGTH:
        return "a code challenge (S256) is needed"
    if not any(scope in one.scopes for scope in asked.get("scope", "").split() for one in PEOPLE):
        return "scope names nothing that this issuer knows"
    return ""


def _refused(why: str) -> Answer:
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    return Answer(status=400, headers=HEADERS | {"content-security-policy": policy}, body=refused(why))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _with(address: str, parameters: Mapping[str, str]) -> str:
    if not parameters:
        return address
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(parameters)}"
