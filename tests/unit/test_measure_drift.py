"""A day is measured once: what was served is compared, told, acted on, and kept."""

import json
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import boto3
import numpy as np
import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.errors import SettingsError, StoreUnavailableError

from tests.unit.function_loading import function_modules
from tests.unit.watching_world import NAMES, NOW, WATCHING, World, archived, artefact, refused, served, with_champion

LAST_DAY, MATURED = "date=2026-11-23/hour=20", "date=2026-11-14/hour=10"
NOW_MS = round(NOW.timestamp() * 1000)
ENVIRONMENT = {
    "ARCHIVE_BUCKET": "archive",
    "MODELS_BUCKET": "models",
    "DECISIONS_TABLE": "decisions",
    "CHAMPION_PARAMETER": "/stack/champion",
    "RETRAIN_STATE_MACHINE_ARN": "machine",
    "OPERATIONS_TOPIC_ARN": "topic",
    "DRIFT_RETRAIN": "ENABLED",
    "DRIFT_COOLDOWN_DAYS": "3",
    "DRIFT_PSI": "0.25",
}
REPORT = "models/drift/2026-11-24.json"


@pytest.fixture(name="run")
def a_run():
    """Measure the day before `NOW`, or before another moment, in a world."""
    with function_modules("measure_drift", "measurement", "retraining", "settings") as (
        measurement,
        retraining,
        module,
    ):

        def run(world: World, *, as_of: datetime | None = None, seconds: float = 60, **changes: str):
            settings = module.Settings.read(ENVIRONMENT | changes)
            machine = retraining.Retraining(
                states=world,
                machine="machine",
                enabled=settings.drift_retrain,
                cooldown=timedelta(days=settings.drift_cooldown_days),
            )
            measured = measurement.Measurement(
                settings=settings, client=world.client, calls=Calls(1), retraining=machine
            )
            event = {"as_of": as_of.isoformat()} if as_of else {}
            return measured.run(event, NOW_MS, lambda: seconds)

        yield run


def a_day(shift: float = 0.0) -> World:
    """A champion, and a day of two thousand transactions."""
    world = with_champion(World())
    archived(world, served(np.random.default_rng(1), 2_000, shift=shift), LAST_DAY)
    return world


def test_a_day_like_those_learned_from_is_kept_and_nobody_is_told(run) -> None:
    """The report says of each column how far it is, and that nothing was done."""
    world = a_day()
    report, is_new = run(world)
    assert is_new
    assert (report["drifted"], report["retraining"]["action"], report["why_not"]) == ([], "none", "")
    assert {column["name"] for column in report["drift"]["columns"]} == {*NAMES, "score"}
    assert report["window"] == {"from": "2026-11-23T02:00:00Z", "until": "2026-11-24T02:00:00Z"}
    assert json.loads(world.objects[REPORT]) == report
    assert world.letters == world.started == []


def test_a_day_that_moved_is_told_and_has_the_model_retrained(run) -> None:
    """The execution is named after the day and given the reason; the letter names what moved and what was done."""
    world = a_day(shift=1.5)
    report, _ = run(world)
    assert report["drifted"] == ["amount", "score"] or report["drifted"] == ["score", "amount"]
    (started,) = world.started
    assert started["name"] == "drift-2026-11-24"
    assert json.loads(started["input"])["reason"].startswith("drift: ")
    assert "amount (PSI " in json.loads(started["input"])["reason"]
    (letter,) = world.letters
    assert letter["Subject"] == "Drift: model m7"
    assert "- amount: distributed otherwise" in letter["Message"]
    assert "The retraining drift-2026-11-24 was started." in letter["Message"]


def test_asked_again_for_the_same_hours_it_answers_what_it_kept(run) -> None:
    """No second letter, no second retraining, and no object of the archive is read."""
    world = a_day(shift=1.5)
    first, _ = run(world)
    world.reads.clear()
    assert run(world) == (first, False)
    assert world.reads == ["drift/2026-11-24.json"]
    assert len(world.letters) == len(world.started) == 1


def test_a_call_that_died_before_it_kept_its_report_is_done_again_and_starts_no_second_retraining(run) -> None:
    """The name of the day's execution is there already; the same is found and said."""
    world = a_day(shift=1.5)
    first, _ = run(world)
    del world.objects[REPORT]
    again, is_new = run(world)
    assert is_new
    assert again == first
    assert len(world.started) == 1


@pytest.mark.parametrize(
    ("changes", "executions", "days", "action"),
    [
        ({}, [], 30, "started"),
        ({"DRIFT_RETRAIN": "DISABLED"}, [], 30, "disabled"),
        ({}, [], 2, "held"),
        ({}, [{"name": "scheduled", "startDate": NOW - timedelta(days=2)}], 30, "held"),
        ({}, [{"name": "scheduled", "startDate": NOW - timedelta(days=4)}], 30, "started"),
        ({"DRIFT_COOLDOWN_DAYS": "0"}, [{"name": "scheduled", "startDate": NOW - timedelta(hours=1)}], 0, "started"),
    ],
)
def test_a_retraining_waits_for_the_cooldown(run, changes, executions, days, action) -> None:
    """Since the last one began, whoever began it, and since the champion went live."""
    world = a_day(shift=1.5)
    world.executions, world.since = list(executions), NOW - timedelta(days=days)
    report, _ = run(world, **changes)
    assert report["retraining"]["action"] == action
    assert len(world.started) == (action == "started")
    assert report["retraining"]["text"] in world.letters[0]["Message"]


def test_without_a_model_there_is_nothing_to_compare_with(run) -> None:
    """The report says so; it is one all the same, so that silence means silence."""
    world = World()
    report, is_new = run(world)
    assert is_new
    assert report["why_not"] == "no model scores yet: rules alone decide"
    assert REPORT in world.objects


def test_too_few_transactions_are_not_measured(run) -> None:
    """Neither are those of the hours around."""
    world = with_champion(World())
    archived(world, served(np.random.default_rng(1), 2_000, shift=2), "date=2026-11-24/hour=02")
    archived(world, served(np.random.default_rng(1), 2_000, shift=2), "date=2026-11-23/hour=01")
    report, _ = run(world)
    assert report["why_not"] == "0 transactions of 0 cards are too few; 500 of 100 cards are needed"
    assert world.letters == []


def test_what_cannot_be_read_is_counted_and_passed_over(run) -> None:
    """A damaged object is bad data; a store that is away is not, and raises."""
    world = a_day()
    world.objects[f"archive/archive/{LAST_DAY}/shard/bad.jsonl.zst"] = b"nothing of ours"
    report, _ = run(world)
    assert report["read"] == {"objects": 21, "objects_read": 21, "unreadable": 1, "rows_of_other_features": 0}


def test_a_store_that_is_away_is_raised(run) -> None:
    """The invocation fails, its alarm sounds, and it is tried again."""
    world = a_day()

    def away(**_):
        raise refused("SlowDown")

    world.list_objects_v2 = away
    with pytest.raises(StoreUnavailableError, match="ListObjectsV2"):
        run(world)


@pytest.mark.parametrize("content", [None, b"no archive", artefact({"model.ubj": b"trees"})])
def test_a_champion_whose_artefact_cannot_be_read_is_an_error(run, content) -> None:
    """It scores, and nobody could say from what it learned: that is worth an alarm."""
    world = a_day()
    if content is None:
        del world.objects["models/models/m7/model.tar.gz"]
    else:
        world.objects["models/models/m7/model.tar.gz"] = content
    with pytest.raises(Exception, match=r"go back to another model|is gone"):
        run(world)


def matured(world: World, *, frauds: int, right: bool) -> World:
    """Matured transactions of the champion: its scores right, or as good as drawn by lot."""
    lines = served(np.random.default_rng(5), 3_000, label="m")
    archived(world, lines, MATURED)
    order = np.random.default_rng(6).permutation(3_000)
    if right:
        order = np.argsort([-line["decision"]["fraud_score"] for line in lines], kind="stable")
    said = {"label": {"S": "fraud"}, "label_time": {"S": "2026-11-16T00:00:00.000Z"}}
    world.labels = {line["transaction"]["transaction_id"]: {"label_time": {"S": ""}} for line in lines}
    world.labels |= {f"m{row}": said for row in order[:frauds].tolist()}
    return world


def test_scores_that_rank_worse_than_when_evaluated_are_drift(run) -> None:
    """Of the champion's own transactions, a week after the fact; the letter and the reason have both figures."""
    world = matured(a_day(), frauds=200, right=False)
    report, _ = run(world)
    labels = report["labels"]
    assert labels["worse"] is True
    assert labels["average_precision_low"] <= labels["average_precision"] <= labels["average_precision_high"] < 0.2
    assert labels["evaluated"] == {"average_precision": 0.9, "log_loss": 0.1, "frauds": 400}
    assert "0.900 when it was evaluated" in world.letters[0]["Message"]
    assert "0.900 when evaluated" in json.loads(world.started[0]["input"])["reason"]


def test_scores_that_rank_as_evaluated_are_none(run) -> None:
    """Figures are there, and nothing is claimed."""
    world = matured(a_day(), frauds=200, right=True)
    report, _ = run(world)
    assert report["labels"]["average_precision"] == pytest.approx(1)
    assert report["labels"]["worse"] is False
    assert world.letters == []


def test_few_frauds_say_nothing(run) -> None:
    """Twenty-nine are no ground for a claim."""
    report, _ = run(matured(a_day(), frauds=29, right=False))
    assert report["labels"]["why_not"] == "29 known frauds are too few; 30 are needed"
    assert report["labels"]["average_precision"] is None


def test_a_sample_is_the_same_whoever_reads_it_and_of_every_batch_alike() -> None:
    """Bounded, without repeats, and a row of a large batch as likely as one of a small."""
    world = World()
    archived(world, served(np.random.default_rng(1), 4_000, label="large"), LAST_DAY, batch=1_000)
    archived(world, served(np.random.default_rng(2), 1_000, label="small"), LAST_DAY, batch=10)
    archived(world, served(np.random.default_rng(1), 4_000, label="large"), "date=2026-11-23/hour=21", batch=500)
    prefixes = [f"archive/{LAST_DAY}/", "archive/date=2026-11-23/hour=21/"]
    with function_modules("measure_drift", "sampling") as (sampling,):
        bounds = sampling.Bounds(rows=1_000)
        one, other = (
            sampling.Archive(world, "archive", Calls(threads), lambda: 1.0).sample(prefixes, "seed", bounds)
            for threads in (1, 4)
        )
        names = [row.transaction_id for row in one.rows]
        assert names == [row.transaction_id for row in other.rows]
        assert len(names) == len(set(names)) == 1_000
        assert 130 < sum(name.startswith("small") for name in names) < 270  # of 1 in 5
        late = sampling.Archive(world, "archive", Calls(1), lambda: -1.0).sample(prefixes, "seed", bounds)
        assert (late.rows, late.objects_read) == ([], 0)


def test_metrics_are_one_line_of_the_log_and_none_where_nothing_is_new(monkeypatch, capsys) -> None:
    """Stamped with an hour that was measured; asked again, the function says what it said and counts nothing twice."""
    world = a_day(shift=1.5)
    variables = {"POWERTOOLS_METRICS_NAMESPACE": "Fraudstream", "POWERTOOLS_SERVICE_NAME": "measure_drift"}
    for name, value in (ENVIRONMENT | variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3.session.Session, "client", lambda _session, name, **_: world.client(name))
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 200_000)
    with function_modules("measure_drift", "handler") as (handler,):
        told = [handler.handler({"as_of": NOW.isoformat()}, context) for _ in range(2)]
    assert [answer.pop("is_new") for answer in told] == [True, False]
    assert told[0] == told[1]
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"CloudWatchMetrics"' in line]
    assert line["ModelDrift"] == [1]
    assert line["DriftedFeatures"] == [1]
    assert line["_aws"]["Timestamp"] <= time.time() * 1000
    names = {metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert names < WATCHING


def test_every_mistake_in_the_environment_is_named_at_once() -> None:
    """One look at the error is enough."""
    with (
        function_modules("measure_drift", "settings") as (settings,),
        pytest.raises(SettingsError, match="ARCHIVE_BUCKET is not set; DRIFT_PSI must be a number"),
    ):
        settings.Settings.read(ENVIRONMENT | {"ARCHIVE_BUCKET": "", "DRIFT_PSI": "much"})
