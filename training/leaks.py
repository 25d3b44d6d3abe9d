"""Leaks: what is only known later, in a feature or in an uploaded column, shows by telling the label too well."""

import numpy as np
import pandas as pd
from dataset import Part
from fraudstream.quality import roc_auc
from jobs import JobError
from mapping import NUMBERS, TEXTS
from numpy.typing import NDArray
from raw_data import FEEDING

_LEAK_AUC = 0.9999
_SUSPICIOUS_AUC = 0.99
_FEWEST_FRAUDS = 20
"""With fewer, a separation may be chance."""
_FEWEST_OF_A_VALUE = 10
_LOOKED_AT = 20_000
"""Of each class at first; only what separates these is looked at in full."""

_IDS = {"transaction_id", "card_id", "terminal_id", "merchant_id", "customer_id", "device_id", "ip", "email_hash"}
_COLUMNS = tuple(name for name in (*TEXTS, *NUMBERS) if name not in _IDS)


class LeakyFeatureError(JobError):
    """A feature tells the label by itself."""


class LeakyColumnError(JobError):
    """An uploaded column that features are computed from is the label in disguise."""


def check_features(part: Part) -> list[str]:
    """Refuse a feature that separates frauds from the rest alone; return what is suspicious.

    Raises
    ------
    LeakyFeatureError
        For a feature that orders frauds before the rest, or whose values are each of frauds or of the rest.
    """
    looked = _Looked.at(part.fraud)
    warnings = []
    for position, name in enumerate(part.schema.feature_names):
        found = looked.separation(part.features[:, position])
        if found >= _LEAK_AUC:
            raise LeakyFeatureError(
                f"{name} alone separates frauds from the rest (AUC {found:.5f}): it knows what is only known later"
            )
        if found >= _SUSPICIOUS_AUC:
            warnings.append(f"{name} alone nearly separates frauds from the rest (AUC {found:.4f}): is it a leak?")
    return warnings


def check_columns(frame: pd.DataFrame, fraud: NDArray[np.bool_]) -> list[str]:
    """Refuse an uploaded column that feeds features and says who is a fraud; warn of any other that does.

    Parameters
    ----------
    frame
        The train window's rows in contract columns, aligned with `fraud`.

    Raises
    ------
    LeakyColumnError
        For the label in disguise: an `entry_mode` that is `chargeback` for frauds only, or filled for them only.
    """
    looked = _Looked.at(fraud)
    warnings = []
    for name in _COLUMNS:
        if name not in frame or looked.separation(frame[name].to_numpy()) < _LEAK_AUC:
            continue
        text = f"column {name} is the label in disguise: its values alone separate frauds from the rest"
        if name in FEEDING:
            raise LeakyColumnError(f"{text}; leave it out of the upload, or map the column as it was at the payment")
        warnings.append(f"{text}; no feature uses it, but no rule may either")
    return warnings


class _Looked:
    """Which rows are looked at, and how well values tell their label."""

    def __init__(self, fraud: NDArray[np.bool_], rows: NDArray[np.int64]) -> None:
        self._all = fraud
        self._rows = rows

    @classmethod
    def at(cls, fraud: NDArray[np.bool_]) -> "_Looked":
        """Choose up to a limit of each class, evenly over time."""
        chosen = [_evenly(np.flatnonzero(fraud)), _evenly(np.flatnonzero(~fraud))]
        return cls(fraud, np.sort(np.concatenate(chosen)))

    def separation(self, values: NDArray) -> float:
        """Return how well a column tells the label: 0.5 not at all, 1 without an error. No less than 0.5."""
        if int(self._all.sum()) < _FEWEST_FRAUDS:
            return 0.5
        found = _separation(self._all[self._rows], values[self._rows])
        return found if found < _SUSPICIOUS_AUC else _separation(self._all, values)


def _evenly(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(rows) <= _LOOKED_AT:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _LOOKED_AT).astype(np.int64)]


def _separation(fraud: NDArray[np.bool_], values: NDArray) -> float:
    """Return the larger AUC of two readings of a column: its order, and each of its values' share of frauds."""
    if not fraud.any() or fraud.all():
        return 0.5
    best = 0.5
    if values.dtype.kind == "f":
        order = roc_auc(fraud, np.where(np.isnan(values), -np.inf, values))
        best = max(order, 1 - order)
    code, _ = pd.factorize(values, use_na_sentinel=False)
    rows = np.bincount(code)
    rare = rows < _FEWEST_OF_A_VALUE  # ids of their own say nothing; all of them together are one value
    code = np.where(rare[code], len(rows), code)
    rows, frauds = np.bincount(code), np.bincount(code, weights=fraud)
    return max(best, roc_auc(fraud, (frauds / np.maximum(rows, 1))[code]))
