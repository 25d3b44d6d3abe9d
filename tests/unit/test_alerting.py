"""What an alert says to the person who gets it."""

from dataclasses import replace

import msgspec
import pytest
from fraudstream.alerting import amount
from fraudstream.settling import Standing

from tests.cased import alerts_of
from tests.samples import NOW_MS, records, transaction
from tests.unit.test_pipeline import build


def blocked() -> Standing:
    """Return a transaction that was blocked, with its reasons."""
    pipeline = build()
    [standing] = pipeline.run(records([transaction(1, amount_minor=2_000_000)]), NOW_MS).settled.current
    return standing


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1250, "EUR", "12.50 EUR"),
        (5, "EUR", "0.05 EUR"),
        (0, "USD", "0.00 USD"),
        (1250, "JPY", "1250 JPY"),
        (1250, "KWD", "1.250 KWD"),
        (2**63 - 1, "USD", "92233720368547758.07 USD"),
    ],
)
def test_an_amount_is_written_exactly_with_its_currencys_decimals(minor, currency, text):
    """However large: money is never rounded on its way to a person."""
    decision = msgspec.structs.replace(blocked().record.decision, amount_minor=minor, currency=currency)
    assert amount(decision) == text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "so many transactions were flagged at once"),
        ({"scored_by": "rules", "fraud_score": None, "model_version": None}, "no score was to be had in time"),
    ],
    ids=["endpoint", "rules"],
)
def test_an_alert_without_reasons_says_why_there_are_none(changes, words):
    """Beyond the number of rows that are explained there is a score all the same."""
    standing = blocked()
    decision = msgspec.structs.replace(standing.record.decision, reasons=(), rules_fired=(), **changes)
    [(_, alert)] = alerts_of([Standing(standing.accepted, replace(standing.record, decision=decision))])
    assert words in alert.reasons_in_words[0]
