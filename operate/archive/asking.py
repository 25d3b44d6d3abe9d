"""Which archive is meant, and which part of it: the options that commands over it share."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from operate.archive.places import Bucket, Directory, Place
from operate.archive.wish import Asked
from operate.target import find_target


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which archive and which part of it."""
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    parser.add_argument(
        "--archive", type=Path, help="a directory with copies of archive objects, instead of the stack's"
    )
    parser.add_argument("--since", type=moment, help="only what was decided from this UTC date or time on")
    parser.add_argument("--until", type=moment, help="only what was decided before this UTC date or time")
    parser.add_argument(
        "--skip-unreadable", action="store_true", help="pass over objects that cannot be read, and say so"
    )


def asked(options: argparse.Namespace) -> Asked:
    """Return what the options say.

    Raises
    ------
    TargetError
        If a stack is needed and there is none.
    """
    alone = options.archive is not None and options.stack is None
    return Asked(
        target=None if alone else find_target(options.stack),
        directory=options.archive,
        since_ms=options.since,
        until_ms=options.until,
        share=getattr(options, "sample", None),
        skip_unreadable=options.skip_unreadable,
    )


def place_of(wish: Asked) -> Place:
    """Return where the archive is."""
    if wish.directory is not None:
        return Directory(wish.directory)
    assert wish.target is not None  # noqa: S101 - `asked` has found one
    return Bucket(wish.target.client("s3"), wish.target.outputs["ArchiveBucketName"], wish.target.where)


def moment(text: str) -> int:
    """Return a date or time, UTC where it names no zone, as epoch milliseconds.

    Examples
    --------
    >>> moment("1970-01-02"), moment("1970-01-01T00:00:01Z")
    (86400000, 1000)
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no date or time, such as 2026-11-01 or 2026-11-01T06:00"
        ) from None
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
