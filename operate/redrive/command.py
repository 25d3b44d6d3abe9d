"""`python -m operate redrive`: what is asked for, what is said, and the exit code."""

import argparse
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.contract import RejectReason

from operate.redrive.bucket import TAKEN, QuarantineBucket
from operate.redrive.contents import GIVEN_UP, QUARANTINE
from operate.redrive.redriving import Redrive, Tally
from operate.redrive.report import of_run, of_what_waits
from operate.redrive.scoring import Scoring, ScoringFailedError
from operate.target import Target, TargetError, find_target

DONE, STOPPED, REFUSED = 0, 1, 3
_SERVES = {"InService", "Updating", "SystemUpdating", "RollingBack"}
_SAY_EVERY_SECONDS = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Send what failed or was quarantined through the scoring function again.

    Returns
    -------
    int
        0 if everything that can be sent went through, 3 if some of it was refused again (or the function is an older
        one that does not say), 1 if it had to stop.
    """
    options = _parser().parse_args(arguments)
    try:
        target = find_target(options.stack)
        print(f"stack {target.name} ({target.where}), bucket {target.outputs['QuarantineBucketName']}", flush=True)
        return redrive(target, options)
    except (TargetError, BotoCoreError, ClientError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        return STOPPED


def redrive(target: Target, options: argparse.Namespace) -> int:
    """Do, or with `dry_run` only look at, what the options ask for; return the exit code."""
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    work, tally = (
        Redrive(
            bucket=QuarantineBucket(target.client("s3"), target.outputs["QuarantineBucketName"], run, options.prefix),
            scoring=Scoring(target.client("lambda"), target.scoring_function, time.sleep),
            stream_arn=target.stream_arn,
            reason=options.reason,
            on_object=_progress(time.monotonic),
        ),
        Tally(),
    )
    if options.dry_run:
        print(of_what_waits(work.records(tally), tally, now_ms=time.time() * 1000))
        return DONE
    if not options.rules_alone and (status := _endpoint_status(target)) not in _SERVES:
        print(
            f"stopped: the endpoint {target.outputs['EndpointName']} is {status}. What waited here is too old to wait "
            "for it, so rules alone would decide, for good. Put the endpoint right first, or give --rules-alone.",
            file=sys.stderr,
        )
        return STOPPED
    try:
        work.run(tally)
    except (ScoringFailedError, BotoCoreError, ClientError) as error:
        print(of_run(tally))
        print(
            f"stopped: {error}\n"
            f"What was under way is in {TAKEN}{run}/, or where it was, and goes first when the command is given again. "
            f"If {target.scoring_function} failed, its log says why; --prefix leads past a batch it cannot do.",
            file=sys.stderr,
        )
        return STOPPED
    print(of_run(tally))
    return REFUSED if tally.answered.refused or tally.answered.unsaid else DONE


def _endpoint_status(target: Target) -> str:
    try:
        found = target.client("sagemaker").describe_endpoint(EndpointName=target.outputs["EndpointName"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationException":
            return "missing"
        raise
    return str(found["EndpointStatus"])


def _progress(clock: Callable[[], float]) -> Callable[[int, int], None]:
    """Return what says, every two seconds at most, which object is next."""
    said = clock()

    def on_object(number: int, count: int) -> None:
        nonlocal said
        if clock() - said >= _SAY_EVERY_SECONDS:
            said = clock()
            print(f"    object {number:,} of {count:,}", file=sys.stderr, flush=True)

    return on_object


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate redrive",
        description="Send what failed or was quarantined through the scoring function again, after a fix. "
        "It can be interrupted, repeated, and given by two people at once.",
    )
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    parser.add_argument("--dry-run", action="store_true", help="count what waits, by reason and age, and do nothing")
    parser.add_argument(
        "--prefix", default="", help=f"only objects with such keys: {GIVEN_UP}..., {QUARANTINE}date=2026-11-23/..."
    )
    parser.add_argument(
        "--reason",
        choices=[str(reason) for reason in RejectReason],
        metavar="REASON",
        help="only records refused for it, such as amount_invalid; nothing that was given up",
    )
    parser.add_argument("--rules-alone", action="store_true", help="go on although no endpoint scores")
    return parser
