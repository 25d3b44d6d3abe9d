"""An hour is held against its past: what is counted, what is said, and in how many lines."""

import json
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import boto3
import numpy as np
import pytest

from tests.unit.function_loading import function_modules
from tests.unit.watching_world import WATCHED, WATCHING, World

UNTIL = datetime.fromtimestamp(time.time() // 300 * 300 - 300, UTC)
CONTEXT = SimpleNamespace(
    function_name="watch-rates", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="1"
)


@pytest.fixture(name="watch")
def a_watcher(monkeypatch, capsys):
    """Invoke the handler as Lambda does, with a world for an AWS; return its answer and its lines of metrics."""
    environment = {
        "POWERTOOLS_METRICS_NAMESPACE": "Fraudstream",
        "POWERTOOLS_SERVICE_NAME": "watch_rates",
        "AWS_DEFAULT_REGION": "us-east-1",
        "RATE_HISTORY_DAYS": "14",
        "MODELS_BUCKET": "models",
        "CHAMPION_PARAMETER": "/stack/champion",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def watch(world: World, until: datetime = UNTIL):
        monkeypatch.setattr(boto3.session.Session, "client", lambda _session, name, **_: world.client(name))
        with function_modules("watch_rates", "handler") as (handler,):
            told = handler.handler({"until": until.isoformat()}, CONTEXT)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"CloudWatchMetrics"' in line]
        return told, lines

    return watch


def world_of(
    alerts_now: float, *, decided: float = 2_000, days: int = 14, service: str = "score_transactions"
) -> World:
    """Days of a thousandth to a hundredth of alerts by the hour, and an hour of so many."""
    random = np.random.default_rng(0)
    counts: dict[str, list[tuple[datetime, float]]] = {"Decided": [], "Alerts": [], "FraudLabels": []}
    for hour in range(days * 24 + 1):
        moment = UNTIL - timedelta(hours=hour, minutes=20)
        usual = decided * 0.01 * (1 + np.sin(hour / 24 * 2 * np.pi) / 2)
        counts["Decided"].append((moment, decided))
        counts["Alerts"].append((moment, alerts_now if hour == 0 else float(random.poisson(usual))))
        counts["FraudLabels"].append((moment, float(random.poisson(4))))
    return World(counts={f"{name}/{service}": points for name, points in counts.items()})


def test_an_ordinary_hour_is_told_and_is_no_spike(watch) -> None:
    """Rates in percent, stamped within the five minutes that were counted last, all in one line."""
    told, (line,) = watch(world_of(22))
    assert not told["AlertRate"]["is_spike"]
    assert told["AlertRate"]["rate"] == 0.011
    assert told["AlertRate"]["usual"] == pytest.approx(0.01, rel=0.2)
    assert line["AlertRate"] == pytest.approx([1.1])
    assert line["AlertRateSpike"] == line["FraudRateSpike"] == [0]
    assert line["service"] == "watch_rates"
    assert line["_aws"]["Timestamp"] == round(UNTIL.timestamp() * 1000) - 1000


@pytest.mark.parametrize("service", ["score_transactions", "serve_api"])
def test_a_burst_is_a_spike_whoever_decided(watch, service) -> None:
    """Four times as many alerts as is usual, on the stream or by the API."""
    told, (line,) = watch(world_of(80, service=service))
    assert told["AlertRate"]["is_spike"]
    assert line["AlertRateSpike"] == [1]


def test_what_cannot_be_told_has_no_metric(watch) -> None:
    """A quiet hour, or one without a past: a reason, and nothing that an alarm could look at."""
    told, (line,) = watch(world_of(80, decided=150))
    assert told["AlertRate"]["why_not"] == "150 in the last hour are too few; 200 are needed"
    assert not {f"{name}Spike" for name in WATCHED} & line.keys()
    told, _ = watch(world_of(80, days=3))
    assert told["AlertRate"]["why_not"] == "this hour had traffic enough on 3 past days; 5 are needed"


def test_every_metric_that_is_promised_is_emitted(watch) -> None:
    """Those of this function; once a champion is live, for how long drift was silent as well."""
    world = world_of(22)
    world.pointer = {}
    _, (line,) = watch(world)
    emitted = {metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert emitted == {name for name in WATCHING if "Rate" in name} | {"DriftSilentHours"}
    _, (line,) = watch(world_of(22))
    assert "DriftSilentHours" not in line


def test_silence_is_counted_from_the_last_report_or_else_from_the_champion() -> None:
    """A report ends it; without a champion there is nothing to measure."""
    with function_modules("watch_rates", "silence") as (silence,):
        world = World()
        watched = silence.Silence(s3=world, ssm=world, models_bucket="models", champion_parameter="/c")
        now = datetime(2026, 11, 24, 12, 30, tzinfo=UTC).timestamp()
        assert watched.hours(now) is None
        world.pointer, world.since = {}, datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
        assert watched.hours(now) == 36
        world.objects["models/drift/2026-11-24.json"] = b"{}"  # written at 02:30
        assert watched.hours(now) == 10
