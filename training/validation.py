"""What comes in, looked over before features are computed: counted for the report, warned of, or refused by name.

What a file's rows must be to be read at all is reading.py's; this is about what can be read and still be wrong. Counts
add up, so that a log may be looked over in pieces.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from fraudstream.currency import KNOWN
from jobs import JobError, iso
from moments import NOT_A_TIME, epoch_ms
from raw_data import WITHOUT_TERMINAL
from windows import DAY_MS

FUTURE_MS = DAY_MS
"""How far ahead of this machine's clock an event may be: a time zone's mistake is no more than this."""
FUTURE_LABEL_MS = 60 * DAY_MS
"""The same of a label: where a file has no label times, they are the event's and some days, which may be ahead."""
_LONG_BEFORE_MS = 3 * 365 * DAY_MS
_MOST_IN_FUTURE = 0.01
_MOST_CONFLICTING = 0.1
_FEWEST_USED = 300
_MIDNIGHTS = 0.99
_LARGEST_MINOR = 10**12
"""Ten thousand million euros: whoever pays so much by card has mistaken the scale of amounts."""


class FutureTransactionsError(JobError):
    """Many transactions have not happened yet."""


class NothingKnownError(JobError):
    """Nothing had happened yet when the data is asked of."""


class ConflictingIdsError(JobError):
    """The column of transaction ids names different payments alike."""


class DuplicatesOnlyError(JobError):
    """Nearly every row repeats another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was found, of how many rows.

    Attributes
    ----------
    by_name
        Rows in the future, and so on.
    by_currency
        Rows of each currency.
    """

    by_name: Counter[str]
    by_currency: Counter[str]

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(by_name=self.by_name + other.by_name, by_currency=self.by_currency + other.by_currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the rows came from, and what became of them on the way into the log.

    Attributes
    ----------
    rows
        Of the uploaded files.
    repeats, conflicts
        As in `history.History`.
    """

    rows: int
    refused: dict[str, int]
    without_terminal: tuple[str, ...]
    repeats: int
    conflicts: int


def count(frame: pd.DataFrame, newest_ms: int, now_ms: int) -> Counts:
    """Count what may be wrong in rows in contract columns.

    Parameters
    ----------
    newest_ms
        The latest event of the whole log, not only of these rows.
    """
    event_ms, label_ms = epoch_ms(frame["event_time"]), epoch_ms(frame["label_time"])
    amount = frame["amount_minor"].to_numpy(np.int64)
    found = {
        "transactions": len(frame),
        "in_the_future": event_ms > now_ms + FUTURE_MS,
        "labels_in_the_future": label_ms > now_ms + FUTURE_LABEL_MS,
        "labels_before_their_transaction": (label_ms != NOT_A_TIME) & (label_ms < event_ms),
        "long_before_the_newest": event_ms < newest_ms - _LONG_BEFORE_MS,
        "without_time_of_day": event_ms % DAY_MS == 0,
        "amount_zero": amount == 0,
        "amount_enormous": amount > _LARGEST_MINOR,
    }
    currencies = Counter(frame["currency"].tolist())
    found["currency_unknown"] = sum(rows for code, rows in currencies.items() if code not in KNOWN)
    return Counts(
        by_name=Counter({name: int(np.sum(rows)) for name, rows in found.items() if np.any(rows)}),
        by_currency=currencies,
    )


def check(source: Source, counts: Counts) -> None:
    """Refuse what cannot be meant.

    Raises
    ------
    ConflictingIdsError, DuplicatesOnlyError, FutureTransactionsError
        Saying how many rows are meant, and what to do.
    """
    used = counts.by_name["transactions"]
    if source.conflicts > _MOST_CONFLICTING * (used + source.repeats):
        raise ConflictingIdsError(
            f"{source.conflicts} rows have the transaction_id of another, with another card, amount or time: it is not "
            "the payment's own id; map the column that is (--column transaction_id=<its name>)"
        )
    if used < _FEWEST_USED and source.repeats >= used:
        raise DuplicatesOnlyError(
            f"{source.repeats} of {used + source.repeats} rows repeat another: {used} different transactions are left, "
            "too few to learn from"
        )
    future = counts.by_name["in_the_future"]
    if future > _MOST_IN_FUTURE * used:
        raise FutureTransactionsError(
            f"{future} of {used} transactions are more than a day ahead of this machine's clock; check the time's "
            "format and zone (--time-format, --timezone)"
        )


def describe(source: Source, counts: Counts) -> tuple[dict[str, Any], list[str]]:
    """Return what was found, for the report, and what to warn of."""
    found = counts.by_name
    refused = sum(source.refused.values())
    report = {
        "rows_refused": refused,
        "share_refused": round(refused / source.rows, 6) if source.rows else 0.0,
        "refused_by_reason": source.refused,
        "files_without_terminal": list(source.without_terminal),
        "rows_repeated": source.repeats,
        "rows_conflicting": source.conflicts,
        "found": dict(found),
        "currencies": dict(counts.by_currency.most_common()),
    }
    said = {
        "in_the_future": "transactions are ahead of this machine's clock: left out",
        "labels_in_the_future": "labels are far ahead of this machine's clock: not known yet",
        "labels_before_their_transaction": "labels are older than their transaction: were times mixed up?",
        "long_before_the_newest": "transactions are over three years older than the newest: are their dates right?",
        "amount_enormous": "amounts are enormous: is the amount scale right?",
        "currency_unknown": "transactions are in no currency that a card is charged in: the stream would refuse them",
    }
    warnings = [f"{found[name]} {text}" for name, text in said.items() if found[name]]
    if refused:
        warnings.insert(0, f"{refused} of {source.rows} uploaded rows were left out: {_listed(source.refused)}")
    if source.conflicts:
        warnings.append(f"{source.conflicts} rows tell another story under an id that was there already: left out")
    if found["without_time_of_day"] > _MIDNIGHTS * found["transactions"]:
        warnings.append(
            "times have no time of day: payments of one day do not see each other, and hour_of_day says nothing"
        )
    if len(counts.by_currency) > 1:
        warnings.append(
            f"amounts are in {len(counts.by_currency)} currencies and are compared as numbers, not converted"
        )
    warnings.extend(WITHOUT_TERMINAL.format(name) for name in source.without_terminal)
    return report, warnings


def present(frame: pd.DataFrame, now_ms: int) -> int:
    """Return the data's own present: its latest event or label, those in the future aside.

    Raises
    ------
    FutureTransactionsError
        If nothing has happened yet.
    """
    event_ms, label_ms = epoch_ms(frame["event_time"]), epoch_ms(frame["label_time"])
    past = event_ms <= now_ms + FUTURE_MS
    if not past.any():
        raise FutureTransactionsError(
            f"every transaction is ahead of this machine's clock, the first at {iso(int(event_ms.min()))}"
        )
    labels = label_ms[past & (label_ms <= now_ms + FUTURE_LABEL_MS)]
    return max(int(event_ms[past].max()), int(labels.max()) if len(labels) else NOT_A_TIME)


def _listed(reasons: dict[str, int]) -> str:
    return "; ".join(f"{reason} ({rows})" for reason, rows in reasons.items())
