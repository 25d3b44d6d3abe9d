"""Rules changed by the console: checked with every mistake at its place, made live without losing anybody's work."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import EndpointConnectionError
from fraudstream.api.editing import LARGEST_BYTES
from fraudstream.api.principals import said_by

from operate.rules.command import DEFAULT_FILE
from tests.unit.serve_rules_world import SHIPPED, RulesWorld, rules_world, text

CARD_NUMBER = "4111111111111111"
ADA = said_by({"jwt": {"claims": {"iss": "https://issuer.example", "sub": "ada"}}})


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[RulesWorld]:
    with rules_world(monkeypatch) as made:
        yield made


def check(world: RulesWorld, yaml: str) -> dict:
    status, told = world.ask("POST /rules/checks", {"yaml": yaml})
    assert status == 200
    return told


def publish(world: RulesWorld, yaml: str, replaces: str = SHIPPED, why: str = "because", who: str = "ada"):
    return world.ask("POST /rules", {"yaml": yaml, "why": why, "replaces": replaces}, who=who)


def test_a_valid_text_is_told_with_what_it_changes(world):
    """Against the policy that ships while none is live, and then against the live one."""
    told = check(
        world, DEFAULT_FILE.read_text().replace("card_amount_median_ratio >= 10", "card_amount_median_ratio >= 9")
    )
    assert told["valid"] is True
    assert told["version"] == SHIPPED
    [change] = told["changes"]
    assert change.startswith("~ rule far_above_usual: when card_amount_median_ratio >= 10")
    publish(world, text())
    assert check(world, text("2", "amount > 200"))["changes"] == ["~ rule large: when amount > 100 -> amount > 200"]
    assert check(world, text())["changes"] == []


def test_every_mistake_is_told_with_its_place(world):
    """Lines and columns from 1, the end one past the last character; in the order of the lines."""
    yaml = text(when="amuont > 100") + (
        "  - name: second\n    because: x\n    when: amount => 5\n    outcome: review\n"
        "lists:\n  - {name: l, of: terminals, effect: block, because: x, entries: [a, a]}\n"
    )
    told = check(world, yaml)
    assert told["valid"] is False
    found = [(each["line"], each["column"], each["end_column"]) for each in told["problems"]]
    lines = yaml.split("\n")
    words = [lines[line - 1][column - 1 : end - 1] for line, column, end in found]
    assert words == ["amuont", "=>", "terminals", "a"]
    assert "did you mean 'amount'?" in told["problems"][0]["message"]
    assert told["changes"] == []


@pytest.mark.parametrize("change", [("", ""), ("\n", "\r\n"), ("# ours", "\ufeff# ours")])
def test_places_count_characters_whatever_they_are(world, change):
    """Beyond the first plane, after a mark of the byte order, with the line ends of Windows."""
    yaml = text(when="card_id == '😀' and amuont > 1").replace("it is", "ü 😀").replace(*change)
    [problem] = check(world, yaml)["problems"]
    line = yaml.split("\n")[problem["line"] - 1]
    assert line[problem["column"] - 1 : problem["end_column"] - 1] == "amuont"


@pytest.mark.parametrize(
    ("yaml", "line", "said"),
    [
        ("", 1, ""),
        ("version: [", 1, "no YAML"),
        ("rules: []", 1, "version"),
        (text("live"), 2, "is no name for a version"),
        ("version: 1\nrules: 7\n", 2, ""),
        ("version: 1\n\x00", 1, "no YAML"),
    ],
)
def test_what_cannot_be_read_is_told_once(world, yaml, line, said):
    """With the place, where there is one."""
    told = check(world, yaml)
    [problem] = told["problems"]
    assert (told["valid"], problem["line"]) == (False, line)
    assert said in problem["message"]


@pytest.mark.parametrize(
    "where", ["# {}\n", "snoozes:\n  - {{card_id: '{}', until: 2026-12-24T18:00:00Z, because: x}}\n"]
)
def test_a_card_number_is_refused_and_never_echoed(world, where):
    """Neither from a value nor from a comment: the text is kept as it was written."""
    yaml = text() + where.format(CARD_NUMBER)
    told = check(world, yaml)
    assert told["problems"][0]["message"].endswith("holds a card number: write the card's token")
    assert CARD_NUMBER not in str(told)
    status, refused = publish(world, yaml)
    assert (status, refused["reason"]) == (422, "rules_invalid")
    assert CARD_NUMBER not in str(refused)
    assert publish(world, text(), why=f"of {CARD_NUMBER}")[1]["reason"] == "card_number_in_payload"
    assert world.bucket.live() is None


def test_a_body_that_is_too_large_or_none_is_refused(world):
    """Before anything is read of it."""
    large = {"yaml": "#" * LARGEST_BYTES}
    assert world.ask("POST /rules/checks", large)[1]["reason"] == "too_large"
    assert world.ask("POST /rules/checks", "{")[0] == 400
    assert world.ask("POST /rules/checks", {"yml": ""})[1]["reason"] == "field_invalid"
    assert world.ask("POST /rules/checks", {})[1]["reason"] == "field_missing"
    assert world.ask("POST /rules", {"yaml": text(), "why": "  ", "replaces": "1"})[1]["reason"] == "field_invalid"


def test_a_publication_is_live_with_author_and_reason(world):
    """Who it is, the token says; the log has it as the command line's."""
    status, told = publish(world, text(), why="  too \t\n many ")
    assert (status, told["version"], told["author"], told["why"]) == (201, "1", ADA, "too many")
    assert told["changes"][0] == "first published, in place of the policy that ships"
    live = world.bucket.live().published
    assert (live.version, live.author, live.yaml) == ("1", ADA, text())
    assert [entry.version for entry in world.bucket.log()] == ["1"]


def test_what_is_replaced_must_be_what_is_live(world):
    """The policy that ships while none was published; afterwards the last one; else whose it is, and since when."""
    assert publish(world, text(), replaces="7")[1]["live"] == {
        "version": SHIPPED,
        "author": None,
        "at": None,
        "why": None,
    }
    publish(world, text(), why="mine")
    status, told = publish(world, text("2"), who="bo")
    assert (status, told["reason"]) == (409, "rules_conflict")
    assert (told["live"]["version"], told["live"]["author"], told["live"]["why"]) == ("1", ADA, "mine")
    assert publish(world, text("2"), replaces="1", who="bo")[0] == 201
    assert world.bucket.previous().published.version == "1"


def test_who_is_slower_by_a_moment_is_told(world):
    """Both saw the same live policy; the second write finds another."""

    def around(request, proceed):
        if request.operation == "PutObject" and request.path.endswith("/rules/live.json"):
            world.around = lambda _, go: go()
            publish(world, text("2-bo"), who="bo", why="faster")
        return proceed()

    world.around = around
    status, told = publish(world, text("2-ada"))
    assert (status, told["reason"], told["live"]["version"]) == (409, "rules_conflict", "2-bo")
    assert world.bucket.live().published.version == "2-bo"


def test_the_same_sent_again_tells_the_same(world):
    """An answer may be lost; who sends again has published once."""
    world.now_ms += 1
    first = publish(world, text())
    world.now_ms += 5_000
    assert publish(world, text()) == first
    assert publish(world, text(), who="bo")[0] == 409
    assert len(list(world.bucket.log())) == 1


def test_a_version_stands_for_one_content(world):
    """Also the name of the policy that ships."""
    publish(world, text())
    publish(world, text("2"), replaces="1")
    assert publish(world, text("1", "amount > 7"), replaces="2")[1]["reason"] == "version_taken"
    assert publish(world, text(SHIPPED), replaces="2")[1]["reason"] == "version_taken"
    assert world.bucket.live().published.version == "2"


def test_a_bucket_that_is_away_is_said(world):
    """To be sent again: nothing wrong is told."""

    def gone(request, proceed):
        raise EndpointConnectionError(endpoint_url="https://s3")

    world.around = gone
    assert publish(world, text())[0] == 503
    assert world.ask("POST /rules/checks", {"yaml": text()})[0] == 503
