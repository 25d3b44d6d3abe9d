"""`python -m operate models`: the registry at a glance."""

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.objects import read_object
from operate.registry import Package, champion, packages
from operate.table import figure, table
from operate.target import Target, TargetError, find_target

DONE, FAILED = 0, 1
_HEAD = ("", "no.", "model version", "registered (UTC)", "approval", "AP", "recall", "CP@k", "remark")
_GONE = {"NoSuchKey", "NoSuchBucket", "404"}
_REMARK = 70


def main(arguments: Sequence[str] | None = None) -> int:
    """List the registered models, the newest first; 0, or 1 if AWS cannot be asked."""
    options = _parser().parse_args(arguments)
    try:
        target = find_target(options.stack)
        print(f"stack {target.name} ({target.where})")
        print(listing(target, options.limit))
    except (TargetError, BotoCoreError, ClientError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        return FAILED
    return DONE


def listing(target: Target, limit: int) -> str:
    """Return a table of the newest versions; an asterisk marks the one that scores."""
    current = champion(target)
    found = list(islice(packages(target), limit))
    if not found:
        return "no model is registered yet: rules alone decide. `make retrain` trains the first."
    lines = [table(_HEAD, [_row(target, package, current.model_package_arn) for package in found])]
    if not current.model_version:
        lines.append("no model scores yet: rules alone decide")
    elif current.model_package_arn not in {package.arn for package in found}:
        lines.append(f"the champion, {current.model_version}, is not among them: give --limit, or it was deleted")
    return "\n".join(
        [*lines, "* scores every transaction. Each figure is of a model's own evaluation, on its own window."]
    )


def _row(target: Target, package: Package, champion_arn: str) -> tuple[str, ...]:
    measured = _measured(target, package.metrics_url)
    return (
        "*" if package.arn == champion_arn else "",
        str(package.number),
        package.model_version or "-",
        f"{package.created:%Y-%m-%d %H:%M}",
        package.approval,
        figure(measured.get("average_precision")),
        figure(measured.get("recall_at_budget")),
        figure(measured.get("card_precision_at_k")),
        package.remark.replace("\n", " ")[:_REMARK],
    )


def _measured(target: Target, address: str) -> dict[str, Any]:
    """Return the figures of an evaluation; none where there is no report (any more)."""
    if not address:
        return {}
    try:
        report = json.loads(read_object(target.client("s3"), address))
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return {}
        raise
    measured: dict[str, Any] = report.get("challenger", {}).get("all_rows", {})
    return measured


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operate models", description="List the registered models.")
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    parser.add_argument("--limit", type=int, default=20, help="at most so many, the newest (20)")
    return parser
