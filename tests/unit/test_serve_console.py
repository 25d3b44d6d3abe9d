"""What the console's pages are told, by route: how the system does, drift, models, rules, and what decided."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from fraudstream.policy import default_policy
from jsonschema import Draft202012Validator

from docs import console_files
from docs.openapi.document import document
from docs.openapi.serve_console import ROUTES
from tests.unit.serve_console_world import NOW, STACK, World, reading

DOCUMENT = document()
EVALUATION = {
    "promote": True,
    "model_version": "m-1",
    "thresholds": {"review": 0.4, "block": 0.9},
    "challenger": {
        "all_rows": {
            "rows": 100,
            "frauds": 3,
            "average_precision": 0.7,
            "roc_auc": 0.97,
            "recall_at_budget": None,
            "card_precision_at_k": 0.1,
        },
        "money": {"currency": "EUR", "saved_minor": 12_000},
    },
    "curves": {"challenger": {"precision_recall": [[0.0, 1.0]]}},
}


@pytest.fixture
def world(monkeypatch):
    with reading(monkeypatch, World()) as made:
        yield made


def described(path: str, answer: object) -> object:
    """Hold an answer to its description; return it."""
    schema = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema | {"components": DOCUMENT["components"]}).validate(answer)
    return answer


def told(world: World, path: str, template: str = "", **query: str):
    """Ask, and hold the answer to its description."""
    status, answer = world.ask(path, **query)
    assert status == 200, answer
    return described(template or path, answer)


def test_whatever_is_there_is_told_in_the_described_form(world):
    """An empty stack has answers too: no model, no report, no rules, nothing measured."""
    overview = told(world, "/overview")
    assert set(overview["series"]["decided"]) == {0}
    assert set(overview["series"]["endpoint_p99_ms"]) == {None}
    assert overview["rates"]["alert"]["why_not"].endswith("are too few; 200 are needed")
    assert told(world, "/drift") == {"report": None, "history": []}
    assert told(world, "/models") == {"champion": None, "models": [], "events": []}
    assert [each["version"] for each in told(world, "/rules/versions")["versions"]] == ["shipped"]
    assert told(world, "/basis") == {"thresholds": None, "model": None, "policy": None}


def test_what_both_ways_of_deciding_counted_is_added_up_by_step(world):
    """Stream and API decide; a step begins where CloudWatch's period does, and the last one is over."""
    world.metric("Decided", (10, 100), (130, 50))
    world.metric("Decided", (10, 7), of="serve_api")
    world.metric("IteratorAge", (10, 250.0), of=f"{STACK}-score-transactions", space="AWS/Lambda")
    world.metric("ModelLatency", (10, 9_500.0), of=STACK, space="AWS/SageMaker")
    shown = told(world, "/overview", hours="1")
    assert (shown["step_seconds"], len(shown["times"])) == (60, 60)
    assert shown["until"] == "2026-11-24T02:29:00.000Z"
    at = [index for index, value in enumerate(shown["series"]["decided"]) if value]
    assert [shown["series"]["decided"][index] for index in at] == [107]
    assert shown["times"][at[0]] == int((NOW - timedelta(minutes=10, seconds=30)).timestamp())
    assert shown["series"]["iterator_age_ms"][at[0]] == 250.0
    assert shown["series"]["endpoint_p50_ms"][at[0]] == 9.5
    assert sum(value is not None for value in shown["series"]["iterator_age_ms"]) == 1


@pytest.mark.parametrize(("hours", "step"), [("1", 60), ("6", 60), ("24", 300), ("72", 300), ("168", 3600)])
def test_the_steps_fit_the_hours(world, hours, step):
    """As many times as values, in every series, and rates for as many hours, a day at least."""
    shown = told(world, "/overview", hours=hours)
    assert shown["step_seconds"] == step
    assert {len(values) for values in shown["series"].values()} == {len(shown["times"])} == {int(hours) * 3600 // step}
    assert len(shown["rates"]["times"]) == len(shown["rates"]["alert"]["rate"]) == max(int(hours), 24)


def test_a_burst_stands_out_of_its_band_and_is_marked(world):
    """Fourteen days of ten alerts for every thousand, then fifty: the last hour, as the watching function sees it."""
    for hour in range(16 * 24):
        world.metric("Decided", (hour * 60 + 20, 1_000))
        world.metric("Alerts", (hour * 60 + 20, 50 if hour == 0 else 10))
        world.metric("FraudLabels", (hour * 60 + 20, 2))
    rates = told(world, "/overview")["rates"]
    alert, fraud = rates["alert"], rates["fraud"]
    assert alert["rate"][-1] == pytest.approx(0.05)
    assert alert["low"][-1] < alert["usual"][-1] == pytest.approx(0.01)
    assert alert["usual"][-1] < alert["high"][-1] < 0.05
    assert alert["spike"] == [False] * 23 + [True]
    assert not any(fraud["spike"])
    assert fraud["why_not"] == alert["why_not"] == ""
    assert rates["times"][-1] == (int(NOW.timestamp()) - 60) // 300 * 300 - 3600


def test_cost_is_what_was_used_times_list_prices(world):
    """By hand for one of each; what was not measured is null, and what has gone by before the month does not count."""
    world.metric(
        "ConsumedWriteCapacityUnits", (60, 1_000_000), (60 * 24 * 40, 9e9), of="Decisions", space="AWS/DynamoDB"
    )
    world.metric("Invocations", (60, 1_000), of=f"{STACK}-score-transactions", space="AWS/Lambda")
    world.metric("Duration", (60, 60_000), of=f"{STACK}-score-transactions", space="AWS/Lambda")
    cost = told(world, "/overview")["cost"]
    hours = (NOW - NOW.replace(day=1, hour=0, minute=0, second=0)).total_seconds() / 3600
    assert cost["since"] == "2026-11-01T00:00:00.000Z"
    assert cost["by"]["tables"] == pytest.approx(0.625)
    assert cost["by"]["functions"] == pytest.approx(1_000 * 0.0000002 + 60 * 0.0000133334, abs=1e-4)
    assert cost["by"]["stream"] == pytest.approx(hours * (0.015 + 0.02), abs=1e-4)
    assert cost["by"]["objects"] == pytest.approx(0.005)
    assert cost["by"]["endpoint"] is None
    assert cost["dollars"] == pytest.approx(sum(value or 0 for value in cost["by"].values()), abs=1e-3)


def test_a_stack_that_is_young_has_cost_little(world):
    """A stream of an hour is charged for an hour, not for the month."""
    world.created = NOW - timedelta(hours=1)
    cost = told(world, "/overview")["cost"]
    assert cost["dollars"] == pytest.approx(0.035, abs=1e-4)
    assert cost["since"] == "2026-11-24T01:30:30.000Z"


def test_prices_and_rules_are_those_of_their_folders():
    """A price that changed without `make docs` fails here; so does a rule."""
    for file, text in console_files.contents().items():
        assert Path(file).read_text(encoding="utf-8") == text


def alarm(name: str, state: str, description: str = "What happened. Runbook: docs/runbooks/scoring-lag.md.") -> dict:
    """An alarm as CloudWatch describes it."""
    return {
        "AlarmName": name,
        "StateValue": state,
        "StateUpdatedTimestamp": NOW,
        "StateReason": "Threshold Crossed",
        "AlarmDescription": description,
    }


def test_alarms_that_ring_come_first_with_their_runbooks(world):
    """And none of another stack, whose name begins with this one's."""
    world.alarms = [
        alarm(f"{STACK}-ScoringLagAlarm-1ABC", "OK"),
        alarm(f"{STACK}-GivenUpAlarm-2DEF", "ALARM", "No page of its own."),
        alarm(f"{STACK}-dev-ScoringLagAlarm-3GHI", "ALARM"),
    ]
    first, second = told(world, "/overview")["alarms"]
    assert (first["name"], first["state"], first["runbook"]) == ("GivenUp", "ALARM", None)
    assert (second["name"], second["runbook"]) == ("ScoringLag", "docs/runbooks/scoring-lag.md")
    assert second["what"] == "What happened."


def column(name: str, psi: float, *, drifted: bool = False, missing: bool = False) -> dict:
    """A column of a drift report."""
    return {"name": name, "psi": psi, "drifted": drifted, "missing_drifted": missing}


def test_drift_reports_are_told_newest_first_and_read_once(world):
    """The last one whole; a day without a measurement stands there too, with the reason."""
    window = {"from": "2026-11-22T02:00:00Z", "until": "2026-11-23T02:00:00Z"}
    world.put("drift/2026-11-22.json", {"window": window, "why_not": "too few", "drift": None})
    report = {
        "window": window | {"until": "2026-11-24T02:00:00Z"},
        "why_not": "",
        "champion": {"model_version": "m-1"},
        "drift": {
            "rows": 900,
            "columns": [column("amount", 0.4, drifted=True), column("score", 0.03), column("hour", 0.1, missing=True)],
        },
        "drifted": ["amount"],
        "labels": {"worse": False},
    }
    world.put("drift/2026-11-23.json", report)
    world.put("drift/2024-01-01.json", report)
    shown = told(world, "/drift")
    assert shown["report"] == report
    today, before = shown["history"]
    assert today["until"] == "2026-11-24T02:00:00.000Z"
    assert (today["score_psi"], today["largest_psi"], today["largest"]) == (0.03, 0.4, "amount")
    assert (today["drifted"], today["missing"], today["worse"]) == (["amount"], 1, False)
    assert (before["why_not"], before["largest_psi"], before["rows"]) == ("too few", None, 0)


def test_models_are_told_with_figures_and_what_became_of_them(world):
    """Live, refused, rolled back, failed: each from where it is kept for good, or from its run."""
    first = world.register("m-1", days_ago=9, evaluation=EVALUATION)
    second = world.register(
        "m-2",
        days_ago=5,
        ModelApprovalStatus="Rejected",
        ApprovalDescription="Verify: VerificationFailed",
        LastModifiedTime=NOW - timedelta(days=4),
    )
    world.point(first, days_ago=8)
    world.put("runs/m-3/evaluation/evaluation.json", EVALUATION | {"model_version": "m-3"})
    kept = {"status": "kept", "reason": "not better", "model_version": "m-3", "run": "m-3"}
    world.ran("retrain", "m-3", days_ago=1, output=kept)
    world.ran("retrain", "m-4", days_ago=0.5, status="FAILED", error="X", cause='Train: {"FailureReason": "no memory"}')
    world.ran("retrain", "m-2", days_ago=4, status="FAILED", error="X", cause="Deploy: whatever")
    world.ran("retrain", "m-5", days_ago=0, status="RUNNING")
    cause = "Verify: row 3 scored otherwise (the operations topic was told)"
    asked = {"model_package_arn": second}
    world.ran("deploy", "d-2", days_ago=4, status="FAILED", error="VerificationFailed", cause=cause, input=asked)
    world.ran("deploy", "d-1", days_ago=8, output={"status": "promoted", "model_version": "m-1"})
    shown = told(world, "/models")
    assert shown["champion"] == "m-1"
    assert [(each["model_version"], each["approval"], each["live"]) for each in shown["models"]] == [
        ("m-3", "NotRegistered", False),
        ("m-2", "Rejected", False),
        ("m-1", "Approved", True),
    ]
    assert [each["has_report"] for each in shown["models"]] == [True, False, True]
    champion = shown["models"][-1]
    assert champion["thresholds"] == {"review": 0.4, "block": 0.9}
    assert (champion["metrics"]["auc"], champion["metrics"]["saved_minor"]) == (0.97, 12_000)
    assert [(each["kind"], each["model_version"], each["text"]) for each in shown["events"]] == [
        ("failed", None, "Train: no memory"),
        ("refused", "m-3", "not better"),
        ("rolled_back", "m-2", "Verify: row 3 scored otherwise"),
        ("registered", "m-2", "version 2 of the registry: better"),
        ("live", "m-1", "better"),
        ("registered", "m-1", "version 1 of the registry: better"),
    ]


def test_what_was_refused_long_ago_is_told_by_the_registry(world):
    """Step Functions keeps runs for 90 days."""
    world.register("m-1", days_ago=200)
    world.register(
        "m-2",
        days_ago=190,
        ModelApprovalStatus="Rejected",
        ApprovalDescription="In shadow: slow",
        LastModifiedTime=NOW - timedelta(days=189),
    )
    last = told(world, "/models")["events"][0]
    assert (last["kind"], last["model_version"], last["text"]) == ("refused", "m-2", "In shadow: slow")


def test_going_back_is_told_as_such(world):
    """The pointer keeps where it stood."""
    first, second = world.register("m-1", days_ago=9), world.register("m-2", days_ago=5)
    for arn, ago in ((first, 8), (second, 4), (first, 3), (first, 2)):
        world.point(arn, days_ago=ago)
    live = [each for each in told(world, "/models")["events"] if each["kind"] == "live"]
    assert [(each["model_version"], each["text"]) for each in live] == [
        ("m-1", "deployed again"),
        ("m-1", "gone back to: it was live before"),
        ("m-2", "better"),
        ("m-1", "better"),
    ]


@pytest.mark.parametrize(
    ("error", "cause", "status", "kind"),
    [
        ("ArtefactChanged", "CheckArtefact: another digest", "FAILED", "refused"),
        ("NotApproved", "DescribePackage: not approved", "FAILED", "refused"),
        ("SageMaker.X", "DescribePackage: away", "FAILED", "failed"),
        ("DeploymentFailed", "DescribeEndpoint: it is Failed", "FAILED", "rolled_back"),
        ("", "", "TIMED_OUT", "failed"),
        ("", "", "ABORTED", "failed"),
    ],
)
def test_a_deployment_that_failed_says_whether_anything_was_put_back(world, error, cause, status, kind):
    """Nothing was where the endpoint had not been touched."""
    arn = world.register("m-1", days_ago=9)
    world.ran("deploy", "d", days_ago=1, status=status, error=error, cause=cause, input={"model_package_arn": arn})
    event = told(world, "/models")["events"][0]
    assert (event["kind"], event["model_version"]) == (kind, "m-1")
    assert event["text"]


def test_a_champion_that_does_not_verify_any_more_was_not_rolled_back(world):
    """There is nothing to put back."""
    arn = world.register("m-1", days_ago=9)
    world.point(arn, days_ago=8)
    failed = {"status": "FAILED", "error": "VerificationFailed", "cause": "Verify: differs"}
    world.ran("deploy", "d", days_ago=1, input={"model_package_arn": arn}, **failed)
    assert told(world, "/models")["events"][0]["kind"] == "failed"


def test_a_model_is_told_with_its_evaluation(world):
    """Of the registry, and of a challenger that was not registered."""
    world.register("m-1", days_ago=9, evaluation=EVALUATION)
    world.put("runs/m-3/evaluation/evaluation.json", EVALUATION)
    world.ran("retrain", "m-3", days_ago=1, output={"status": "kept", "reason": "no", "model_version": "m-3"})
    for version in ("m-1", "m-3"):
        shown = told(world, f"/models/{version}", "/models/{model_version}")
        assert (shown["model_version"], shown["evaluation"]) == (version, EVALUATION)


def test_an_evaluation_that_is_gone_leaves_the_model(world):
    """It is kept for a year; the registry for good."""
    world.register("m-1", days_ago=400)
    shown = told(world, "/models/m-1", "/models/{model_version}")
    assert (shown["evaluation"], shown["metrics"], shown["has_report"]) == (None, None, False)


def test_publications_are_told_newest_first_with_the_one_that_decides(world):
    """The log may lack the last one, where its publisher was stopped; a version may have been published twice."""
    world.publish("a", minutes_ago=60)
    world.publish("b", minutes_ago=50)
    world.publish("a", minutes_ago=40, noted=False)
    versions = told(world, "/rules/versions")["versions"]
    assert [(each["version"], each["live"]) for each in versions] == [
        ("a", True),
        ("b", False),
        ("a", False),
        ("shipped", False),
    ]
    assert [each["version"] for each in told(world, "/rules/versions", limit="1")["versions"]] == ["a", "shipped"]


def test_a_version_is_told_with_its_document_and_its_text(world):
    """As it was published; the shipped one by that word, and by the version that decisions name."""
    world.publish("a", minutes_ago=60, rules=[])
    template = "/rules/versions/{version}"
    shown = told(world, "/rules/versions/a", template)
    assert (shown["document"], shown["yaml"], shown["live"]) == ({"version": "a", "rules": []}, "# a\n", True)
    ships = told(world, "/rules/versions/shipped", template)
    assert ships["document"]["version"] == default_policy().version
    assert ships["yaml"].startswith("# The policy that ships")
    assert not ships["live"]
    named = told(world, f"/rules/versions/{default_policy().version}", template)
    assert named["document"] == ships["document"]


def test_a_version_that_is_too_large_to_send_says_how_to_have_it(world):
    """Lambda's answer has an end; 50,000 entries are lawful."""
    world.publish("a", minutes_ago=60, lists=["x" * 64] * 70_000)
    status, answer = world.ask("/rules/versions/a")
    assert (status, answer["reason"]) == (422, "answer_too_large")
    assert "operate rules show" in answer["detail"]


def test_what_a_decision_was_made_by_is_told(world):
    """The model's thresholds where the team left them to it."""
    arn = world.register("m-1", days_ago=9, evaluation=EVALUATION)
    world.point(arn, days_ago=8)
    world.publish("a", minutes_ago=60, thresholds={"review": "model", "block": 0.8})
    shown = told(world, "/basis", model_version="m-1", rules_version=default_policy().version)
    assert shown["thresholds"] == {"review": 0.4, "block": 0.9, "source": "model"}
    assert shown["model"]["live"]
    assert shown["policy"]["author"] is None
    by_team = told(world, "/basis", model_version="m-1", rules_version="a")
    assert by_team["thresholds"] == {"review": 0.4, "block": 0.8, "source": "policy"}
    assert by_team["policy"]["author"] == "Bo"
    alone = told(world, "/basis", rules_version="a")
    assert (alone["thresholds"], alone["model"]) == (None, None)
    assert told(world, "/basis", model_version="m-9", rules_version="z") == {
        "thresholds": None,
        "model": None,
        "policy": None,
    }


@pytest.mark.parametrize("path", ["/models/m-9", "/rules/versions/z", "/rules/versions/..%2Flive", "/models/\u202e"])
def test_what_is_not_there_is_not_found(world, path):
    """404, with a reason."""
    status, answer = world.ask(path)
    assert (status, answer["reason"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/overview", {"hours": "2"}),
        ("/overview", {"hours": "024"}),
        ("/overview", {"days": "1"}),
        ("/drift", {"x": "1"}),
        ("/models", {"x": "1"}),
        ("/models/m-1", {"x": "1"}),
        ("/rules/versions", {"limit": "0"}),
        ("/rules/versions", {"limit": "201"}),
        ("/rules/versions", {"limit": "²"}),
        ("/rules/versions/a", {"x": "1"}),
        ("/basis", {"model_version": ""}),
        ("/basis", {"model": "m-1"}),
    ],
)
def test_wrong_parameters_are_refused(world, path, query):
    """422, and nothing is asked of AWS."""
    status, answer = world.ask(path, **query)
    assert (status, answer["reason"]) == (422, "parameter_invalid")
    assert world.calls == []


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/overview", "get_metric_data"),
        ("/overview", "describe_alarms"),
        ("/overview", "describe_stream_summary"),
        ("/drift", "list_objects_v2"),
        ("/models", "list_model_packages"),
        ("/models", "get_parameter_history"),
        ("/models", "list_executions"),
        ("/models", "describe_execution"),
        ("/models/m-1", "describe_model_package"),
        ("/rules/versions", "get_object"),
        ("/rules/versions", "list_objects_v2"),
        ("/rules/versions/a", "get_object"),
    ],
)
def test_while_something_is_away_the_request_is_to_be_sent_again(world, path, call):
    """503 with a time to wait; and what failed is not kept: the next request is answered."""
    world.register("m-1", days_ago=1)
    world.ran("retrain", "m-3", days_ago=1, output={"status": "kept", "reason": "no", "model_version": "m-3"})
    world.publish("a", minutes_ago=5)
    world.away = {call}
    status, answer = world.ask(path)
    assert (status, answer["reason"]) == (503, "unavailable")
    world.away = set()
    assert world.ask(path)[0] == 200, "what failed was kept"


def test_an_answer_is_kept_for_a_few_seconds_and_what_never_changes_for_good(world):
    """Of many who look at a page, one asks AWS; a run that has ended and its evaluation are asked for once."""
    world.register("m-1", days_ago=9, evaluation=EVALUATION)
    world.ran("retrain", "m-3", days_ago=1, output={"status": "kept", "reason": "no", "model_version": "m-3"})
    told(world, "/models")
    asked = len(world.calls)
    told(world, "/models")
    assert len(world.calls) == asked
    told(world, "/models/m-1", "/models/{model_version}")
    later = world.calls[asked:]
    assert "describe_execution" not in later
    assert "get_object" not in later


def test_every_route_has_an_example_of_its_form():
    """And the larger ones that the pages are made with are in that form too, where they lie beside."""
    for route in ROUTES:
        described(route.path, json.loads(json.dumps(route.answer_example)))
