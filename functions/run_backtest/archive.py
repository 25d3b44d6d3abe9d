"""A text tried on the last days of the archive, by the modules of `make backtest`."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from fraudstream.api.backtests import Wanted
from served import ARCHIVE_BUCKET, COSTS, TARGET, client

from operate.archive.cache import Cache
from operate.archive.places import Bucket
from operate.archive.wish import Asked
from operate.backtest.running import DAY_MS
from operate.backtest.trying import Trial, live_policy, try_document
from operate.rules.reading import read_rules_text

MOST_ROWS = 2_000_000
"""Of a period with more, some cards are tried with all their transactions; the report says which share."""
_DECODED = Path(tempfile.gettempdir()) / "backtest"
"""Kept while the execution environment is: who tries again soon waits for new objects alone."""
_DECODING = 0.8
"""What of the whole is fetching and decoding, where nothing is decoded yet."""
_MOST_NAMED = 20


class TimeUpError(Exception):
    """The period cannot be read in the time that a function has."""


def try_text(wanted: Wanted, progress: Callable[[float], None]) -> bytes:
    """Return the report (JSON) of a text beside the rules that are live, on what was decided in the last days.

    Parameters
    ----------
    progress
        Is told which share of the work is done; what it raises ends the work, and what is decoded stays.
    """
    trial = Trial(
        changed=read_rules_text(wanted.yaml).compiled,
        present=live_policy(TARGET),
        costs=COSTS,
        most_rows=MOST_ROWS,
    )
    since_ms = wanted.at_ms - wanted.days * DAY_MS
    wish = Asked(target=TARGET, directory=None, since_ms=since_ms, until_ms=None, share=None, skip_unreadable=True)
    cache = Cache(
        Bucket(client("s3"), ARCHIVE_BUCKET),
        _DECODED,
        skip_unreadable=True,
        progress=lambda done, of, _: progress(_DECODING * done / of),
    )
    try:
        told = try_document(wish, trial, cache, lambda _, done, of: progress(_DECODING + (1 - _DECODING) * done / of))
    except OSError:  # the disk is full, or what is on it broken: the next one begins anew
        shutil.rmtree(_DECODED, ignore_errors=True)
        raise
    passed_over = told["unreadable"]
    if len(passed_over) > _MOST_NAMED:
        told["unreadable"] = [*passed_over[:_MOST_NAMED], f"and {len(passed_over) - _MOST_NAMED:,} objects more"]
    return msgspec.json.encode(told)
