"""`python -m operate drift`: how far what was served has moved from what the champion learned."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.drift.listing import listing
from operate.target import Target, TargetError, find_target

DONE, FAILED = 0, 1
_PREFIX = "drift/"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the last report, or one day's; 0, or 1 if there is none or AWS cannot be asked."""
    options = _parser().parse_args(arguments)
    try:
        target = find_target(options.stack)
        print(f"stack {target.name} ({target.where})")
        report = _report(target, options.day)
    except (TargetError, BotoCoreError, ClientError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        return FAILED
    if report is None:
        of = f"of {options.day} " if options.day else ""
        measure = f"aws lambda invoke --function-name {target.name}-measure-drift report.json"
        print(f"there is no report {of}yet; `{measure}` measures now")
        return FAILED
    print(listing(report, options.limit))
    return DONE


def _report(target: Target, day: str | None) -> dict[str, Any] | None:
    s3, bucket = target.client("s3"), target.outputs["ModelsBucketName"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_PREFIX + (day or ""))
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    return json.loads(s3.get_object(Bucket=bucket, Key=max(keys))["Body"].read()) if keys else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operate drift", description="Print the last drift report.")
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    parser.add_argument("--day", metavar="YYYY-MM-DD", help="the report of that day instead of the last")
    parser.add_argument("--limit", type=int, default=15, help="at most so many columns, those that moved most (15)")
    return parser
