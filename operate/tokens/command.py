"""`python -m operate tokens`: card numbers of a file to tokens, before anything of it is sent anywhere."""

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.tokens import KeyUnusableError, Tokens

from operate.tokens.keys import from_file, from_kms, new_key_file
from operate.tokens.replacing import ColumnError, Replaced, Replacing

DONE, FAILED, MISUSED, LEFT_OUT = 0, 1, 2, 3
_SHOWN = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Replace a column; 0, 1 if nothing was written, 3 if lines were left out."""
    options = _parser().parse_args(arguments)
    try:
        if options.new_key:
            new_key_file(options.new_key)
            print(f"{options.new_key} has a new key, readable to you alone. Keep a copy where only producers reach it.")
            return DONE
        if None in (options.source, options.column, options.out) or (options.key_file is None) == (
            options.kms_key is None
        ):
            print("give --in, --column, --out, and one of --key-file and --kms-key", file=sys.stderr)
            return MISUSED
        mac = from_file(options.key_file) if options.key_file else from_kms(boto3.client("kms"), options.kms_key)
        replacing = Replacing(tokens=Tokens(mac=mac, key_id=options.key_id), column=options.column)
        _write(replacing, options.source, options.out, options.delimiter)
    except (KeyUnusableError, ColumnError, FileExistsError, OSError, BotoCoreError, ClientError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        return FAILED
    except (csv.Error, UnicodeDecodeError):  # the library's words may quote the file
        print("stopped: the file is not CSV in UTF-8 with matching quotes; nothing was written", file=sys.stderr)
        return FAILED
    print(_said(replacing.done))
    return LEFT_OUT if replacing.done.left_out else DONE


def _write(replacing: Replacing, source: Path, out: Path, delimiter: str) -> None:
    """Write beside the target first: a file that broke off in the middle is none."""
    if out.exists():
        raise FileExistsError(f"{out} exists; name another file")
    half = out.with_name(out.name + ".part")
    try:
        with (
            source.open(encoding="utf-8-sig", newline="") as lines,
            half.open("w", encoding="utf-8", newline="") as file,
        ):
            csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(replacing.rows(lines, delimiter))
        half.rename(out)
    finally:
        half.unlink(missing_ok=True)


def _said(done: Replaced) -> str:
    lines = [f"{done.lines:,} lines written, their card numbers replaced by tokens"]
    if done.left_out:
        lines.append(
            f"{len(done.left_out):,} lines left out, because they would have carried a card number on, or none:"
        )
        lines += [f"  line {number}: {why}" for number, why in done.left_out[:_SHOWN]]
        if len(done.left_out) > _SHOWN:
            lines.append("  ...")
    return os.linesep.join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate tokens",
        description="Replace a column of card numbers (CSV, UTF-8) by tokens: HMAC-SHA256 under a key that is in no "
        "argument and no log. Why a keyed hash, and how to change keys: docs/operations.md.",
    )
    parser.add_argument("--in", dest="source", type=Path, metavar="FILE", help="the file with card numbers")
    parser.add_argument("--column", help="name of its column with card numbers, as the first line has it")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the file to write; it must not exist")
    parser.add_argument("--delimiter", default=",", help="between columns (,)")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="32 bytes in Base64, readable to you alone")
    parser.add_argument("--kms-key", metavar="KEY", help="instead: id, ARN or alias of an HMAC_256 key in KMS")
    parser.add_argument("--key-id", default="k1", help="names the key within each token (k1): another for another key")
    parser.add_argument("--new-key", type=Path, metavar="FILE", help="write a fresh key file, and do nothing else")
    return parser
