"""`python -m operate doctor`: what is looked at, how it is told, and the exit code."""

import argparse
import json
import os
from collections.abc import Iterator, Sequence

from operate.doctor import machine
from operate.doctor.findings import Finding, Part

FIT, UNFIT = 0, 1
_PACKAGES = Part("environments")


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at the machine, and at a stack where there is one; 0, or 1 if anything fails."""
    options = _parser().parse_args(arguments)
    findings = []
    for finding in look(options):
        findings.append(finding)
        if not options.json:
            print(finding.line, flush=True)
    counts = {level: sum(finding.level == level for finding in findings) for level in ("ok", "warn", "fail")}
    if options.json:
        print(json.dumps({"counts": counts, "findings": [finding.document for finding in findings]}, indent=1))
    else:
        print(f"{counts['ok']} ok, {counts['warn']} to know of, {counts['fail']} to mend")
    return UNFIT if counts["fail"] else FIT


def look(options: argparse.Namespace) -> Iterator[Finding]:
    """Yield what is found, the nearest first. Where packages are missing, only what needs none is looked at."""
    yield from machine.look()
    try:
        from operate.doctor import embedded, environments  # noqa: PLC0415 - they need nothing, what follows does

        yield from environments.look()
        yield from embedded.look()
        import boto3  # noqa: PLC0415

        from operate.doctor.aws import look as look_at_aws  # noqa: PLC0415
    except ImportError as error:
        yield _PACKAGES.fail(f"the package {error.name} is not installed here", "make setup, then make doctor")
        return
    if options.stack is None and not options.account:
        os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")  # without credentials no network is asked
    yield from look_at_aws(options, boto3.Session())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate doctor",
        description="Look at this machine and, with credentials, at an account and a stack; nothing is changed.",
    )
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    parser.add_argument("--account", action="store_true", help="look for credentials everywhere, instances' roles too")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser
