"""`python -m operate erase`: what is asked for, what is said, and the exit code."""

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.contract.fields import NOT_IN_CARD_ID
from fraudstream.contract.pan import is_card_number

from operate.erase import said
from operate.erase.erasing import Erasure
from operate.erase.evidence import Evidence
from operate.target import Target, TargetError, find_target

DONE, STOPPED, MISUSED, LEFT = 0, 1, 2, 3
_SAY_EVERY_SECONDS = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Erase a card.

    Returns
    -------
    int
        0 if nothing of the card is left in tables, archive and quarantine, 3 if something is, 1 if it had to stop.
    """
    options = _parser().parse_args(arguments)
    if is_card_number(options.card):
        print("stopped: that is a card number. Give the token under which the system knows the card.", file=sys.stderr)
        return MISUSED
    if not 1 <= len(options.card) <= 64 or re.search(NOT_IN_CARD_ID, options.card):
        print("stopped: that is no card_id as the data contract has them", file=sys.stderr)
        return MISUSED
    try:
        target = find_target(options.stack)
        print(f"stack {target.name} ({target.where})", flush=True)
        return erase(target, options)
    except (TargetError, BotoCoreError, ClientError) as error:
        print(f"stopped: {error}\nGive the command again: it completes what was begun.", file=sys.stderr)
        return STOPPED


def erase(target: Target, options: argparse.Namespace) -> int:
    """Erase, verify by looking everywhere again, and leave the evidence; or with `dry_run` only look."""
    work = Erasure(target=target, card=options.card, read_units=options.read_units, progress=_progress)
    found = work.run(change=not options.dry_run)
    print(said.found(found, dry_run=options.dry_run))
    if options.dry_run:
        print(said.UNTOUCHED)
        return DONE
    left = work.run(change=False, search=False)
    if not left.nothing:
        print(said.left(left), file=sys.stderr)
        return LEFT
    now = datetime.now(UTC)
    document = {
        "erased": found.counts,
        "verified": "every table, archive and quarantine object was read again and none holds the card",
        "files_that_mention_it": len(found.elsewhere.mention),
        "files_that_could_not_be_read": len(found.elsewhere.unreadable),
    }
    print(said.erased(target, Evidence(target).write(options.card, now, document)))
    return DONE


def _progress(place: str, clock: Callable[[], float] = time.monotonic) -> Callable[[int], None]:
    """Return what says, every two seconds at most, how far it is."""
    told = clock()

    def at(number: int) -> None:
        nonlocal told
        if clock() - told >= _SAY_EVERY_SECONDS:
            told = clock()
            print(f"    {number:,} {place}", file=sys.stderr, flush=True)

    return at


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate erase",
        description="Erase a card's data on request, and verify it. It can be interrupted and repeated. "
        "What is kept where, and for how long: docs/retention.md.",
    )
    parser.add_argument("card", metavar="CARD", help="the card_id, a token; never a card number")
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    parser.add_argument("--dry-run", action="store_true", help="count what there is, and change nothing")
    parser.add_argument(
        "--read-units",
        type=float,
        default=1000,
        help="read units a second for the Decisions table, which is read whole, twice (1000: 4 MB a second)",
    )
    return parser
