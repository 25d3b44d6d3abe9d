"""A changed document on an archive: what is read, what is tried, and how long each part took."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from botocore.exceptions import ClientError
from fraudstream.policy import OUTCOMES, CompiledPolicy, default_policy
from fraudstream.policy.published import LIVE_KEY, read_published
from fraudstream.scoring import Thresholds
from money import CostMatrix

from operate.archive.asking import Asked
from operate.archive.cache import Cache
from operate.archive.errors import ArchiveError
from operate.archive.places import Place
from operate.archive.rows import Rows, read_rows
from operate.backtest.running import DAY_MS, knowledge, run
from operate.backtest.thresholds import thresholds_of
from operate.rules.reading import read_rules_file
from operate.target import Target

_SAY_EVERY_SECONDS = 2.0
_PARAMETERS = {"alert_minor": "AlertCostMinor", "block_genuine_minor": "BlockGenuineCostMinor"}


def try_document(
    wish: Asked,
    place: Place,
    rules: Path,
    *,
    against: Path | None,
    given: Mapping[str, Thresholds],
    costs: Mapping[str, int | None],
    delay_days: float,
    cache: Path,
) -> dict[str, Any]:
    """Return the report of a changed document beside the present one.

    Raises
    ------
    PolicyError
        If a document is not valid.
    ArchiveError
        If the archive cannot be read, or has no rows of the period.
    """
    clock = _Clock()
    changed = read_rules_file(rules).compiled
    present = read_rules_file(against).compiled if against else live_policy(wish.target)
    matrix = costs_of(wish.target, costs)
    clock.lap("documents")
    filled = Cache(place, cache, skip_unreadable=wish.skip_unreadable, progress=progress("object")).fill(
        wish.since_hour
    )
    clock.lap("decoding")
    rows = read_rows(filled, since_ms=wish.since_ms, until_ms=wish.until_ms, share=wish.share)
    if not len(rows):
        raise ArchiveError(f"no transactions of that period in {place.name}{_why(rows)}")
    found = thresholds_of(rows, present, wish.target, given)
    known = knowledge(rows, delay_ms=round(delay_days * DAY_MS), now_ms=time.time_ns() // 1_000_000)
    clock.lap("reading")
    limits = {version: each.thresholds for version, each in found.items()}
    backtest, told = run(rows, known, limits, (present, changed), costs=matrix, progress=progress("row"))
    clock.lap("evaluating")
    told["agreement"]["examples"] = _ids(rows, backtest.agreement.examples)
    for change in told["changes"]:
        pair = (OUTCOMES.index(change["from"]), OUTCOMES.index(change["to"]))
        change["examples"] = _ids(rows, backtest.examples[pair])
    told["archive"] = {"place": place.name, "objects_decoded": filled.decoded, "rows_decoded": filled.rows_decoded}
    told["unreadable"] = list(filled.unreadable)
    told["period"] = {
        "first_event": _iso(int(rows.event_ms.min())),
        "last_event": _iso(int(rows.event_ms.max())),
        "days": known.days,
        "labels_until": _iso(known.until_ms),
        "label_delay_days": delay_days,
        "share_of_cards": wish.share,
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


def progress(what: str) -> Callable[..., None]:
    """Return what says, every two seconds at most, how far it is."""
    said = time.monotonic()

    def say(done: int, of: int, *_: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _SAY_EVERY_SECONDS:
            said = time.monotonic()
            print(f"    {what} {done:,} of {of:,}", file=sys.stderr, flush=True)

    return say


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


def costs_of(target: Target | None, costs: Mapping[str, int | None]) -> CostMatrix:
    """Return the cost matrix: as given, else by the stack's parameters, else as training assumes."""
    given = {name: value for name, value in costs.items() if value is not None}
    if target is not None and len(given) < len(_PARAMETERS):
        try:
            (stack,) = target.client("cloudformation").describe_stacks(StackName=target.name)["Stacks"]
            values = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())}
        except ClientError:
            values = {}
        of_stack = {name: int(float(values[key])) for name, key in _PARAMETERS.items() if key in values}
        given = of_stack | given
    return replace(CostMatrix(), **given)


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
