"""`python -m operate backtest`: what is asked for, what is said, and the exit code."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.errors import PolicyError

from local import programs  # noqa: F401 makes the training programs importable
from operate.archive.asking import add_options, asked, place_of
from operate.archive.cache import DEFAULT, Cache
from operate.archive.errors import ArchiveError
from operate.archive.wish import Asked
from operate.backtest.costs import costs_of
from operate.backtest.text import lines
from operate.backtest.thresholds import GivenThresholdsError, read_given
from operate.backtest.trying import LABEL_DELAY_DAYS, Progress, Trial, live_policy, try_document
from operate.rules.reading import read_rules_file
from operate.target import TargetError
from operate.writing import written

DONE, DISAGREES, FAILED = 0, 1, 2
_SAY_EVERY_SECONDS = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a changed rules document on the archive, beside the present one.

    Returns
    -------
    int
        0 if it could be told; 1 if it was, but the present document does not decide again what it has decided; 2 if
        it could not.
    """
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    try:
        given = read_given(options.thresholds)
        told = _try(asked(options), options, given)
        if options.json:
            with written(options.json) as file:
                file.write(json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n")
        if options.html:
            from operate.backtest.page import render  # noqa: PLC0415 for whom wants it

            with written(options.html) as file:
                file.write(render(told).encode())
    except (
        ArchiveError, PolicyError, TargetError, GivenThresholdsError, BotoCoreError, ClientError, OSError,
    ) as error:  # fmt: skip
        print(f"stopped: {error}", file=sys.stderr)
        return FAILED
    print(*lines(told), sep="\n")
    print(f"{time.monotonic() - started:.1f} s: {', '.join(f'{k} {v:.1f}' for k, v in told['seconds'].items())}")
    return DONE if told["agreement"]["equal"] == told["agreement"]["rows"] else DISAGREES


def _try(wish: Asked, options: argparse.Namespace, given: dict[str, Any]) -> dict[str, Any]:
    place = place_of(wish)
    print(f"archive {place.name}", flush=True)
    costs = {"alert_minor": options.alert_minor, "block_genuine_minor": options.block_genuine_minor}
    trial = Trial(
        changed=read_rules_file(options.rules).compiled,
        present=read_rules_file(options.against).compiled if options.against else live_policy(wish.target),
        costs=costs_of(wish.target, costs),
        given=given,
        delay_days=options.label_delay_days,
    )
    say = _progress()
    cache = Cache(
        place,
        options.cache,
        skip_unreadable=wish.skip_unreadable,
        progress=lambda done, of, _: say("object", done, of),
    )
    return try_document(wish, trial, cache, say)


def _progress() -> Progress:
    """Return what says, every two seconds at most, how far it is."""
    said = time.monotonic()

    def say(what: str, done: int, of: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _SAY_EVERY_SECONDS:
            said = time.monotonic()
            print(f"    {what} {done:,} of {of:,}", file=sys.stderr, flush=True)

    return say


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate backtest",
        description="Try a changed rules document on the archive, beside the present one, by the code of the stream.",
        epilog="Exit code: 0 told; 1 told, but the present document does not decide again what it has decided; "
        "2 not to be told.",
    )
    parser.add_argument("rules", type=Path, help="the changed document, YAML")
    parser.add_argument("--against", type=Path, help="a document to compare with, instead of the stack's live one")
    add_options(parser)
    parser.add_argument(
        "--sample", type=_share, metavar="SHARE", help="of the cards, such as 0.1: always the same ones"
    )
    parser.add_argument("--html", type=Path, help="write the report as a page, with pictures")
    parser.add_argument("--json", type=Path, help="write the report as JSON")
    parser.add_argument("--alert-minor", type=int, help="what an alert costs; else the stack's AlertCostMinor")
    parser.add_argument(
        "--block-genuine-minor", type=int, help="what a payment blocked in error costs; else the stack's"
    )
    parser.add_argument(
        "--label-delay-days", type=float, default=LABEL_DELAY_DAYS, help="silence for so long means legitimate (7)"
    )
    parser.add_argument(
        "--thresholds", action="append", default=[], metavar="MODEL=REVIEW,BLOCK", help="of a model, if not registered"
    )
    parser.add_argument("--cache", type=Path, default=DEFAULT, help=f"where decoded columns are kept ({DEFAULT})")
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError("a share is above 0 and at most 1")
    return share
