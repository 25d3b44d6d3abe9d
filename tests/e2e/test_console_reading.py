"""What the console's pages are told, over the whole embedded stack: after a training, a stream, a refusal, a change.

One stack; the tests tell one story, in order: none is left out without the next.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fraudstream.adapters.rules_bucket import RulesBucket
from fraudstream.policy.publishing import Change, publish
from jsonschema import Draft202012Validator

from docs.openapi.document import document
from docs.openapi.serve_console import ROUTES
from local.aws.call_recorder_plugin import VARIABLE
from local.demo_data import DemoData, simulated
from local.metric_history import backfill_rates, count
from local.model_runs import Runs
from local.producer import Producer
from local.sending import shipment
from local.waiting import wait_until
from operate.rules.command import DEFAULT_FILE
from operate.rules.reading import read_rules_text
from tests.e2e.people import READ, REVIEW, Issuer, people_stack
from tests.iam import Grant, grants_of_role

pytestmark = pytest.mark.e2e
DOCUMENT = document()
ROLE = "ServeConsoleRole"
SENT = 1_200
MISSING = ("kms:Decrypt", "logs:CreateLogStream", "logs:PutLogEvents")
"""S3 uses the key, and Lambda writes the log, in the role's name: the embedded AWS does neither."""
Get = Callable[..., Any]


@pytest.fixture(scope="module")
def data() -> DemoData:
    """Two months to learn from, then two days."""
    world = {"cards": 1_500, "terminals": 450, "online_shops": 40, "daily_transactions": 800, "fraud_share": 0.0099}
    return simulated(transactions=SENT, seed=3, history_days=65, **world)


@pytest.fixture(scope="module")
def story(
    data: DemoData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Runs, Issuer, dict[str, Any], Path]]:
    """A stack that trained a model, streamed, and was asked to train again: the second was not better."""
    calls = tmp_path_factory.mktemp("calls") / "calls.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(calls))
        with people_stack(tmp_path_factory.mktemp("read")) as (deployed, issuer):
            runs = Runs(deployed)
            runs.put_history(data.history, tmp_path_factory.mktemp("history"))
            said = runs.retrain()["said"]
            assert said["status"] == "promoted"
            yield runs, issuer, said, calls
            runs.close()


@pytest.fixture(scope="module")
def get(story: tuple[Runs, Issuer, dict[str, Any], Path]) -> Get:
    """Read a path as a person who may read; the answer is held to its description."""
    runs, issuer, _, _ = story

    def read(path: str, route: str = "", status: int = 200) -> Any:
        found, answer = ask(runs, path, issuer.token(scope=READ))
        assert found == status, answer
        template = route or path.partition("?")[0]
        described = DOCUMENT["paths"][template]["get"]["responses"][str(status)]["content"]["application/json"]
        Draft202012Validator(described["schema"] | {"components": DOCUMENT["components"]}).validate(answer)
        return answer

    return read


def ask(runs: Runs, path: str, token: str | None) -> tuple[int, Any]:
    """Ask the people's API."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(runs.outputs["PeopleApiUrl"] + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def test_nobody_reads_without_the_scope_for_reading(story):
    """No token: 401; a token for something else: 403."""
    runs, issuer, _, _ = story
    for path in ("/overview", "/models", "/rules/versions", "/basis"):
        assert ask(runs, path, None)[0] == 401
        assert ask(runs, path, issuer.token(scope=REVIEW))[0] == 403


def test_a_young_stack_is_told_before_anything_was_decided(get):
    """Nothing measured is null, and the rules that ship decide."""
    assert get("/drift") == {"report": None, "history": []}
    (shipped,) = get("/rules/versions")["versions"]
    assert (shipped["version"], shipped["live"]) == ("shipped", True)
    assert get("/rules/versions/shipped", "/rules/versions/{version}")["yaml"] == DEFAULT_FILE.read_text("utf-8")


def test_the_overview_shows_what_was_streamed(story, get, data):
    """Every transaction is counted once, by decision; latency and lag are measured, and the last hour stands out."""
    runs, _, _, _ = story
    cloudwatch = runs.client("cloudwatch")
    backfill_rates(cloudwatch, until=datetime.now(UTC) - timedelta(hours=1, minutes=2))
    Producer(runs.client("kinesis"), runs.outputs["TransactionStreamName"]).send(
        shipment(data, now=datetime.now(UTC)).records
    )

    def streamed() -> dict[str, Any] | None:
        shown = get("/overview?hours=1")
        counted = sum(shown["series"]["decided"]) - shown["series"]["decided"][0]
        measured = any(value is not None for value in shown["series"]["endpoint_p99_ms"])
        return shown if counted >= SENT and measured else None

    shown = wait_until(streamed, 240, what="the minute in which all was decided")
    series = shown["series"]
    for index, decided in enumerate(series["decided"]):
        parts = sum(series[name][index] for name in ("approved", "reviewed", "blocked"))
        assert parts in (0, decided)  # the past of the rates has no parts
    assert max(value for value in series["iterator_age_ms"] if value is not None) >= 0
    at = next(index for index, value in enumerate(series["endpoint_p99_ms"]) if value is not None)
    assert 0 < series["endpoint_p50_ms"][at] <= series["endpoint_p99_ms"][at] < 60_000


def test_a_burst_is_outside_the_band_that_the_past_makes(story, get):
    """As the function that rings says; the overview says it of the same hour."""
    runs, _, _, _ = story
    cloudwatch = runs.client("cloudwatch")
    for ago in (4, 8):
        count(cloudwatch, datetime.now(UTC) - timedelta(minutes=ago), Decided=2_000, Alerts=200, FraudLabels=4)

    def spike() -> dict[str, Any] | None:
        rates = get("/overview?hours=24")["rates"]
        return rates if rates["alert"]["spike"][-1] else None

    rates = wait_until(spike, 120, what="the spike, once what is kept for a minute is old")
    alert = rates["alert"]
    assert alert["why_not"] == ""
    assert alert["rate"][-1] > alert["high"][-1] > alert["usual"][-1] > alert["low"][-1]
    invoked = runs.client("lambda").invoke(FunctionName=f"{runs.deployed.stack_name}-watch-rates", Payload=b"{}")
    judged = json.loads(invoked["Payload"].read())["AlertRate"]
    assert judged["is_spike"]
    assert judged["usual"] == pytest.approx(alert["usual"][-1], rel=0.2)


def test_cost_counts_from_the_day_the_stream_was_made(get):
    """Minutes old: cents at most."""

    def counted() -> dict[str, Any] | None:
        found = get("/overview?hours=6")["cost"]
        return found if found["by"]["functions"] else None

    cost = wait_until(counted, 120, what="the functions' share, once what is kept for a minute is old")
    assert 0 < cost["by"]["functions"] < cost["dollars"] < 0.1
    assert cost["by"]["stream"] > 0
    assert cost["by"]["tables"] is None  # the embedded AWS counts no units
    assert "make cost" in cost["note"]


def test_every_alarm_of_the_template_is_told_with_its_runbook(story, get):
    """A page for each."""
    alarms = get("/overview")["alarms"]
    described = story[0].client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
    ours = [alarm for alarm in described if "Runbook: " in alarm["AlarmDescription"]]
    assert len(alarms) == len(ours) > 30
    root = Path(__file__).parents[2]
    assert all((root / alarm["runbook"]).is_file() for alarm in alarms)


def test_drift_is_told_as_it_was_measured(story, get):
    """The report that the function keeps, whole."""
    runs, _, said, _ = story
    as_of = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    name = f"{runs.deployed.stack_name}-measure-drift"
    runs.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"as_of": as_of}).encode())
    shown = wait_until(lambda: found if (found := get("/drift"))["report"] else None, 60, what="a report")
    assert shown["report"]["champion"]["model_version"] == said["model_version"]
    (day,) = shown["history"]
    assert day["rows"] == shown["report"]["drift"]["rows"] == SENT
    assert day["largest"] == next(c["name"] for c in shown["report"]["drift"]["columns"] if c["name"] != "score")


def test_the_champion_is_told_with_what_became_of_it(story, get):
    """Registered, then live; its evaluation is the document that training wrote."""
    runs, _, said, _ = story
    shown = get("/models")
    assert shown["champion"] == said["model_version"]
    (model,) = shown["models"]
    assert (model["live"], model["approval"], model["number"]) == (True, "Approved", 1)
    assert [event["kind"] for event in shown["events"]] == ["live", "registered"]
    one = get(f"/models/{said['model_version']}", "/models/{model_version}")
    key = f"runs/{model['run']}/evaluation/evaluation.json"
    stored = runs.client("s3").get_object(Bucket=runs.outputs["ModelsBucketName"], Key=key)["Body"].read()
    assert one["evaluation"] == json.loads(stored)
    assert one["thresholds"] == one["evaluation"]["thresholds"]
    assert get("/models/nobody", "/models/{model_version}", status=404)["reason"] == "not_found"


def test_a_challenger_that_is_not_better_is_told_with_its_report(story, get):
    """It was not registered; its comparison with the champion is there all the same."""
    kept = story[0].retrain()["said"]
    assert kept["status"] == "kept"
    shown = wait_until(lambda: f if len((f := get("/models"))["models"]) == 2 else None, 60, what="the challenger")
    challenger = shown["models"][0]
    assert (challenger["model_version"], challenger["approval"]) == (kept["model_version"], "NotRegistered")
    assert shown["events"][0]["kind"] == "refused"
    assert shown["events"][0]["text"] == kept["reason"]
    one = get(f"/models/{kept['model_version']}", "/models/{model_version}")
    assert set(one["evaluation"]["curves"]) == {"challenger", "champion"}


def test_a_publication_is_told_at_once_and_with_it_what_decides(story, get):
    """Who, when and why; and what a decision under it was made by."""
    runs, _, said, _ = story
    text = DEFAULT_FILE.read_text("utf-8")
    rules = read_rules_text(text.replace("\nversion: ", "\nversion: next-"))
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    bucket = RulesBucket(runs.client("s3"), runs.outputs["ModelsBucketName"])
    published = publish(bucket, rules, Change(author="Bo", at=at, why="to be read"))
    newest, shipped = get("/rules/versions")["versions"]
    assert (newest["version"], newest["author"], newest["live"]) == (published.version, "Bo", True)
    assert not shipped["live"]
    one = get(f"/rules/versions/{published.version}", "/rules/versions/{version}")
    assert one["yaml"] == published.yaml
    assert one["document"]["version"] == published.version
    assert get("/rules/versions/nobody", "/rules/versions/{version}", status=404)["reason"] == "not_found"
    basis = get(f"/basis?model_version={said['model_version']}&rules_version={published.version}")
    assert basis["policy"]["why"] == "to be read"
    assert basis["model"]["live"]
    assert basis["thresholds"]["source"] == "model"
    decided = get(f"/models/{said['model_version']}", "/models/{model_version}")["thresholds"]
    assert {name: basis["thresholds"][name] for name in ("review", "block")} == decided


@pytest.mark.parametrize("path", ["/overview?hours=2", "/rules/versions?limit=0", "/models?x=1", "/basis?model=x"])
def test_wrong_parameters_are_refused(get, path):
    """422, in the described form."""
    assert get(path, status=422)["reason"] == "parameter_invalid"


def test_no_route_takes_long(story, get):
    """Far below what API Gateway waits, on a busy machine, too; and all of it is printed (`pytest -s`)."""
    runs, issuer, said, _ = story
    for route in ROUTES:
        path = route.path.replace("{model_version}", said["model_version"]).replace("{version}", "shipped")
        began = time.perf_counter()
        assert ask(runs, path, issuer.token(scope=READ))[0] == 200
        took = time.perf_counter() - began
        print(f"{route.key}: {1000 * took:.0f} ms")
        assert took < 10, path


def test_what_the_function_may_do_is_what_it_did(story):
    """Used = granted: no call without a statement, no statement without a call."""
    runs, _, _, calls = story
    name = f"{runs.deployed.stack_name}-serve-console"
    lines = [json.loads(line) for line in calls.read_text().splitlines()]
    used = {(line["action"], line["resource"]) for line in lines if line["caller"] == name}
    found = runs.client("cloudformation").describe_stack_resource(
        StackName=runs.deployed.stack_name, LogicalResourceId=ROLE
    )
    grants = grants_of_role(runs.client("iam"), found["StackResourceDetail"]["PhysicalResourceId"])
    refused = [call for call in sorted(used) if not any(grant.covers(*call) for grant in grants)]
    assert refused == []
    idle = [
        f"{grant.sid}: {action}"
        for grant in grants
        for action in grant.actions
        if action not in MISSING
        and not any(Grant(sid="", actions=(action,), resources=grant.resources).covers(*call) for call in used)
    ]
    assert idle == []
