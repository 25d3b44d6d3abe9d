"""What things are called on the stub, and what the functions are told of it."""

import os
from collections.abc import Mapping

DECISIONS, HISTORIES, CASES, CARDS, TERMINALS = "Decisions", "Histories", "Cases", "Cards", "Terminals"
TABLES = {
    DECISIONS: "transaction_id",
    HISTORIES: "entity",
    CASES: "card_id",
    CARDS: "card_id",
    TERMINALS: "terminal_id",
}
INDEXES = {
    f"{CASES}/by-risk": "queue,risk",
    f"{CASES}/by-age": "queue,opened_at",
    f"{CASES}/recent": "opened_on,opened_at",
}
ARCHIVE, QUARANTINE = "archive", "quarantine"
ENDPOINT = "fraud"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
REGION = "us-east-1"
_LEAKING = ("AWS_", "PYTHON", "POWERTOOLS_")


def environment(url: str) -> dict[str, str]:
    """Return the environment of a process whose AWS is at `url`: the functions' own variables, as the template's."""
    kept: Mapping[str, str] = {name: value for name, value in os.environ.items() if not name.startswith(_LEAKING)}
    return kept | {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": "score-transactions",
        "DECISIONS_TABLE": DECISIONS,
        "HISTORIES_TABLE": HISTORIES,
        "CASES_TABLE": CASES,
        "ARCHIVE_BUCKET": ARCHIVE,
        "QUARANTINE_BUCKET": QUARANTINE,
        "ALERT_TOPIC_ARN": TOPIC,
        "ENDPOINT_NAME": ENDPOINT,
        "UNSCORED_AFTER_SECONDS": "120",
        "MAX_EVENT_AGE_DAYS": "30",
        "POWERTOOLS_SERVICE_NAME": "score_transactions",
        "POWERTOOLS_METRICS_NAMESPACE": "Fraudstream",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
