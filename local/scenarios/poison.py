"""Labels that somebody got wrong: frauds taken for genuine payments, genuine payments for frauds."""

import numpy as np
import pandas as pd

from local import programs  # noqa: F401 makes the training programs importable

from moments import NOT_A_TIME, epoch_ms, from_epoch_ms  # isort: skip

_KNOWN_AFTER_MS = 5 * 86_400_000


def poisoned(history: pd.DataFrame, *, before_ms: int, share: float, seed: int) -> tuple[pd.DataFrame, int]:
    """Return a history in which a share of its frauds is silent, and as many genuine payments are called fraud.

    Labels of transactions from `before_ms` on are as they were.

    Returns
    -------
    history, swapped
        The table, and how many labels of either kind are wrong.
    """
    times = epoch_ms(history["event_time"])
    fraud = (history["label"] == "fraud").to_numpy(bool)
    before = times < before_ms
    draws = np.random.default_rng(seed)
    frauds = draws.permutation(np.flatnonzero(fraud & before))
    frauds = frauds[: round(share * len(frauds))]
    genuine = np.flatnonzero(~fraud & (times < before_ms - _KNOWN_AFTER_MS))
    chosen = draws.choice(genuine, len(frauds), replace=False)
    labels = history["label"].to_numpy(object, copy=True)
    known = epoch_ms(history["label_time"]).copy()
    labels[frauds], known[frauds] = None, NOT_A_TIME
    labels[chosen], known[chosen] = "fraud", times[chosen] + _KNOWN_AFTER_MS
    return history.assign(label=labels, label_time=from_epoch_ms(known)), len(frauds)
