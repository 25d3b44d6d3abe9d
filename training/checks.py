"""What must hold of a dataset before anything is learned from it; each failure has a name and says what to do."""

import numpy as np
from dataset import Part
from fraudstream.quality import roc_auc
from jobs import JobError
from numpy.typing import NDArray

_LEAK_AUC = 0.9999
_LEAK_FRAUDS = 20


class NothingToLearnError(JobError):
    """There are too few rows to learn anything from."""


class NoLabelsError(JobError):
    """No transaction is known to be a fraud or legitimate."""


class OneClassError(JobError):
    """A window has frauds only, or none."""


class LeakyFeatureError(JobError):
    """A feature tells the label by itself."""


def check_labels(fraud_known: NDArray[np.bool_], labelled: NDArray[np.bool_]) -> None:
    """Refuse a log in which nothing is labelled, or no fraud is."""
    if not labelled.any():
        raise NoLabelsError(
            f"none of {len(labelled)} transactions has a label known by now; map the label column of the uploaded "
            "history (--column label=<its name>), or wait until labels have arrived"
        )
    if not fraud_known.any():
        raise OneClassError(f"none of {int(labelled.sum())} labelled transactions is a fraud: nothing to tell apart")


def check_part(name: str, part: Part, fewest: int) -> None:
    """Refuse a window without both classes, or with fewer rows than `fewest`."""
    frauds, rows = int(part.fraud.sum()), len(part)
    if rows < fewest:
        raise NothingToLearnError(f"the {name} window has {rows} rows, {fewest} are the least; upload more history")
    if not frauds or frauds == rows:
        raise OneClassError(f"the {name} window has {frauds} frauds among {rows} rows; upload a longer history")


def check_leaks(part: Part) -> None:
    """Refuse a feature that separates frauds from the rest alone: it knows the label.

    Looked for only where there are frauds enough for a separation not to be chance.
    """
    if int(part.fraud.sum()) < _LEAK_FRAUDS:
        return
    for position, name in enumerate(part.schema.feature_names):
        values = part.features[:, position]
        filled = np.where(np.isnan(values), -np.inf, values)
        auc = roc_auc(part.fraud, filled)
        if not 1 - _LEAK_AUC < auc < _LEAK_AUC:
            raise LeakyFeatureError(
                f"{name} alone separates frauds from the rest (AUC {auc:.5f}): it knows what is only known later"
            )
