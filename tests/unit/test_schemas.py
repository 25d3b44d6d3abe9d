"""The published JSON Schemas are those of the code."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fraudstream.contract import Alert, Bounds, Decision, Reason, Rejected, RejectReason, decode_record
from fraudstream.contract.schemas import rendered, schemas, write
from jsonschema import Draft202012Validator

from tests.samples import NOW_MS, iso, label, transaction
from tests.unit.test_contract_decode import EVERYTHING
from tests.unit.test_contract_rejects import CASES

DIRECTORY = Path(__file__).parents[2] / "docs" / "schemas"
VALIDATORS = {name: Draft202012Validator(schema) for name, schema in schemas().items()}

BEYOND_SCHEMA = {
    RejectReason.TOO_LARGE: "bytes",
    RejectReason.TOO_DEEP: "depth",
    RejectReason.NUMBER_INVALID: "JSON itself",
    RejectReason.CARD_NUMBER_IN_CARD_ID: "check digits",
    RejectReason.CARD_NUMBER_IN_PAYLOAD: "check digits",
    RejectReason.EVENT_TIME_IN_FUTURE: "a clock",
    RejectReason.EVENT_TIME_TOO_OLD: "a clock",
    RejectReason.LABEL_TIME_IN_FUTURE: "a clock",
    RejectReason.LABEL_BEFORE_EVENT: "two fields at once",
}
"""What JSON Schema cannot say, and why."""


def decision(**fields: Any) -> dict[str, Any]:
    """A decision as it is archived."""
    return {
        "transaction_id": "tx-1",
        "card_id": "card_a",
        "terminal_id": "merchant#42",
        "event_time": iso(NOW_MS),
        "amount_minor": 1250,
        "currency": "EUR",
        "decision": "review",
        "fraud_score": 0.75,
        "scored_by": "endpoint",
        "rules_fired": ["large_amount"],
        "reasons": [{"feature": "card_count_1h", "value": None, "contribution": 1.5}],
        "model_version": "m1",
        "rules_version": "r1",
        "features_version": "f1",
        "decided_at": iso(NOW_MS),
    } | fields


def alert(**fields: Any) -> dict[str, Any]:
    """An alert as it is published."""
    return {
        "alert_id": "tx-1",
        "decision": decision(),
        "reasons_in_words": ["many transactions"],
        "console_url": None,
    } | fields


@pytest.mark.parametrize("name", ["transaction", "label", "decision", "alert", "case"])
def test_the_published_schema_is_up_to_date(name: str) -> None:
    """`python -m fraudstream.contract.schemas docs/schemas` has been run since the types last changed."""
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert (DIRECTORY / f"{name}.schema.json").read_text() == rendered(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_command_writes_every_schema_and_nothing_else(tmp_path: Path) -> None:
    """Four documents, each by its name."""
    write(tmp_path / "schemas")
    assert sorted(p.name for p in (tmp_path / "schemas").iterdir()) == sorted(p.name for p in DIRECTORY.iterdir())


def test_every_field_says_what_it_is() -> None:
    """A producer can read the schema alone."""
    for name in ("transaction", "label"):
        for field, schema in schemas()[name]["properties"].items():
            described = schema.get("anyOf", [schema])[0]
            assert "description" in described or field == "type", field


@pytest.mark.parametrize(
    "payload", [transaction(), transaction() | EVERYTHING, label()], ids=["small", "full", "label"]
)
def test_what_the_decoder_takes_the_schema_takes(payload: dict[str, Any]) -> None:
    """A producer that validates with the schema sends nothing that is refused for its form."""
    assert not isinstance(decode_record(json.dumps(payload).encode(), now_ms=NOW_MS, bounds=Bounds()), Rejected)
    VALIDATORS[payload["type"]].validate(payload)


@pytest.mark.parametrize(
    ("reason", "payload"),
    [(r, p) for r, p in CASES if isinstance(p, dict) and r not in BEYOND_SCHEMA],
)
def test_what_the_decoder_refuses_the_schema_refuses(reason: RejectReason, payload: dict[str, Any]) -> None:
    """Everything that JSON Schema can say, it says."""
    exceptions = (
        {"amount_minor": 12.0},  # JSON Schema takes a float without fraction for an integer
        {"event_time": "2026-02-30T10:00:00Z"},  # a calendar is beyond a pattern
    )
    if any(exception.items() <= payload.items() for exception in exceptions):
        return
    if reason is RejectReason.CHARACTER_FORBIDDEN and ("unknown" in payload or "\udfff" in str(payload)):
        return  # half characters are no text to a pattern, and unknown fields are free
    validator = VALIDATORS["label" if payload["type"] == "label" else "transaction"]
    assert not validator.is_valid(payload)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"fraud_score": None, "scored_by": "rules", "model_version": None, "reasons": []},
        {"label": "fraud", "label_time": iso(NOW_MS), "label_source": "analyst"},
        {"fraud_score": 0, "decision": "approve"},
    ],
)
def test_a_decision_passes_both_ways(fields: dict[str, Any]) -> None:
    """By endpoint or by rules, labelled or not: what is archived is what the schema says, and is read back."""
    document = decision(**fields)
    parsed = msgspec.json.decode(json.dumps(document), type=Decision)
    assert msgspec.json.decode(msgspec.json.encode(parsed)) == document
    VALIDATORS["decision"].validate(document)


@pytest.mark.parametrize(
    "fields",
    [
        {"scored_by": "rules"},
        {"fraud_score": None},
        {"model_version": None},
        {"fraud_score": 1.01},
        {"fraud_score": "0.5"},
        {"decision": "decline"},
        {"reasons": [{"feature": "f"}]},
        {"rules_fired": None},
        {"decided_at": 1},
        {"label": "maybe"},
    ],
    ids=str,
)
def test_what_is_no_decision_passes_neither(fields: dict[str, Any]) -> None:
    """A score goes with the endpoint and a model, and only with them; every version is named."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(decision(**fields)), type=Decision)
    assert not VALIDATORS["decision"].is_valid(decision(**fields))


def test_a_missing_feature_value_is_null() -> None:
    """NaN is no JSON."""
    reason = Reason(feature="f", value=float("nan"), contribution=0.5)
    assert msgspec.json.encode(reason) == b'{"feature":"f","value":null,"contribution":0.5}'


def test_an_alert_passes_both_ways() -> None:
    """What subscribers get is what the schema says."""
    for document in (alert(), alert(console_url="https://example.com/transactions/tx-1")):
        parsed = msgspec.json.decode(json.dumps(document), type=Alert)
        assert msgspec.json.decode(msgspec.json.encode(parsed)) == document
        VALIDATORS["alert"].validate(document)


@pytest.mark.parametrize(
    "fields",
    [{"decision": decision(decision="approve")}, {"reasons_in_words": []}, {"console_url": ""}, {"alert_id": ""}],
    ids=str,
)
def test_what_is_no_alert_passes_neither(fields: dict[str, Any]) -> None:
    """An alert is about a flagged transaction and says why."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(alert(**fields)), type=Alert)
    assert not VALIDATORS["alert"].is_valid(alert(**fields))


def test_an_alert_has_the_id_of_its_transaction() -> None:
    """So that a copy sent after a crash is known for a copy."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(alert(alert_id="tx-2")), type=Alert)
