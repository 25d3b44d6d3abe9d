"""Examples that a test holds to their schemas."""

from typing import Any

TRANSACTION: dict[str, Any] = {
    "schema_version": 1,
    "transaction_id": "tx-20261123-000001",
    "event_time": "2026-11-23T13:14:36.123Z",
    "card_id": "tok_9f86d081884c7d65",
    "amount_minor": 125_000,
    "currency": "EUR",
    "terminal_id": "T-000123",
    "entry_mode": "ecom",
    "merchant_country": "NL",
}
DECISION: dict[str, Any] = {
    "transaction_id": "tx-20261123-000001",
    "card_id": "tok_9f86d081884c7d65",
    "terminal_id": "T-000123",
    "event_time": "2026-11-23T13:14:36.123Z",
    "amount_minor": 125_000,
    "currency": "EUR",
    "decision": "review",
    "fraud_score": 0.71,
    "scored_by": "endpoint",
    "rules_fired": [],
    "reasons": [
        {"feature": "card_count_1h", "value": 7.0, "contribution": 1.9, "text": "7 transactions of the card in an hour"}
    ],
    "model_version": "fraudstream/12",
    "rules_version": "2026-11-24",
    "features_version": "2",
    "decided_at": "2026-11-23T13:14:36.480Z",
    "payment": {"entry_mode": "ecom", "merchant_country": "NL"},
}
LABEL: dict[str, Any] = {"transaction_id": "tx-20261123-000001", "label": "fraud", "source": "chargeback"}
FINDINGS: dict[str, Any] = {
    "transaction": {
        "transaction_id": "tx-20261123-000001",
        "disposition": "fraud",
        "note": "The holder was asleep at the time.",
    },
    "case": {
        "card_id": "tok_9f86d081884c7d65",
        "disposition": "legitimate",
        "seen_at": "2026-11-23T13:14:36.480Z",
    },
}
CASE: dict[str, Any] = {
    "case_id": "case-aabbccddeeffgghh",
    "card_id": "tok_9f86d081884c7d65",
    "opened_at": "2026-11-23T13:14:36.480Z",
    "updated_at": "2026-11-23T13:14:36.480Z",
    "transactions": [
        {
            "transaction_id": "tx-20261123-000001",
            "event_time": "2026-11-23T13:14:36.123Z",
            "amount_minor": 125_000,
            "currency": "EUR",
            "terminal_id": "T-000123",
            "decision": "review",
            "fraud_score": 0.71,
            "rules_fired": [],
            "decided_at": "2026-11-23T13:14:36.480Z",
        }
    ],
    "count": 1,
    "amounts": {"EUR": 125_000},
    "severity": "medium",
    "milestones": [{"transaction_id": "tx-20261123-000001", "sequence": 1, "event": "opened"}],
}
CARD: dict[str, Any] = {
    "card_id": "tok_9f86d081884c7d65",
    "transactions": [
        {"event_time": "2026-11-23T13:14:36.123Z", "amount_minor": 125_000, "terminal_hash": 40_101},
        {
            "event_time": "2026-11-20T09:01:02.000Z",
            "amount_minor": 1_250,
            "terminal_hash": 511,
            "label": "legitimate",
            "known_at": "2026-11-21T10:01:02.000Z",
            "place": {"latitude": 52.369, "longitude": 4.899},
        },
    ],
    "days": [],
    "case": CASE,
}
SIMILAR: dict[str, Any] = {
    "looked_at": 143,
    "similar": [
        {
            "case_id": "case-bbccddeeffgghhaa",
            "card_id": "tok_2c26b46b68ffc68f",
            "transaction": {
                "transaction_id": "tx-20261123-000002",
                "event_time": "2026-11-23T12:58:02.000Z",
                "amount_minor": 118_000,
                "currency": "EUR",
                "terminal_id": "T-000123",
                "decision": "review",
                "fraud_score": 0.68,
                "rules_fired": [],
                "decided_at": "2026-11-23T12:58:02.410Z",
                "disposition": {"label": "fraud", "label_time": "2026-11-23T14:02:10.000Z", "source": "analyst"},
            },
            "likeness": 0.706,
            "alike": ["terminal", "amount", "score", "hour"],
        }
    ],
}
TERMINAL: dict[str, Any] = {
    "terminal_id": "T-000123",
    "transactions": [
        {"event_time": "2026-11-23T13:14:36.123Z", "amount_minor": 125_000, "card_hash": 40_101},
        {
            "event_time": "2026-11-15T09:01:02.000Z",
            "amount_minor": 99_900,
            "card_hash": 60_001,
            "label": "fraud",
            "known_at": "2026-11-20T10:01:02.000Z",
        },
    ],
    "days": [{"date": "2026-11-12", "count": 198, "amount_minor": 1_702_511}],
}
RULES: dict[str, Any] = {
    "version": "2026-11-24",
    "author": None,
    "at": None,
    "why": None,
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "document": {
        "version": "2026-11-24",
        "rules": [],
        "lists": [],
        "thresholds": {"review": "model", "block": "model"},
    },
}
REFUSAL: dict[str, Any] = {"reason": "amount_invalid", "detail": "amount_minor: Expected `int` >= 0"}
UNAVAILABLE: dict[str, Any] = {
    "reason": "unavailable",
    "detail": "the model or a store is away; send the same request again",
}
