"""The analyst's console: does it answer, and can its page sign people in."""

import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from operate.doctor.findings import Finding, Part

_PART = Part("console")
_SECONDS = 10
Read = Callable[[str], Any]


def read_json(address: str) -> Any:
    """Return what an address answers.

    Raises
    ------
    OSError, ValueError
        If it does not answer, or not in JSON.
    """
    with urllib.request.urlopen(address, timeout=_SECONDS) as answered:  # noqa: S310 - of the stack's own outputs
        return json.load(answered)


def look(outputs: Mapping[str, str], parameters: Mapping[str, str], read: Read = read_json) -> Iterator[Finding]:
    """Ask for the page's configuration, and for what its issuer says of itself, as a browser does.

    Parameters
    ----------
    outputs, parameters
        Of the stack.
    """
    address = outputs.get("ConsoleUrl")
    if not address:
        yield _PART.ok("there is none: JwtIssuer and JwtAudience are not both set")
        return
    try:
        config = read(f"{address}/config.json")
    except (OSError, ValueError) as error:
        yield _PART.fail(
            f"{address} does not answer: {error}", "look at its distribution; point its name at CloudFront"
        )
        return
    yield _PART.ok(f"{address} answers")
    issuer = str(config["issuer"]).rstrip("/")
    try:
        told = read(f"{issuer}/.well-known/openid-configuration")
    except (OSError, ValueError) as error:
        yield _PART.fail(
            f"the issuer {issuer} does not answer: {error}", "mend JwtIssuer: the address before /.well-known"
        )
        return
    yield from _issuer(issuer, told, set(parameters.get("SignInOrigins", "").split()))


def _issuer(issuer: str, told: Any, allowed: set[str]) -> Iterator[Finding]:
    if str(told.get("issuer", "")).rstrip("/") != issuer:
        yield _PART.fail(f"the issuer calls itself {told.get('issuer')}", "set JwtIssuer to just that: tokens name it")
    tokens = _origin(str(told.get("token_endpoint", "")))
    if tokens not in allowed | {_origin(issuer)}:
        yield _PART.fail(
            f"the page may not ask {tokens} for tokens", f"add {tokens} to SignInOrigins, then make deploy"
        )
    else:
        yield _PART.ok(f"the page may ask {tokens} for tokens")
    methods = told.get("code_challenge_methods_supported")
    if methods is not None and "S256" not in methods:
        yield _PART.fail("the issuer does not take a code challenge (PKCE, S256)", "allow it for the console's client")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
