"""Which settings are taken, and which are refused rather than dropped in silence."""

import json
from datetime import UTC, datetime

import pytest

from local.streams.errors import UnsupportedMappingError
from local.streams.filters import Filters, parse_filters
from local.streams.mapping import is_enabled, is_kinesis
from local.streams.testing import BUCKET_ARN, a_mapping


def filters(*patterns: object) -> Filters:
    return parse_filters({"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]})


def passes(pattern: object, data: object, **metadata: object) -> bool:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return filters(pattern).passes(data=body, metadata={"partitionKey": "card-1"} | metadata)


def test_settings_that_are_absent_have_lambdas_defaults() -> None:
    """Infinite retries and age, one lane, no window, no bisect, whole answers."""
    mapping = a_mapping()
    assert (mapping.batch_size, mapping.window_seconds, mapping.parallelization_factor) == (100, 0, 1)
    assert (mapping.maximum_retry_attempts, mapping.maximum_record_age_seconds) == (-1, -1)
    assert not mapping.bisect_on_error
    assert not mapping.partial_answers
    assert mapping.failure_destination_arn is None
    assert (mapping.stream_name, mapping.function_name) == ("transactions", "score")


def test_numbers_and_truth_values_may_be_text() -> None:
    """Template parameters arrive as text in an emulator."""
    mapping = a_mapping(ParallelizationFactor="4", BisectBatchOnFunctionError="true", MaximumRetryAttempts="0")
    assert mapping.parallelization_factor == 4
    assert mapping.bisect_on_error
    assert mapping.maximum_retry_attempts == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"TumblingWindowInSeconds": 30},
        {"BatchSize": 0},
        {"BatchSize": 10_001},
        {"ParallelizationFactor": 11},
        {"MaximumBatchingWindowInSeconds": 301},
        {"MaximumRecordAgeInSeconds": 59},
        {"MaximumRetryAttempts": "many"},
        {"BisectBatchOnFunctionError": "yes"},
        {"FunctionResponseTypes": ["ReportSomethingElse"]},
        {"StartingPosition": "AT_SEQUENCE_NUMBER"},
        {"StartingPosition": "AT_TIMESTAMP"},
        {"EventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1"},
        {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:kafka:us-east-1:0:cluster/c"}}},
        {"DestinationConfig": {"OnFailure": {"Destination": f"{BUCKET_ARN}/failures"}}},
    ],
)
def test_what_is_not_implemented_or_out_of_range_is_refused(settings: dict[str, object]) -> None:
    """A setting is honoured or refused with its name; it is never ignored."""
    with pytest.raises(UnsupportedMappingError):
        a_mapping(**settings)


def test_an_empty_destination_is_none() -> None:
    """Lambda's API removes one in this way."""
    assert a_mapping(DestinationConfig={"OnFailure": {"Destination": ""}}).failure_destination_arn is None


def test_a_starting_timestamp_is_taken_as_seconds() -> None:
    """The AWS client gives a datetime; the position is the same moment."""
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    mapping = a_mapping(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=moment)
    assert mapping.starting_timestamp_seconds == moment.timestamp()


def test_only_enabled_kinesis_mappings_are_read() -> None:
    """Queues and table streams belong to the base; a disabled mapping to nobody."""
    assert is_kinesis({"EventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"})
    assert not is_kinesis({"EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:queue"})
    assert not is_kinesis({})
    assert is_enabled({"State": "Enabled"})
    assert not is_enabled({"State": "Disabled"})


@pytest.mark.parametrize(
    ("pattern", "data", "expected"),
    [
        ({"data": {"type": ["label"]}}, {"type": "label"}, True),
        ({"data": {"type": ["label"]}}, {"type": "transaction"}, False),
        ({"data": {"type": ["label", "transaction"]}}, {"type": "transaction"}, True),
        ({"data": {"a": {"b": [1]}}}, {"a": {"b": 1}}, True),
        ({"data": {"a": {"b": [1]}}}, {"a": 1}, False),
        ({"data": {"a": [1]}}, {"a": True}, False),
        ({"data": {"a": [None]}}, {"a": None}, True),
        ({"data": {"a": [None]}}, {}, False),
        ({"data": {"tags": ["x"]}}, {"tags": ["y", "x"]}, True),
        ({"data": {"a": [{"exists": True}]}}, {"a": None}, True),
        ({"data": {"a": [{"exists": False}]}}, {"b": 1}, True),
        ({"data": {"a": [{"prefix": "eu-"}]}}, {"a": "eu-west-1"}, True),
        ({"data": {"a": [{"prefix": "eu-"}]}}, {"a": 1}, False),
        ({"data": {"a": [{"anything-but": ["x", "y"]}]}}, {"a": "z"}, True),
        ({"data": {"a": [{"anything-but": "x"}]}}, {"a": "x"}, False),
        ({"data": {"a": [{"anything-but": "x"}]}}, {}, False),
        ({"data": {"a": [{"numeric": [">", 0, "<=", 5]}]}}, {"a": 5}, True),
        ({"data": {"a": [{"numeric": [">", 0, "<=", 5]}]}}, {"a": 5.1}, False),
        ({"data": {"a": [{"numeric": ["=", 1]}]}}, {"a": True}, False),
        ({"data": {"a": [1], "b": [2]}}, {"a": 1, "b": 3}, False),
        ({"partitionKey": [{"prefix": "card"}]}, b"not json", True),
        ({"data": {"a": [{"exists": False}]}}, b"not json", False),
        ({}, b"not json", True),
    ],
)
def test_a_filter_matches_as_event_patterns_do(pattern: object, data: object, *, expected: bool) -> None:
    """All fields must match, each through any alternative; data that is not JSON matches no data pattern."""
    assert passes(pattern, data) is expected


def test_one_matching_filter_of_several_is_enough() -> None:
    """Filters are alternatives; fields within one are not."""
    several = filters({"data": {"a": [1]}}, {"data": {"a": [2]}})
    assert several.passes(data=b'{"a": 2}', metadata={})
    assert not several.passes(data=b'{"a": 3}', metadata={})


def test_without_filters_everything_passes() -> None:
    """No criteria, no judgement, not even on the data's form."""
    assert parse_filters(None).passes(data=b"\xff", metadata={})
    assert parse_filters({"Filters": []}).passes(data=b"\xff", metadata={})


@pytest.mark.parametrize(
    "pattern",
    [
        {"data": {"a": [{"suffix": "x"}]}},
        {"data": {"a": [{"anything-but": {"prefix": "x"}}]}},
        {"data": {"a": [{"numeric": [">", "1"]}]}},
        {"data": {"a": [{"cidr": "10.0.0.0/8"}]}},
        {"data": {"a": [{"prefix": "a", "exists": True}]}},
        {"data": {"$or": [{"a": [1]}]}},
        {"data": {"a": "x"}},
        {"data": {"a": []}},
        {"body": {"a": [1]}},
        ["data"],
    ],
)
def test_an_unknown_pattern_is_refused(pattern: object) -> None:
    """A filter that was ignored would let records through, or keep them out, unnoticed."""
    with pytest.raises(UnsupportedMappingError):
        filters(pattern)


def test_a_pattern_that_is_not_json_is_refused() -> None:
    """Lambda refuses it when the mapping is made; so do we."""
    with pytest.raises(UnsupportedMappingError):
        parse_filters({"Filters": [{"Pattern": "{"}]})
