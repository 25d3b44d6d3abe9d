"""What must hold of a dataset before anything is learned from it; each failure has a name and says what to do."""

import numpy as np
from dataset import Part
from jobs import JobError
from numpy.typing import NDArray


class NothingToLearnError(JobError):
    """There are too few rows to learn anything from."""


class NoLabelsError(JobError):
    """No transaction is known to be a fraud or legitimate."""


class OneClassError(JobError):
    """A window has frauds only, or none."""


def check_labels(fraud_known: NDArray[np.bool_], labelled: NDArray[np.bool_], orphans: int = 0) -> None:
    """Refuse a log in which nothing is labelled, or no fraud is.

    Parameters
    ----------
    orphans
        Labels that found no transaction: they say what may be wrong.
    """
    astray = f" ({orphans} labels name transactions that are not here: do their ids match?)" if orphans else ""
    if not labelled.any():
        raise NoLabelsError(
            f"none of {len(labelled)} transactions has a label known by now; map the label column of the uploaded "
            f"history (--column label=<its name>), or wait until labels have arrived{astray}"
        )
    if not fraud_known.any():
        raise OneClassError(
            f"none of {int(labelled.sum())} labelled transactions is a fraud: nothing to tell apart{astray}"
        )


def check_part(name: str, part: Part, fewest: int) -> None:
    """Refuse a window without both classes, or with fewer rows than `fewest`."""
    check_counts(name, len(part), int(part.fraud.sum()), fewest)


def check_counts(name: str, rows: int, frauds: int, fewest: int) -> None:
    """Refuse a window of so many rows and frauds, as `check_part` does."""
    if rows < fewest:
        raise NothingToLearnError(f"the {name} window has {rows} rows, {fewest} are the least; upload more history")
    if not frauds or frauds == rows:
        raise OneClassError(f"the {name} window has {frauds} frauds among {rows} rows; upload a longer history")
