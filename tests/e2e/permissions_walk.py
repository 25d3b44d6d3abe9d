"""A walk over everything the system does on an ordinary day, each caller's requests written down."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from rich.console import Console

from local.aws.call_recorder_plugin import VARIABLE
from local.demo import show_system
from local.demo_data import simulated
from local.screen import Screen
from operate.rules.command import DEFAULT_FILE
from tests.e2e.conftest import Deployed, deployed_stack
from tests.e2e.people import Issuer
from tests.samples import transaction

_CALLED_OTHERWISE = (
    *("score-transactions", "serve-api", "publish-training", "verify-endpoint", "read-chargebacks"),
    *("publish-console", "serve-console", "serve-rules", "run-backtest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A stack in which everything happened once, and who called what: (caller, action, resource)."""

    deployed: Deployed
    calls: frozenset[tuple[str, str, str]]


@contextmanager
def walked(directory: Path) -> Iterator[Walk]:
    """Deploy with the recorder on, train, decide, ask both APIs, read chargebacks, run what schedules start."""
    path = directory / "calls.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(path))
        with deployed_stack(directory / "stack") as deployed:
            screen = Screen(console=Console(quiet=True))
            show_system(deployed.client, deployed.outputs, simulated(transactions=2_000, seed=5), screen)
            _ask_the_api(deployed)
            _drop_chargebacks(deployed)
            _change_the_rules(deployed)
            _run_what_schedules_start(deployed)
            _look_at_everything(deployed)
            _fill_histories_again(deployed)
            yield Walk(deployed=deployed, calls=frozenset(_read(path)))


def _read(path: Path) -> Iterator[tuple[str, str, str]]:
    for line in path.read_text().splitlines():
        call = json.loads(line)
        yield call["caller"], call["action"], call["resource"]


def _now(ago: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ask(deployed: Deployed, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Send a signed request to the API and return status and answer."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = AWSRequest(method, deployed.outputs["ApiUrl"] + path, headers, data)
    SigV4Auth(Credentials("test", "test"), "execute-api", "us-east-1").add_auth(request)
    try:
        with urlopen(Request(request.url, data, dict(request.headers), method=method), timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def _ask_the_api(deployed: Deployed) -> None:
    """Every route, with a card that is looked at closely: many expensive purchases within a minute."""
    for number in range(12):
        fields = {"transaction_id": f"walk-{number}", "card_id": "card_walk", "event_time": _now()}
        sent = transaction(number, **fields) | {"amount_minor": 900_000}
        status, answer = ask(deployed, "POST", "/transactions", sent)
        assert status == 200, answer
    refused = transaction(99, transaction_id="walk-refused", event_time=_now(), currency="XXQ")
    assert ask(deployed, "POST", "/transactions", refused)[0] in (400, 422)
    assert ask(deployed, "GET", "/decisions/walk-1")[0] == 200
    label = {"schema_version": 1, "transaction_id": "walk-1", "label": "fraud", "source": "customer"}
    assert ask(deployed, "POST", "/labels", label | {"label_time": _now()})[0] == 202
    _, page = ask(deployed, "GET", "/queue?order=risk&limit=5")
    card = page["cases"][0]["card_id"]
    for method, path, body in (
        ("POST", "/dispositions", {"transaction_id": "walk-2", "disposition": "fraud", "note": "called the holder"}),
        ("POST", "/dispositions", {"card_id": card, "disposition": "legitimate"}),
        ("GET", "/queue?order=age&limit=5", None),
        ("GET", f"/cards/{card}", None),
        ("POST", f"/cards/{card}/snooze", {"until": _now(timedelta(days=-1))}),
        ("GET", "/rules", None),
        ("GET", "/openapi.json", None),
    ):
        status, answer = ask(deployed, method, path, body)
        assert status < 300, (method, path, status, answer)


def ask_as_person(deployed: Deployed, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Send a request with a token to the API of people and return status and answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {Issuer(deployed).token()}"}
    request = Request(deployed.outputs["PeopleApiUrl"] + path, data, headers, method=method)
    try:
        with urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def _change_the_rules(deployed: Deployed) -> None:
    """A text checked, tried on the archive, made live; and another, whose version is taken by the first."""
    shipped = DEFAULT_FILE.read_text()
    yaml, other = (shipped.replace("version: 2026-11-24.1", f"version: walk-{number}") for number in (1, 2))
    assert ask_as_person(deployed, "POST", "/rules/checks", {"yaml": yaml})[1]["valid"]
    _, started = ask_as_person(deployed, "POST", "/rules/backtests", {"yaml": yaml})
    deadline, told = time.monotonic() + 120, {"state": "waiting"}
    while told["state"] != "done":
        assert time.monotonic() < deadline, told
        time.sleep(0.5)
        _, told = ask_as_person(deployed, "GET", f"/rules/backtests/{started['backtest_id']}")
    taken = other.replace("walk-2", "walk-1").replace("review: model", "review: 0.5")
    for expected, sent, replaces in ((201, yaml, "2026-11-24.1"), (201, other, "walk-1"), (409, taken, "walk-2")):
        wanted = {"yaml": sent, "why": "the walk", "replaces": replaces}
        status, answer = ask_as_person(deployed, "POST", "/rules", wanted)
        assert status == expected, answer


def _look_at_everything(deployed: Deployed) -> None:
    """Every page of the console, once."""
    champion = ask_as_person(deployed, "GET", "/models")[1]["champion"]
    for path in (
        *("/queue", "/decisions/walk-5/similar", f"/terminals/{transaction(5)['terminal_id']}"),
        *("/overview?hours=6", "/drift", f"/models/{champion}", "/rules/versions", "/rules/versions/walk-1"),
        f"/basis?model_version={champion}&rules_version=walk-1",
    ):
        status, answer = ask_as_person(deployed, "GET", path)
        assert status == 200, (path, answer)


def _drop_chargebacks(deployed: Deployed) -> None:
    s3, bucket = deployed.client("s3"), deployed.outputs["ArchiveBucketName"]
    line = f"walk-3;{_now()};10.4\r\n"
    s3.put_object(
        Bucket=bucket,
        Key="chargebacks/incoming/walk.csv",
        Body=f"Transaction ID;Dispute date;Reason code\r\n{line}".encode(),
    )
    deadline = time.monotonic() + 60
    while not s3.list_objects_v2(Bucket=bucket, Prefix="chargebacks/reports/walk").get("KeyCount"):
        assert time.monotonic() < deadline, "no report of the chargebacks"
        time.sleep(0.5)


def _run_what_schedules_start(deployed: Deployed) -> None:
    functions = deployed.client("lambda")
    event = {"as_of": _now(timedelta(hours=-1))}  # measure_drift then sees what has just arrived
    for function in functions.list_functions()["Functions"]:
        name = function["FunctionName"]
        if not name.endswith(_CALLED_OTHERWISE):
            answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
            assert "FunctionError" not in answer, (name, answer["Payload"].read())


def _fill_histories_again(deployed: Deployed) -> None:
    """The second time cards and terminals are known, so they are read and merged."""
    states, machine = deployed.client("stepfunctions"), deployed.outputs["BackfillStateMachineArn"]
    (first,) = states.list_executions(stateMachineArn=machine)["executions"]
    given = states.describe_execution(executionArn=first["executionArn"])["input"]
    run = states.start_execution(stateMachineArn=machine, input=given)["executionArn"]
    deadline = time.monotonic() + 120
    while (status := states.describe_execution(executionArn=run)["status"]) == "RUNNING":
        assert time.monotonic() < deadline, "the backfill does not end"
        time.sleep(0.5)
    assert status == "SUCCEEDED"
