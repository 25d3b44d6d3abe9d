"""The columns that the lines of the archive are decoded into."""

import pyarrow as pa
from fraudstream.features import FEATURE_NAMES

TEXTS = (
    "transaction_id", "card_id", "terminal_id", "merchant_id", "currency", "customer_id", "transaction_type", "mcc",
    "merchant_category", "entry_mode", "merchant_country", "merchant_city", "card_country", "card_bin", "card_brand",
    "device_id", "ip", "email_hash", "auth_response", "cvc_check", "avs_check", "three_ds",
)  # fmt: skip
"""Fields of a transaction, as it was sent."""
DEGREES = ("merchant_lat", "merchant_lon", "card_lat", "card_lon")
DECIDED = ("decision", "scored_by", "model_version", "rules_version", "features_version")
"""Texts of the decision, beside the names of the rules that fired."""
FIRED = ("rules_fired", "shadow_rules_fired")
TERMINAL = "terminal"
"""The key of the terminal: `terminal_id`, or else the merchant's."""

TRANSACTIONS = pa.schema(
    [
        *((name, pa.string()) for name in (*TEXTS, *DECIDED, *FIRED, TERMINAL)),
        *((name, pa.int64()) for name in ("amount_minor", "event_ms", "decided_ms")),
        *((name, pa.float64()) for name in (*DEGREES, "fraud_score")),
        *((name, pa.float32()) for name in FEATURE_NAMES),
    ]
)
"""A row a transaction: what was sent, what was decided, and the features it was decided by, NaN for missing.

Times are epoch milliseconds. Features are null in every row that was served those of another version.
"""

LABELS = pa.schema(
    [
        ("transaction_id", pa.string()),
        ("label", pa.string()),
        ("source", pa.string()),
        ("label_ms", pa.int64()),
    ]
)
