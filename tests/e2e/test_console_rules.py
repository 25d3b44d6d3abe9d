"""Rules changed by a person with a token: checked, tried on the archive, made live, seen in decisions and the log."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local.demo import show_system
from local.demo_data import simulated
from local.screen import Screen
from operate.rules.command import DEFAULT_FILE
from tests.e2e.conftest import Deployed
from tests.e2e.people import READ, REVIEW, RULES, Issuer, people_stack
from tests.e2e.permissions_walk import ask as ask_signed
from tests.samples import transaction

pytestmark = pytest.mark.e2e
SHIPPED = "2026-11-24.1"
VERSION = "2026-11-25.console"
CARD = "card_console_stolen"


class Lead:
    """Somebody who may change rules, at the people's API."""

    def __init__(self, deployed: Deployed, issuer: Issuer) -> None:
        self.deployed, self.issuer = deployed, issuer

    def ask(self, method: str, path: str, body: object = None, scope: str = RULES) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        token = self.issuer.token(sub="bo@example.com", scope=scope)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        request = urllib.request.Request(self.deployed.outputs["PeopleApiUrl"] + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def backtest(self, yaml: str, days: int = 7) -> dict[str, Any]:
        """Have a text tried, and wait for the end."""
        status, started = self.ask("POST", "/rules/backtests", {"yaml": yaml, "days": days})
        assert status == 202, started
        seen = []
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            status, told = self.ask("GET", f"/rules/backtests/{started['backtest_id']}")
            assert status == 200, told
            seen.append(told["progress"])
            if told["state"] in ("done", "failed"):
                assert seen == sorted(seen)
                return told
            time.sleep(0.2)
        raise AssertionError("the backtest does not end")


@pytest.fixture(scope="module")
def lead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lead]:
    """A stack that has trained a model and decided a stream, and its lead."""
    with people_stack(tmp_path_factory.mktemp("stack"), AlertCostMinor="700") as (deployed, issuer):
        screen = Screen(console=Console(quiet=True))
        show_system(deployed.client, deployed.outputs, simulated(transactions=2_000, seed=11), screen)
        yield Lead(deployed, issuer)


def operate(deployed: Deployed, name: str, *arguments: object) -> str:
    """Run a command on the stack."""
    command = [sys.executable, "-m", "operate", name, "--stack", deployed.stack_name, *map(str, arguments)]
    environment = os.environ | dict(deployed.stack.info.environment) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def eventually(look: Callable[[], Any], seconds: float = 45) -> Any:
    """Look every half second until something is there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError("it did not come")


def changed(version: str = VERSION, entries: str = "[]") -> str:
    """The shipped document with a lower review threshold, a rule out of the shadow, and cards that are blocked."""
    text = DEFAULT_FILE.read_text().replace(f"version: {SHIPPED}", f"version: {version}")
    text = text.replace("review: model", "review: 0.02").replace("    entries: []", f"    entries: {entries}", 1)
    return text.replace("    shadow: true\n", "", 1)


def test_only_the_scope_for_it_changes_rules(lead):
    """Who reads and reviews may not even have a text checked: nothing reaches the function."""
    for method, path in (("POST", "/rules/checks"), ("POST", "/rules/backtests"), ("POST", "/rules")):
        assert lead.ask(method, path, {"yaml": "version: 1"}, scope=f"{READ} {REVIEW}")[0] == 403
    assert lead.ask("GET", "/rules/backtests/bt-" + "a" * 32, scope=f"{READ} {REVIEW}")[0] == 403


def test_a_text_is_checked_where_it_runs(lead):
    """By the layers as they are deployed: mistakes at their places, changes against what is live."""
    status, told = lead.ask("POST", "/rules/checks", {"yaml": changed().replace("card_amount_rank", "card_amont_rank")})
    [problem] = told["problems"]
    assert (status, told["valid"], problem["end_column"] - problem["column"]) == (200, False, len("card_amont_rank"))
    assert "did you mean 'card_amount_rank'?" in problem["message"]
    told = lead.ask("POST", "/rules/checks", {"yaml": changed()})[1]
    assert (told["valid"], told["version"]) == (True, VERSION)
    assert "~ threshold of review: model -> 0.02" in told["changes"]


def test_a_backtest_tells_what_the_command_line_tells(lead, tmp_path):
    """The same document of the same archive, model's thresholds and costs, but for the time it took."""
    told = lead.backtest(changed())
    assert (told["state"], told["why"]) == ("done", None)
    report = told["report"]
    Path(tmp_path / "changed.yaml").write_text(changed())
    operate(lead.deployed, "backtest", tmp_path / "changed.yaml", "--cache", tmp_path, "--json", tmp_path / "told.json")
    theirs = json.loads((tmp_path / "told.json").read_text())
    for name in theirs.keys() - {"archive", "seconds"}:
        assert report[name] == theirs[name], name
    assert report["rows"]["evaluated"] > 1_000
    assert report["agreement"]["equal"] == report["agreement"]["rows"] > 0
    assert report["money"]["alert_minor"] == 700
    assert {found["source"] for found in report["thresholds"].values()} == {"registry"}
    assert report["difference"]["alerts"] > 0
    again = lead.backtest(changed())["report"]
    assert (again["archive"]["objects_decoded"], again["changed"]) == (0, report["changed"])


def test_a_publication_decides_is_logged_and_taken_back(lead):
    """A card on the deny list is blocked by the stream's code within a refresh; `rules back` undoes it."""
    functions, name = lead.deployed.client("lambda"), f"{lead.deployed.stack_name}-serve-api"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    often = {"Variables": variables | {"RULES_REFRESH_SECONDS": "1"}}
    functions.update_function_configuration(FunctionName=name, Environment=often)
    sent = 0

    def decide() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields = {"transaction_id": f"console-{sent}", "card_id": CARD, "event_time": now}
        status, decision = ask_signed(lead.deployed, "POST", "/transactions", transaction(sent, **fields))
        assert status == 200, decision
        return decision

    assert decide()["rules_version"] == SHIPPED
    first = {"yaml": changed(VERSION, "[]"), "why": "a lower threshold", "replaces": SHIPPED}
    status, told = lead.ask("POST", "/rules", first)
    assert (status, told["version"], told["why"]) == (201, VERSION, "a lower threshold")
    assert lead.ask("POST", "/rules", first) == (201, told)
    second = {"yaml": changed(f"{VERSION}.2", f"[{CARD}]"), "why": "it is stolen", "replaces": SHIPPED}
    status, refused = lead.ask("POST", "/rules", second)
    assert (status, refused["reason"], refused["live"]["author"]) == (409, "rules_conflict", told["author"])
    assert lead.ask("POST", "/rules", {**second, "yaml": changed(VERSION, f"[{CARD}]"), "replaces": VERSION})[1][
        "reason"
    ] == ("version_taken")
    assert lead.ask("POST", "/rules", {**second, "replaces": VERSION})[0] == 201
    blocked = eventually(lambda: found if (found := decide())["rules_version"] == f"{VERSION}.2" else None)
    assert (blocked["decision"], "blocked_cards" in blocked["rules_fired"]) == ("block", True)
    assert lead.ask("GET", "/rules", scope=READ)[1]["author"] == told["author"]

    log = operate(lead.deployed, "rules", "log")
    assert f"by {told['author']}: it is stolen" in log
    assert "+ list blocked_cards: 1 entry (card_console_stolen)" in log
    operate(lead.deployed, "rules", "back", "--why", "it was found")
    assert eventually(lambda: decide()["rules_version"] == VERSION)
    assert lead.ask("POST", "/rules/checks", {"yaml": changed()})[1]["changes"] == []
