"""`python -m operate explain`: what is asked for, what is said, and the exit code."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.errors import StoreUnavailableError

from operate.explain import report
from operate.explain.artefact import Artefact, load_local
from operate.explain.errors import ExplainError
from operate.explain.evidence import Evidence, of_files
from operate.explain.finding import find_artefact
from operate.explain.stored import of_archive, of_table
from operate.explain.verdict import explain
from operate.target import Target, TargetError, find_target

EQUAL, DIFFERENT, FAILED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the score of a decision again, from what was kept of it and the model that made it.

    Returns
    -------
    int
        0 if it is the stored one to the bit, 1 if anything differs, 2 if it cannot be computed.
    """
    options = _parser().parse_args(arguments)
    try:
        offline = options.archive and options.model
        target = None if offline else find_target(options.stack)
        if target:
            print(f"stack {target.name} ({target.where})")
        return _explain(target, options)
    except (ExplainError, TargetError, StoreUnavailableError, BotoCoreError, ClientError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        return FAILED


def _explain(target: Target | None, options: argparse.Namespace) -> int:
    evidence, other = _evidence(target, options)
    _say(report.of_decision(evidence))
    artefact = _artefact(target, options, evidence)
    explanation = explain(evidence, other, artefact)
    _say(report.of_score(explanation))
    _say(report.of_reasons(explanation, every=options.all))
    _say(report.of_differences(explanation))
    return DIFFERENT if explanation.differences else EQUAL


def _evidence(target: Target | None, options: argparse.Namespace) -> tuple[Evidence, Evidence | None]:
    """Return what was kept of a decision, and where it is kept a second time."""
    if options.archive:
        return of_files(options.archive, options.transaction), None
    assert target is not None  # noqa: S101 - main says so
    found = of_table(target, options.transaction)
    if found is None:
        raise ExplainError(
            f"no decision of {options.transaction} in table {target.outputs['DecisionsTableName']}. Items leave it "
            "after a while; the archive keeps them: copy the objects of the days in question from "
            f"s3://{target.outputs['ArchiveBucketName']}/archive/date=.../ and give --archive"
        )
    evidence, source = found
    return evidence, of_archive(target, evidence.decision, source)


def _artefact(target: Target | None, options: argparse.Namespace, evidence: Evidence) -> Artefact:
    decision = evidence.decision
    if decision.model_version is None:
        raise ExplainError(f"{decision.transaction_id} was decided by rules alone: there is no score to compute again")
    if options.model:
        return load_local(options.model)
    assert target is not None  # noqa: S101 - main says so
    return find_artefact(target, decision.model_version)


def _say(lines: Iterable[str]) -> None:
    print(*lines, sep="\n", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate explain",
        description="Compute the score of a decision again, from what was kept of it and the model that made it.",
        epilog="Exit code: 0 equal to the bit, 1 different, 2 not to be computed. Bits are those of the processor: "
        "another kind than the endpoint's may differ in the last one.",
    )
    parser.add_argument("transaction", help="a transaction_id")
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    parser.add_argument("--archive", type=Path, help="an archive object, or a directory of them, instead of the table")
    parser.add_argument("--model", type=Path, help="a model.tar.gz or model directory, instead of the registry")
    parser.add_argument("--all", action="store_true", help=f"every feature, not the {report.SHOWN} strongest")
    return parser
