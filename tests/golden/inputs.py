"""What the golden files are written from. Never changed: another input would be another file, not another format."""

from dataclasses import replace

import numpy as np
from fraudstream.columns import FRAUD, LEGITIMATE, UNKNOWN, Transactions
from fraudstream.contract import Decision, Reason
from fraudstream.ports import DecisionRecord

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000
"""2026-09-21T14:13:20Z."""

RECORDS = (
    (
        b'{"schema_version":1,"type":"transaction","transaction_id":"tx-1","event_time":"2026-09-21T14:12:20.001Z",'
        b'"card_id":"card_a","terminal_id":"terminal_a","amount_minor":1250,"currency":"EUR","entry_mode":"chip"}'
    ),
    (
        b'{"schema_version":1,"transaction_id":"tx-2","event_time":"2026-09-21T14:12:21+00:00","card_id":"card_b",'
        b'"merchant_id":"m-7","amount_minor":98765,"currency":"JPY"}'
    ),
    '{"schema_version": 1, "type": "transaction", "transaction_id": "tx-3", "event_time": "2026-09-21T14:12:22.5Z", '
    '"card_id": "card_a", "amount_minor": 0, "currency": "KWD", "terminal_id": "terminal_b", "merchant_id": "m-8", '
    '"customer_id": "c-1", "transaction_type": "purchase", "mcc": "5411", "merchant_category": "grocery", '
    '"entry_mode": "contactless", "merchant_country": "FR", "merchant_city": "Orl\u00e9ans", "merchant_lat": 47.9029, '
    '"merchant_lon": 1.9093, "card_lat": -33.9, "card_lon": 18, "card_country": "ZA", "card_bin": "411111", '
    '"card_brand": "visa", "device_id": "d-1", "ip": "2001:db8::1", "email_hash": "0123456789abcdef", '
    '"auth_response": "00", "cvc_check": "M", "avs_check": "Y", "three_ds": "attempted", '
    '"attributes": {"basket": [{"sku": "a", "n": 2}], "note": null}}'.encode(),
    (
        b'{"schema_version":1,"transaction_id":"tx-4","event_time":"2026-09-21T14:12:23Z","card_id":"card_c",'
        b'"terminal_id":"terminal_a","amount_minor":9223372036854775807,"currency":"USD","mcc":null,"loyalty":'
        b'{"tier":"gold","points":[1,2.5,true,null]},"\xc3\xa9":"\\u00e9"}'
    ),
    (
        b'{"schema_version":1,"type":"label","transaction_id":"tx-1","label":"fraud","label_time":"2026-09-21T14:13:00Z",'
        b'"source":"chargeback","card_id":"card_a","terminal_id":"terminal_a","event_time":"2026-09-21T14:12:20.001Z"}'
    ),
    (
        b'{"schema_version":1,"type":"label","transaction_id":"tx-2","label":"legitimate",'
        b'"label_time":"2026-09-21T14:13:01.25Z","source":"analyst","card_id":"card_b","merchant_id":"m-7",'
        b'"event_time":"2026-09-21T14:12:21+00:00","case":17}'
    ),
)
"""As producers sent them: required fields alone, all fields, fields of a newer producer, labels."""

REFUSED = (b'{"schema_version":1,', b"\x00\xff not JSON", b'{"card_id":"4111111111111111"}')

_FEATURES = (12.5, float("nan"), 0.1, -0.0, 3.4028234663852886e38, 1.401298464324817e-45)


def decision_records() -> list[DecisionRecord]:
    """Return decisions on the transactions above: by the endpoint with reasons, by rules, and of every outcome."""
    scored = [("block", 0.9876543210123457), None, ("review", 0.5), ("approve", 1e-07)]
    fired = [("new_card_high_amount", "night"), (), ("night",), ()]
    named = [("card_a", "terminal_a", 1250, "EUR", "2026-09-21T14:12:20.001Z")]
    named += [("card_b", "merchant#m-7", 98765, "JPY", "2026-09-21T14:12:21.000Z")]
    named += [("card_a", "terminal_b", 0, "KWD", "2026-09-21T14:12:22.500Z")]
    named += [("card_c", "terminal_a", 2**63 - 1, "USD", "2026-09-21T14:12:23.000Z")]
    return [
        DecisionRecord(
            decision=Decision(
                transaction_id=f"tx-{number}",
                card_id=card,
                terminal_id=terminal,
                event_time=event_time,
                amount_minor=amount,
                currency=currency,
                decision=score[0] if score else "review",
                fraud_score=score[1] if score else None,
                scored_by="endpoint" if score else "rules",
                rules_fired=fired[number - 1],
                reasons=(
                    Reason(feature="amount", value=12.5, contribution=1.25),
                    Reason(feature="card_seconds_since_last", value=None, contribution=0.1),
                )
                if number == 1
                else (),
                model_version="model-0123456789ab" if score else None,
                rules_version="1",
                features_version="1",
                decided_at="2026-09-21T14:13:20.000Z",
            ),
            features=np.array(_FEATURES, "<f4").tobytes(),
            payload_hash=f"{number:032x}",
            source=f"shardId-000000000000:{49_550_000 + number}",
        )
        for number, (score, (card, terminal, amount, currency, event_time)) in enumerate(
            zip(scored, named, strict=True), 1
        )
    ]


def log(count: int, *, step_ms: int, frauds_every: int = 0) -> Transactions:
    """Return transactions of one card at one terminal, the last one now; every so many a known fraud."""
    times = NOW_MS - step_ms * np.arange(count - 1, -1, -1, dtype=np.int64)
    numbers = np.arange(count)
    fraud = (numbers % frauds_every == 0) if frauds_every else np.zeros(count, bool)
    label = np.where(fraud, FRAUD, np.where(numbers % 7 == 3, LEGITIMATE, UNKNOWN)).astype(np.int8)
    return Transactions(
        transaction_id=[f"tx-{number}" for number in range(count)],
        card_id=["card_a"] * count,
        terminal_id=["terminal_a"] * count,
        event_time_ms=times,
        amount_minor=np.array([(number * 7_919) % 100_003 + 1 for number in range(count)], np.int64) ** 2,
        currency=["EUR"] * count,
        label=label,
        label_time_ms=times + 3 * 3_600_000,
    )


LOGS = {
    "one event": (1, 60_000, 0),
    "a few events": (5, 3_600_000, 2),
    "as many as a card keeps": (60, 3_600_000, 9),
    "folded days and markers": (300, 3 * 3_600_000, 10),
    "a hot terminal": (2_000, 600_000, 25),
}
"""Count, step in milliseconds, and every how many is a fraud."""


def with_merchants(plain: Transactions) -> Transactions:
    """Return transactions with all that histories keep of merchants, some of it missing."""
    numbers = np.arange(len(plain))
    return replace(
        plain,
        entry_mode=[("chip", "ecom", None)[number % 3] for number in numbers],
        mcc=[None if number % 5 == 0 else f"{5_411 + number % 4}" for number in numbers],
        merchant_category=[None if number % 10 == 0 else "grocery" for number in numbers],
        merchant_country=[None if number % 7 == 0 else ("FR", "DE")[number % 2] for number in numbers],
        merchant_lat=np.where(numbers % 4 == 0, np.nan, 47.9029 - numbers % 90),
        merchant_lon=1.9093 + numbers % 170,
    )
