"""`python -m operate export`: what is asked for, what is said, and the exit code."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from operate.archive.asking import add_options, asked, place_of
from operate.archive.errors import ArchiveError
from operate.export.columns import DEFAULT, GROUPS, OF_CARD, TYPES, ColumnsError, wanted
from operate.export.exporting import Export, Progress
from operate.export.files import ENDINGS, FormatError, writer
from operate.target import TargetError
from operate.writing import written

DONE, WITH_GAPS, FAILED = 0, 1, 2
_SAY_EVERY_SECONDS = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the decisions of a period, with the labels known now, to one file.

    Returns
    -------
    int
        0 if the file is whole, 1 if objects were passed over, 2 if there is no file.
    """
    options = _parser().parse_args(arguments)
    try:
        names = wanted(options.columns.split(","), without_card=options.without_card)
        opened = writer(options.out)
        wish = asked(options)
        place = place_of(wish)
        print(f"archive {place.name}", flush=True)
        export = Export(place=place, wish=wish, names=names, progress=_progress())
        with written(options.out) as file:
            target = opened(file, pa.schema([(name, TYPES[name]) for name in names]))
            for table in export.tables():
                target.write(table)
            target.close()
    except (
        ArchiveError, ColumnsError, FormatError, TargetError, BotoCoreError, ClientError, OSError,
    ) as error:  # fmt: skip
        print(f"stopped: {error}", file=sys.stderr)
        return FAILED
    size = options.out.stat().st_size / 1e6
    print(f"{export.rows:,} transactions, {len(export.labels):,} labels known, in {options.out} ({size:.1f} MB)")
    for said in export.unreadable.values():
        print(f"left out: {said}", file=sys.stderr)
    return WITH_GAPS if export.unreadable else DONE


def _progress() -> Progress:
    said = time.monotonic()

    def say(step: str, done: int, of: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _SAY_EVERY_SECONDS:
            said = time.monotonic()
            print(f"    {step} {done:,} of {of:,}", file=sys.stderr, flush=True)

    return say


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate export",
        description="Write the decisions of a period, with the labels known now, to one file. Needs to read the "
        "archive bucket, and nothing else.",
        epilog="Exit code: 0 the file is whole; 1 objects were passed over (--skip-unreadable); 2 there is no file.",
    )
    parser.add_argument(
        "--out", type=Path, required=True, help=f"the file; its ending says the format: {' '.join(ENDINGS)}"
    )
    parser.add_argument(
        "--columns",
        default=",".join(DEFAULT),
        help=f"names, or groups of them, with commas between: {', '.join(GROUPS)} (default: {','.join(DEFAULT)})",
    )
    add_options(parser)
    parser.add_argument(
        "--without-card",
        action="store_true",
        help=f"leave out {', '.join(OF_CARD)}; the column card names cards anew, in this file only",
    )
    return parser
