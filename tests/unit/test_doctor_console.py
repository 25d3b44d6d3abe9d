"""What the doctor finds of a console: that it answers, and that its page can sign people in."""

from typing import Any

import pytest

from operate.doctor.console import look

PAGE, ISSUER = "https://d1.cloudfront.net", "https://issuer.example/pool"
TOLD = {"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", "code_challenge_methods_supported": ["S256"]}


def found(
    answers: dict[str, Any], *, origins: str = "", outputs: dict[str, str] | None = None
) -> list[tuple[str, str]]:
    """Look at a console whose addresses answer so; return levels and what was found."""

    def read(address: str) -> Any:
        if address not in answers:
            raise OSError("connection refused")
        return answers[address]

    there = {"ConsoleUrl": PAGE} if outputs is None else outputs
    return [(finding.level, finding.what) for finding in look(there, {"SignInOrigins": origins}, read)]


def world(**told: Any) -> dict[str, Any]:
    """Return what page and issuer answer."""
    return {f"{PAGE}/config.json": {"issuer": ISSUER}, f"{ISSUER}/.well-known/openid-configuration": TOLD | told}


def test_a_console_that_is_well_has_no_complaint() -> None:
    """It answers, and its page may ask for tokens."""
    assert [level for level, _ in found(world())] == ["ok", "ok"]


def test_a_stack_without_people_has_none() -> None:
    """Which is nothing to complain about."""
    ((level, what),) = found({}, outputs={})
    assert level == "ok"
    assert "there is none" in what


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ({}, "d1.cloudfront.net does not answer"),
        ({f"{PAGE}/config.json": {"issuer": ISSUER}}, "issuer.example/pool does not answer"),
        (world(issuer="https://other.example"), "calls itself https://other.example"),
        (world(token_endpoint="https://pool.auth.example/oauth2/token"), "may not ask https://pool.auth.example"),
        (world(code_challenge_methods_supported=["plain"]), "PKCE"),
    ],
)
def test_what_keeps_people_out_is_named(answers: dict[str, Any], what: str) -> None:
    """Before the first of them tries."""
    assert [text for level, text in found(answers) if level == "fail" and what in text]


def test_tokens_from_another_origin_are_allowed_by_name() -> None:
    """As Cognito has it: one address that signs, another that gives."""
    given = world(token_endpoint="https://pool.auth.example/oauth2/token")
    assert [level for level, _ in found(given, origins="https://pool.auth.example")] == ["ok", "ok"]
