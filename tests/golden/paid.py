"""The golden decisions as they are since flagged ones say where and how was paid. Never changed, as `inputs` is."""

from dataclasses import replace

import msgspec
from fraudstream.contract import Payment
from fraudstream.ports import DecisionRecord

from tests.golden import inputs

SAID = (
    Payment(
        merchant_id="m-7",
        transaction_type="purchase",
        mcc="5732",
        merchant_category="caf\u00e9 & <b>",
        entry_mode="ecom",
        merchant_country="NL",
        merchant_city="\u6771\u4eac",
        merchant_lat=52.37,
        merchant_lon=-0.1,
        card_country="DE",
        auth_response="00",
        cvc_check="match",
        avs_check="none",
        three_ds="frictionless",
    ),
    Payment(entry_mode="chip"),
)


def decision_records() -> list[DecisionRecord]:
    """Return golden decisions, one by the model and one by rules, with what their transactions said."""
    return [
        replace(record, decision=msgspec.structs.replace(record.decision, payment=payment))
        for record, payment in zip(inputs.decision_records()[:2], SAID, strict=True)
    ]
