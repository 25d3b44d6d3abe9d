"""What is served is watched over the whole embedded stack: spikes ring, drift is told and has the model retrained.

One stack; the tests tell one story, in order: none is left out without the next.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from local.demo_data import DemoData, simulated
from local.metric_history import backfill_rates, count
from local.model_runs import Runs
from local.processes import ROOT
from local.producer import Producer
from local.sending import shipment
from local.stream_plan import Kind, Record
from local.waiting import wait_until
from tests.e2e.conftest import deployed_stack

from event_lines import to_label_lines  # isort: skip

pytestmark = pytest.mark.e2e
ORDINARY = 1_600
COLUMNS = ("amount", "hour_of_day", "score", "card_amount_ratio_30d")


@pytest.fixture(scope="module")
def data() -> DemoData:
    """Two months to learn from, then six days: whole days, for the hour is a feature."""
    world = {"cards": 1_500, "terminals": 450, "online_shops": 40, "daily_transactions": 800, "fraud_share": 0.0099}
    return simulated(transactions=4_800, seed=3, history_days=65, **world)


@pytest.fixture(scope="module")
def runs(data: DemoData, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """A stack with a model that learned from the history."""
    with deployed_stack(tmp_path_factory.mktemp("watched")) as deployed:
        runs = Runs(deployed)
        runs.put_history(data.history, tmp_path_factory.mktemp("history"))
        assert runs.fill_histories()["status"] == "SUCCEEDED"
        assert runs.retrain()["said"]["status"] == "promoted"
        yield runs
        runs.close()


def invoke(runs: Runs, function: str, **event: str) -> dict:
    """Invoke one of the watching functions by hand."""
    name = f"{runs.deployed.stack_name}-{function}"
    answer = runs.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return told


def measure(runs: Runs, hours: int) -> dict:
    """Measure the 24 hours that end so many hours from now: they hold what has just arrived."""
    return invoke(runs, "measure-drift", as_of=(datetime.now(UTC) + timedelta(hours=hours)).isoformat())


def send(runs: Runs, data: DemoData, expected: int) -> None:
    """Send transactions, and wait until so many are decided in all."""
    records = shipment(data, now=datetime.now(UTC)).records
    Producer(runs.client("kinesis"), runs.outputs["TransactionStreamName"]).send(records)
    pages = runs.client("dynamodb").get_paginator("scan")
    table = runs.outputs["DecisionsTableName"]
    wait_until(
        lambda: sum(page["Count"] for page in pages.paginate(TableName=table, Select="COUNT")) >= expected,
        120,
        what=f"{expected} decisions",
    )


def alarm(runs: Runs, name: str) -> str:
    """Return the state of an alarm of the template."""
    pages = runs.client("cloudwatch").get_paginator("describe_alarms").paginate()
    (state,) = {
        found["StateValue"]
        for page in pages
        for found in page["MetricAlarms"]
        if f"-{name}Alarm-" in found["AlarmName"]
    }
    return state


def test_the_schedules_invoke_both_functions(runs):
    """What they send is understood: the one writes the report of the day before, the other counts itself."""
    schedule(runs, "watch-rates", "ENABLED")
    schedule(runs, "measure-drift", "ENABLED")
    bucket = runs.outputs["ModelsBucketName"]
    listed = wait_until(
        lambda: runs.client("s3").list_objects_v2(Bucket=bucket, Prefix="drift/").get("Contents"), 120, what="a report"
    )
    report = json.loads(runs.client("s3").get_object(Bucket=bucket, Key=listed[0]["Key"])["Body"].read())
    assert report["why_not"].startswith("0 transactions of 0 cards are too few")
    wait_until(lambda: metric_values(runs, "RatesWatched", "watch_rates"), 60, what="a look at the rates")
    schedule(runs, "watch-rates", "DISABLED")
    schedule(runs, "measure-drift", "DISABLED")
    assert alarm(runs, "ModelDrift") == "OK"


def schedule(runs: Runs, function: str, state: str) -> None:
    """Have a function's schedule run once, now, or not at all."""
    name = f"{runs.deployed.stack_name}-{function}"
    scheduler = runs.client("scheduler")
    found = scheduler.get_schedule(Name=name, GroupName=f"{runs.deployed.stack_name}-watching")
    kept = {key: found[key] for key in ("Name", "GroupName", "FlexibleTimeWindow", "Target")}
    soon = f"at({datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S})"
    scheduler.update_schedule(**kept, ScheduleExpression=soon, State=state)


def test_an_ordinary_hour_is_no_spike(runs):
    """Thirteen days of such hours, and another one like them."""
    backfill_rates(runs.client("cloudwatch"), until=datetime.now(UTC) - timedelta(minutes=2))
    told = invoke(runs, "watch-rates")
    for name in ("AlertRate", "FraudRate"):
        assert told[name]["why_not"] == ""
        assert told[name]["rate"] == pytest.approx(told[name]["usual"], rel=0.9)
        assert not told[name]["is_spike"]
    assert alarm(runs, "AlertRateSpike") == "OK"


def test_a_burst_of_alerts_rings_and_one_of_frauds_too(runs):
    """Five times as many as is usual at this hour; operations hear of both alarms."""
    count(runs.client("cloudwatch"), datetime.now(UTC) - timedelta(minutes=8), Alerts=100, FraudLabels=40)
    told = invoke(runs, "watch-rates")
    assert told["AlertRate"]["is_spike"]
    assert told["FraudRate"]["is_spike"]
    letters: list[str] = []

    def heard() -> bool:
        letters.extend(runs.letters())
        return all(any(f"{name}SpikeAlarm" in letter for letter in letters) for name in ("AlertRate", "FraudRate"))

    wait_until(heard, 60, what="both alarms")


def test_what_is_like_the_past_moves_neither_amounts_nor_the_score(runs, data):
    """The two days after those that were learned from; counts of what is kept may still grow in so young a world."""
    send(runs, replace(data, streamed=data.streamed.head(ORDINARY)), ORDINARY)
    told = measure(runs, hours=2)
    assert told["why_not"] == ""
    assert not set(COLUMNS).intersection(told["drifted"])


def test_larger_amounts_are_drift_that_is_told_and_waits_for_the_cooldown(runs, data):
    """The champion went live minutes ago: the letter says what moved and until when no retraining starts; once."""
    runs.letters()
    later = data.streamed.iloc[ORDINARY:]
    send(runs, replace(data, streamed=later.assign(amount_minor=later["amount_minor"] * 8)), len(data.streamed))
    before = runs.executions("RetrainStateMachineArn")
    told = measure(runs, hours=1)
    assert "amount" in told["drifted"]
    assert told["retraining"]["action"] == "held"
    assert "the champion went live" in told["retraining"]["text"]
    assert runs.executions("RetrainStateMachineArn") == before
    (letter,) = (letter for letter in runs.letters() if letter.startswith("Drift: model"))
    assert "- amount: distributed otherwise (PSI " in letter
    assert measure(runs, hours=1) == told | {"is_new": False}
    assert not [letter for letter in runs.letters() if letter.startswith("Drift: model")]


def test_the_alarm_rings(runs):
    """Within the five minutes after which a period is over, at most."""
    wait_until(lambda: alarm(runs, "ModelDrift") == "ALARM", 360, what="the alarm")
    values = metric_values(runs, "ScorePsi")
    assert values
    assert max(metric_values(runs, "DriftedFeatures")) >= 1


def metric_values(runs: Runs, name: str, service: str = "measure_drift") -> list[float]:
    """Return what a function said of a metric in the last day."""
    now = datetime.now(UTC)
    dimensions = [{"Name": "service", "Value": service}]
    metric = {"Namespace": "Fraudstream", "MetricName": name, "Dimensions": dimensions}
    (found,) = runs.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Maximum"}}],
        StartTime=now - timedelta(days=1),
        EndTime=now + timedelta(minutes=5),
    )["MetricDataResults"]
    return found["Values"]


def test_matured_labels_judge_the_scores_that_were_served(runs, data):
    """Eight days from now today has matured: the frauds that were reported, against the scores as they were served."""
    frauds = data.streamed[data.streamed["transaction_id"].map(data.is_fraud).astype(bool)]
    names = ["transaction_id", "card_id", "terminal_id", "event_time"]
    said = frauds[names].assign(label="fraud", label_time=pd.Timestamp.now("UTC"))
    lines = zip(said["card_id"], to_label_lines(said, "chargeback"), strict=True)
    records = [Record(kind=Kind.LABEL, transaction_id="", partition_key=card, data=line) for card, line in lines]
    Producer(runs.client("kinesis"), runs.outputs["TransactionStreamName"]).send(records)
    table, key = runs.outputs["DecisionsTableName"], {"transaction_id": {"S": frauds["transaction_id"].iloc[-1]}}
    decisions = runs.client("dynamodb")
    wait_until(lambda: "label" in decisions.get_item(TableName=table, Key=key)["Item"], 60, what="the last label")
    told = measure(runs, hours=8 * 24)
    assert told["why_not"] == "0 transactions of 0 cards are too few; 500 of 100 cards are needed"
    s3, bucket = runs.client("s3"), runs.outputs["ModelsBucketName"]
    last = max(entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="drift/")["Contents"])
    labels = json.loads(s3.get_object(Bucket=bucket, Key=last)["Body"].read())["labels"]
    assert (labels["rows"], labels["frauds"]) == (len(data.streamed), len(frauds))
    assert labels["of_champion"]
    assert labels["evaluated"]["log_loss"] > 0
    assert labels["average_precision_low"] <= labels["average_precision"] <= labels["average_precision_high"]
    (told_loss,) = wait_until(lambda: metric_values(runs, "LabelLogLoss"), 30, what="the metric")
    assert told_loss == pytest.approx(labels["log_loss"])


def test_the_report_is_printed_for_people(runs):
    """By the command of `make drift`."""
    ended = subprocess.run(
        [sys.executable, "-m", "operate", "drift", "--stack", runs.deployed.stack_name],
        cwd=ROOT,
        env=os.environ | runs.deployed.stack.info.environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert "served scores on 4,800 matured transactions" in ended.stdout


def test_once_the_cooldown_is_over_drift_starts_one_retraining_and_then_holds(runs):
    """Its input says why; the next measurement, of other hours, starts none."""
    before = runs.executions("RetrainStateMachineArn")
    cooldown(runs, days="0")
    assert measure(runs, hours=3)["retraining"]["action"] == "started"
    (started,) = set(runs.executions("RetrainStateMachineArn")) - set(before)
    described = runs.client("stepfunctions").describe_execution(executionArn=started)
    assert described["name"].startswith("drift-2")
    assert json.loads(described["input"])["reason"].startswith("drift: ")
    runs.ended(started)
    cooldown(runs, days="3")
    measure(runs, hours=20)
    assert set(runs.executions("RetrainStateMachineArn")) == {*before, started}


def cooldown(runs: Runs, *, days: str) -> None:
    """Set the template's parameter as a stack update would."""
    name = f"{runs.deployed.stack_name}-measure-drift"
    functions = runs.client("lambda")
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    changed = {"Variables": variables | {"DRIFT_COOLDOWN_DAYS": days}}
    functions.update_function_configuration(FunctionName=name, Environment=changed)
