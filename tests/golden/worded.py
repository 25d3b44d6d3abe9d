"""The golden decisions as they are since reasons carry their sentence. Never changed, as `inputs` is never changed."""

from dataclasses import replace

import msgspec
from fraudstream.contract import Reason
from fraudstream.ports import DecisionRecord

from tests.golden import inputs

REASONS = (
    Reason(feature="amount", value=12.5, contribution=1.25, text="the amount is 12.50 EUR"),
    Reason(
        feature="card_seconds_since_last",
        value=None,
        contribution=0.1,
        text="no earlier payment with this card is known",
    ),
)


def decision_records() -> list[DecisionRecord]:
    """Return the decision that has reasons, in words."""
    first = inputs.decision_records()[0]
    return [replace(first, decision=msgspec.structs.replace(first.decision, reasons=REASONS))]
