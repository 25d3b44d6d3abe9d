"""A changed document on an archive: what is read, what is tried, and how long each part took."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
from botocore.exceptions import ClientError
from fraudstream.policy import OUTCOMES, CompiledPolicy, default_policy
from fraudstream.policy.published import LIVE_KEY, read_published
from fraudstream.scoring import Thresholds
from money import CostMatrix

from operate.archive.cache import Cache
from operate.archive.errors import ArchiveError
from operate.archive.rows import Rows, read_rows
from operate.archive.wish import Asked
from operate.backtest.running import DAY_MS, knowledge, run
from operate.backtest.thresholds import thresholds_of
from operate.stack import Target

LABEL_DELAY_DAYS = 7.0
Progress = Callable[[str, int, int], None]
"""Is told what is gone through (`object`, `row`), how many are done, and of how many."""


class NoRowsError(ArchiveError):
    """Nothing was decided in the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried, beside what, and how it is judged.

    Attributes
    ----------
    given
        Thresholds of models that are given rather than looked up.
    most_rows
        Of a period that holds more, all transactions of some cards are tried; None: no limit.
    """

    changed: CompiledPolicy
    present: CompiledPolicy
    costs: CostMatrix
    given: Mapping[str, Thresholds] = field(default_factory=dict)
    delay_days: float = LABEL_DELAY_DAYS
    most_rows: int | None = None

    def share(self, rows: int) -> float | None:
        """Return which share of cards keeps to the limit, in hundredths; None where all rows do.

        Examples
        --------
        >>> from fraudstream.policy import default_policy
        >>> trial = Trial(changed=default_policy(), present=default_policy(), costs=CostMatrix(), most_rows=1_000)
        >>> trial.share(1_000), trial.share(3_000), trial.share(10_000_000)
        (None, 0.33, 0.01)
        """
        if self.most_rows is None or rows <= self.most_rows:
            return None
        return max(100 * self.most_rows // rows, 1) / 100


def try_document(wish: Asked, trial: Trial, cache: Cache, progress: Progress) -> dict[str, Any]:
    """Return the report of a changed document beside the present one.

    Raises
    ------
    ArchiveError
        If the archive cannot be read, or has no rows of the period (`NoRowsError`).
    """
    clock = _Clock()
    filled = cache.fill(wish.since_hour)
    clock.lap("decoding")
    share = wish.share or trial.share(filled.rows)
    rows = read_rows(filled, since_ms=wish.since_ms, until_ms=wish.until_ms, share=share)
    if not len(rows):
        raise NoRowsError(f"no transactions of that period in {cache.place.name}{_why(rows)}")
    found = thresholds_of(rows, trial.present, wish.target, trial.given)
    known = knowledge(rows, delay_ms=round(trial.delay_days * DAY_MS), now_ms=time.time_ns() // 1_000_000)
    clock.lap("reading")
    limits = {version: each.thresholds for version, each in found.items()}
    policies = (trial.present, trial.changed)
    backtest, told = run(
        rows, known, limits, policies, costs=trial.costs, progress=lambda done, of: progress("row", done, of)
    )
    clock.lap("evaluating")
    told["agreement"]["examples"] = _ids(rows, backtest.agreement.examples)
    for change in told["changes"]:
        pair = (OUTCOMES.index(change["from"]), OUTCOMES.index(change["to"]))
        change["examples"] = _ids(rows, backtest.examples[pair])
    told["archive"] = {
        "place": cache.place.name,
        "objects_decoded": filled.decoded,
        "rows_decoded": filled.rows_decoded,
    }
    told["unreadable"] = list(filled.unreadable)
    told["period"] = {
        "first_event": _iso(int(rows.event_ms.min())),
        "last_event": _iso(int(rows.event_ms.max())),
        "days": known.days,
        "labels_until": _iso(known.until_ms),
        "label_delay_days": trial.delay_days,
        "share_of_cards": share,
    }
    told["thresholds"] = {
        version: {"review": each.thresholds.review, "block": each.thresholds.block, "source": each.source}
        for version, each in found.items()
    }
    told["seconds"] = clock.laps
    return told


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._last = round(now - self._last, 3), now


def live_policy(target: Target | None) -> CompiledPolicy:
    """Return the document that the stack decides by; the shipped one where none is published."""
    if target is None:
        return default_policy()
    try:
        found = target.client("s3").get_object(Bucket=target.outputs["ModelsBucketName"], Key=LIVE_KEY)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return default_policy()
        raise
    return read_published(found["Body"].read())


def _ids(rows: Rows, positions: list[int]) -> list[str]:
    """Return the transactions at some positions."""
    found, start = [], 0
    for part in rows.parts:
        mine = [part.positions[at - start] for at in positions if start <= at < start + len(part.positions)]
        if mine:
            column = pq.read_table(part.segment.path, columns=["transaction_id"]).column(0)
            found += [column[int(at)].as_py() for at in mine]
        start += len(part.positions)
    return found


def _why(rows: Rows) -> str:
    if rows.other_features:
        return f"; {rows.other_features:,} were served with another version of the features and cannot be evaluated"
    return ""


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
