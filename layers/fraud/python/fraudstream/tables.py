"""Contract values in columns, for the engine."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import FRAUD, LEGITIMATE, Transactions
from fraudstream.contract import Label, Transaction
from fraudstream.online import Labels


def transaction_columns(transactions: Sequence[Transaction]) -> Transactions:
    """Return transactions in columns, in order."""
    return Transactions(
        transaction_id=[t.transaction_id for t in transactions],
        card_id=[t.card_id for t in transactions],
        terminal_id=[t.terminal for t in transactions],
        event_time_ms=np.array([t.event_time_ms for t in transactions], np.int64),
        amount_minor=np.array([t.amount_minor for t in transactions], np.int64),
        currency=[t.currency for t in transactions],
        entry_mode=[t.entry_mode for t in transactions],
        merchant_country=[t.merchant_country for t in transactions],
        mcc=[t.mcc for t in transactions],
        merchant_category=[t.merchant_category for t in transactions],
        card_lat=_degrees([t.card_lat for t in transactions]),
        card_lon=_degrees([t.card_lon for t in transactions]),
        merchant_lat=_degrees([t.merchant_lat for t in transactions]),
        merchant_lon=_degrees([t.merchant_lon for t in transactions]),
    )


def label_columns(labels: Sequence[Label]) -> Labels:
    """Return label events in columns, in order."""
    return Labels(
        transaction_id=[label.transaction_id for label in labels],
        card_id=[label.card_id for label in labels],
        terminal_id=[label.terminal for label in labels],
        event_time_ms=np.array([label.event_time_ms for label in labels], np.int64),
        label=np.array([FRAUD if label.label == "fraud" else LEGITIMATE for label in labels], np.int8),
        label_time_ms=np.array([label.label_time_ms for label in labels], np.int64),
    )


def _degrees(values: list[float | None]) -> NDArray[np.float64]:
    # float64 turns None into NaN
    return np.array(values, np.float64)
