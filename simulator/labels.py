"""What becomes known about a transaction, and when."""

from dataclasses import dataclass

import numpy as np

from simulator.draws import Draws, Floats, Integers
from simulator.settings import DAY_MS, HOUR_MS, Settings

LABELS = np.array([None, "legitimate", "fraud"], dtype=object)
UNKNOWN, LEGITIMATE, FRAUD = range(3)
SOURCES = np.array([None, "chargeback", "analyst", "customer"], dtype=object)
_NOBODY, _CHARGEBACK, _ANALYST, _CUSTOMER = range(4)

_SHORTEST_MS, _LONGEST_MS = 6 * HOUR_MS, 45 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Label, the moment it becomes known (0 where there is none) and who says so."""

    label: Integers
    time_ms: Integers
    source: Integers


def late_labels(settings: Settings, pattern: Integers, event_time_ms: Integers) -> Labels:
    """Report most frauds after days, forget some, and clear a few genuine transactions within days.

    Half of the reports take longer than `median_report_days`; none less than six hours or more than 45 days.
    """
    draws = Draws(settings.seed, "labels")
    n = len(pattern)
    is_fraud = pattern > 0
    delay = np.clip(draws.log_normal(settings.median_report_days * DAY_MS, 0.35, n), _SHORTEST_MS, _LONGEST_MS)
    review_delay: Floats = draws.between(0.1, 3.0, n) * DAY_MS
    reported = is_fraud & ~draws.chance(settings.never_reported_share, n)
    cleared = ~is_fraud & draws.chance(settings.cleared_share, n)
    label = np.where(reported, FRAUD, np.where(cleared, LEGITIMATE, UNKNOWN))
    by_customer = draws.chance(0.3, n)
    source = np.where(by_customer, _CUSTOMER, np.where(reported, _CHARGEBACK, _ANALYST))
    time_ms = event_time_ms + np.where(is_fraud, delay, review_delay).astype(np.int64)
    known = label != UNKNOWN
    return Labels(
        label=label.astype(np.int64),
        time_ms=np.where(known, time_ms, 0),
        source=np.where(known, source, _NOBODY).astype(np.int64),
    )
