"""What a function's answer means for its batch."""

import json

import pytest

from local.streams.answers import Answer, unresolved_from
from tests.reliability.proof import proves

BATCH = ["100", "101", "102", "103"]


def judge(payload: object, *, partial_answers: bool = True, function_error: str | None = None) -> int | None:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    answer = Answer(request_id="r", payload=body, function_error=function_error)
    return unresolved_from(answer, BATCH, partial_answers=partial_answers)


def failures(*identifiers: object) -> dict[str, object]:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


@pytest.mark.parametrize("payload", [failures(), {"batchItemFailures": None}, {}, None, b"", {"statusCode": 200}])
def test_an_answer_without_failures_is_a_success(payload: object) -> None:
    """An empty list, a null list, an empty answer and a null answer all resolve the whole batch."""
    assert judge(payload) is None


def test_the_lowest_reported_sequence_number_counts_whatever_the_order() -> None:
    """Everything from the lowest reported record on is delivered again."""
    assert judge(failures("103", "101", "102")) == 1


@proves(faults=[8])
@pytest.mark.parametrize(
    "payload",
    [
        failures(""),
        failures(None),
        failures("999"),
        failures("102", ""),
        {"batchItemFailures": [{"sequenceNumber": "102"}]},
        {"batchItemFailures": ["102"]},
        {"batchItemFailures": {"itemIdentifier": "102"}},
        ["102"],
        "ok",
        b"{not json",
    ],
)
def test_an_answer_that_cannot_be_understood_fails_the_whole_batch(payload: object) -> None:
    """An empty, unknown or missing identifier, or an answer of another form, resolves nothing."""
    assert judge(payload) == 0


@proves(faults=[8])
def test_a_function_error_fails_the_whole_batch() -> None:
    """An error resolves nothing, even if its text looks like a partial answer."""
    assert judge(failures("102"), function_error="Unhandled") == 0


def test_without_report_batch_item_failures_an_answer_is_not_read() -> None:
    """A mapping that did not ask for partial answers takes any result as success."""
    assert judge(failures("102"), partial_answers=False) is None
    assert judge("anything", partial_answers=False) is None
