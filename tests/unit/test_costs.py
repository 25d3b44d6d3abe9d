"""From counts and prices to a bill."""

import re
from dataclasses import replace
from inspect import signature

import pytest
from fraudstream.adapters.decisions_table import DecisionsTable
from hypothesis import given
from hypothesis import strategies as st

from costs.__main__ import main
from costs.bill import DECIDING, FRAUDSTREAM, KEEPING, STANDING, TITLES, TUTORIAL, WITH_STATE, bill
from costs.chart import svg
from costs.facts import TEMPLATE, alarm_metrics, assumptions, measured, prices, template
from costs.load import Load
from costs.page import CHART, PAGE, PARTS, filled
from costs.words import surprises

LARGE = Load(rate=1_000)


def line(one, service: str, what: str):
    """The one line of a service with that name."""
    [found] = [line for line in one.lines if (line.service, line.what) == (service, what)]
    return found


def test_the_page_and_its_chart_are_what_the_calculator_says():
    """Made anew by `make cost ARGS=page`."""
    text = PAGE.read_text()
    assert filled(text) == text, "run `make cost ARGS=page`"
    assert CHART.read_text() == svg(), "run `make cost ARGS=page`"
    assert set(re.findall(r"<!-- costs:(\w+) -->", text)) == set(PARTS)


def test_every_price_has_a_unit_a_status_and_a_page():
    """And those that are not confirmed are named on the page."""
    page = PAGE.read_text()
    for name, price in prices().by_name.items():
        assert price.usd > 0, name
        assert price.unit, name
        assert price.seen, name
        assert price.status in ("confirmed", "unconfirmed"), name
        assert price.source.startswith("https://aws.amazon.com/"), name
        assert price.status == "confirmed" or f"`{name}`" in page


def test_every_price_but_that_of_the_api_is_used():
    """A price that no line asks for is a line that was forgotten."""
    loads = [
        replace(LARGE, endpoint=endpoint, shards=shards)
        for endpoint in ("serverless", "instances")
        for shards in (0, 1)
    ]
    used = {line.price for load in loads for who in TITLES for line in bill(load, who).lines}
    assert set(prices().by_name) - used == {"http_api_request"}


def test_one_record_at_a_time_costs_what_is_commonly_reckoned():
    """About $6.4 a million for (a), $5 of it for objects; two ml.c6i.large about $149 a month."""
    tutorial = bill(replace(LARGE, endpoint="instances", label_rate=0.0), TUTORIAL)
    assert tutorial.per_million(DECIDING) == pytest.approx(6.4, abs=0.1)
    assert line(tutorial, "S3", "objects put").usd / tutorial.load.transactions == pytest.approx(5.0 / 1e6)
    two = bill(Load(rate=1, endpoint="instances"))
    assert line(two, "SageMaker", "2 instances").usd == pytest.approx(149, abs=0.5)


def test_lines_that_can_be_reckoned_by_hand_are_right():
    """At 1,000 a second: 2,628 million a month, two shards, 501 records a call."""
    load = LARGE
    ours = bill(load)
    assert (load.transactions, load.open_shards, load.records_per_call) == (2_628e6, 2, pytest.approx(501))
    assert line(ours, "Kinesis", "shards").usd == pytest.approx(2 * 730 * 0.015)
    assert line(ours, "Kinesis", "kept beyond a day").usd == pytest.approx(2 * 730 * 0.020)
    assert line(ours, "Kinesis", "records put").usd == pytest.approx(2_628 * 1.002 * 0.014)
    assert line(ours, "Lambda", "calls").quantity == pytest.approx(2 * 730 * 3600)
    assert line(bill(load, TUTORIAL), "DynamoDB", "write units").usd == pytest.approx(2_628 * 0.625)
    stored = measured().item_bytes(FRAUDSTREAM, "decision") + 100
    assert line(ours, "DynamoDB", "decisions stored").quantity == pytest.approx(86.4e6 * 180 * stored / 1e9)


@pytest.mark.parametrize(
    ("rate", "shards", "batch"),
    [(1, None, 1), (50, None, 50), (600, None, 600), (800, None, 400), (50, 0, 12.5), (9_000, 2, 1_000)],
)
def test_batches_fill_with_the_rate_of_a_shard(rate, shards, batch):
    """At least one record, at most the batch size; a stream on demand has four shards."""
    assert Load(rate=rate, shards=shards, label_rate=0.0).records_per_call == batch


def test_batches_share_requests_and_not_write_units():
    """A thousandth of the objects and model calls; as many items."""
    one, full = (bill(Load(rate=100, batch=batch)) for batch in (1, 1_000))
    for service, what, least in (("S3", "objects put", 500), ("Lambda", "calls", 999), ("Lambda", "GB-seconds", 100)):
        assert line(one, service, what).quantity > least * line(full, service, what).quantity
    assert line(full, "DynamoDB", "write units").quantity > 0.75 * line(one, "DynamoDB", "write units").quantity


def test_what_the_page_claims_of_the_peers_holds():
    """Less than half of (a), at most a fifth of (b) at full batches; more than (a) at one a second; keeping is near."""
    for endpoint in ("serverless", "instances"):
        ours, simple, same = (
            bill(replace(LARGE, endpoint=endpoint), who).per_million(DECIDING, STANDING)
            for who in (FRAUDSTREAM, TUTORIAL, WITH_STATE)
        )
        assert 2 < simple / ours < 5
        assert 5 < same / ours < 10
        small, small_simple = (
            bill(Load(rate=1, endpoint=endpoint), who).per_million(DECIDING) for who in (FRAUDSTREAM, TUTORIAL)
        )
        assert small > small_simple
    large = bill(LARGE)
    assert line(large, "DynamoDB", "write units").usd > large.total(DECIDING) / 2
    assert 0.75 * large.total(DECIDING) < large.total(KEEPING) < large.total(DECIDING)
    assert bill(LARGE, TUTORIAL).total() > line(bill(LARGE, TUTORIAL), "S3", "objects put").usd > large.total(DECIDING)


def test_the_counts_are_those_that_the_hot_path_is_held_to():
    """At most 125 requests for a full batch, one object and one call of the model; (a) has one of each for a record."""
    full = measured().operations(FRAUDSTREAM, 1_000)
    assert sum(operation.requests for operation in full.values()) <= 0.125
    assert full["s3.PutObject"].requests == full["sagemaker-runtime.InvokeEndpoint"].requests == 0.001
    simple = measured().operations(TUTORIAL, 77)
    assert simple["s3.PutObject"].requests == simple["dynamodb.PutItem"].requests == 1.0


@given(st.floats(1, 2_000))
def test_between_two_counted_sizes_a_record_asks_something_between(batch):
    """And at a counted size exactly what was counted."""
    known = measured().document["contestants"][FRAUDSTREAM]["sizes"]
    sizes = sorted(map(int, known))
    low = max(size for size in sizes if size <= batch)
    high = min((size for size in sizes if size >= batch), default=sizes[-1])
    for name, operation in measured().operations(FRAUDSTREAM, batch).items():
        ends = sorted(known[str(size)]["operations"].get(name, {"requests": 0})["requests"] for size in (low, high))
        assert ends[0] - 1e-12 <= operation.requests <= ends[1] + 1e-12
    assert measured().cpu_ms(FRAUDSTREAM, 100) == known["100"]["cpu_ms"]


@given(st.floats(0.01, 20_000), st.sampled_from(["serverless", "instances"]), st.sampled_from(list(TITLES)))
def test_more_transactions_never_cost_less_a_month_and_no_line_is_negative(rate, endpoint, who):
    """As long as the batches are the same."""
    load = Load(rate=rate, batch=50, endpoint=endpoint)
    ours = bill(load, who)
    assert all(line.usd >= 0 for line in ours.lines)
    assert bill(replace(load, rate=rate * 1.01), who).total() >= ours.total()


def test_alarms_are_counted_in_the_template():
    """An alarm on an expression pays for each metric it looks at."""
    text = TEMPLATE.read_text()
    alarms = len(re.findall(r"Type: AWS::CloudWatch::Alarm\b", text))
    assert alarm_metrics() == alarms + len(re.findall(r"\n +MetricStat:", text)) - len(
        re.findall(r"\n      Metrics:\n", text)
    )


def test_the_usual_load_is_set_up_as_the_template_is():
    """Shard, window, batch, retention, instances, endpoint, and how long decisions are kept."""
    document = template()
    usual = Load(rate=1)
    default = {name: parameter["Default"] for name, parameter in document["Parameters"].items()}
    mapping = document["Resources"]["TransactionStreamMapping"]["Properties"]
    assert usual.batch_size == default["BatchSize"]
    assert usual.window_seconds == mapping["MaximumBatchingWindowInSeconds"]
    assert usual.open_shards == default["StreamShards"]
    assert usual.stream_retention_hours == default["StreamRetentionHours"]
    assert usual.endpoint == default["EndpointKind"]
    assert (usual.instance_type, usual.instances) == (default["EndpointInstanceType"], default["EndpointInstanceCount"])
    assert usual.decision_days == signature(DecisionsTable).parameters["keep_days"].default
    assert (
        usual.assumed["lambda_memory_mb"]
        == document["Resources"]["ScoreTransactionsFunction"]["Properties"]["MemorySize"]
    )


def test_the_stream_on_demand_has_no_shards_to_pay_for():
    """But hours, and gigabytes in and out, records rounded up to a kilobyte."""
    one = bill(Load(rate=10, shards=0, label_rate=0.0))
    assert line(one, "Kinesis", "data in").quantity == pytest.approx(10 * 730 * 3600 * 1024 / 1e9)
    assert not [line for line in one.lines if line.what == "shards"]


def test_what_surprises_is_said(capsys):
    """An idle endpoint, what is kept, the stream's second day, alarms, the key, doubtful prices; and low rates."""
    assert main(["--rate", "1", "--endpoint", "instances"]) == 0
    said = capsys.readouterr().out
    for words in (
        "with or without a transaction",
        "Keeping costs",
        "StreamRetentionHours=24",
        "Alarms",
        "The key",
        "confirmed",
    ):
        assert words in said
    assert "more than peer (a)" in said
    assert not any("more than peer (a)" in words for words in surprises(Load(rate=1_000)))


def test_options_change_the_bill(capsys):
    """Retention, alerts, retraining, and any assumption by name."""
    usual = bill(Load(rate=50))
    for change in ({"archive_days": 30}, {"decision_days": 30}, {"alert_rate": 0.0}, {"retrains_per_month": 0.0}):
        assert bill(Load(rate=50, **change)).total() < usual.total()
    dearer = Load(rate=50, assumed=assumptions() | {"dynamodb_wait_ms": 50})
    assert bill(dearer).total() > usual.total()
    assert main(["--rate", "50", "--batch", "200", "--set", "io_threads=1"]) == 0
    assert "200 records a call" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [["--rate", "0"], ["--rate", "nan"], ["--rate", "1", "--region", "mars"], ["--rate", "1", "--set", "x=1"], []],
)
def test_what_cannot_be_reckoned_is_refused(wrong, capsys):
    """With what there is instead."""
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err
