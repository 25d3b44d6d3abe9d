"""Processing job: the archive and the uploaded history become a labelled, point-in-time dataset.

Features are those that were served where their version is today's, and otherwise computed by the same engine over the
whole log. Truth is what had matured: a fraud reported, or silence past the label delay. The cut by time is described in
windows.py. Nothing to learn from is a failure with a name, before any training is paid for.

This machine holds the whole log in memory; spark/prepare_spark.py does the same where it is too long for one machine.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import validation
from checks import check_labels
from cutting import Log
from dataset import Schema
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION, LABEL_DELAY_SECONDS, SCHEMA_HASH
from fraudstream.offline import compute_features
from history import History, read_history
from jobs import input_dir, milliseconds, output_dir, processing_failure_file, progress, run
from known import Known
from mapping import Mapping
from moments import epoch_ms
from outputs import Findings, Plan, write_outputs
from raw_data import to_transactions
from served import use_served
from windows import DAY_MS, Wish

SCHEMA = Schema(feature_names=FEATURE_NAMES, features_version=FEATURES_VERSION, schema_hash=SCHEMA_HASH)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, processing_failure_file(__file__))


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    now_ms = int(time.time() * 1000)
    as_of_ms = milliseconds(options.as_of) if options.as_of else None
    mapping = Mapping.load(options.mapping) if options.mapping else None
    history = read_history(options.archive, options.raw, mapping, as_of_ms=as_of_ms, most_refused=options.refuse_up_to)
    progress("read", transactions=len(history.frame), raw=history.raw_rows, archived=len(history.archive.frame))
    source, counts = _look_over(history, now_ms)
    if as_of_ms is None:
        as_of_ms = validation.present(history.frame, now_ms)
    history = history.as_known(as_of_ms)
    if not len(history.frame):
        raise validation.NothingKnownError(f"nothing had happened yet at {options.as_of}")
    transactions = to_transactions(history.frame)
    log_labels = history.frame["label"]
    check_labels(
        (log_labels == "fraud").to_numpy(bool), log_labels.notna().to_numpy(bool), history.labels_without_transaction
    )

    plan = Plan.of(Known.of(history.frame), wish(options), as_of_ms)

    features = compute_features(transactions, workers=os.cpu_count() or 1)
    progress("features", rows=len(features), features=features.shape[1])
    features, comparison = use_served(features, history, SCHEMA)
    progress("served", rows=comparison["rows_served"], differing=comparison["rows_differing"])

    log = Log(history.frame, features, SCHEMA)
    findings = Findings(
        source=source,
        counts=counts,
        rows={
            "raw": history.raw_rows,
            "archived": len(history.archive.frame),
            "archive_objects": history.archive.objects,
            "repeated": history.repeats,
            "conflicting": history.conflicts,
            "used": len(history.frame),
        },
        labels_without_transaction=history.labels_without_transaction,
        features={"compared_of": "the whole log", **comparison},
    )
    write_outputs(options.output, log, log.known, plan, findings, champion=options.champion)


def _look_over(history: History, now_ms: int) -> tuple[validation.Source, validation.Counts]:
    """Refuse what cannot be meant; return what was found."""
    source = validation.Source(
        rows=history.raw_rows,
        refused=history.refused,
        without_terminal=history.without_terminal,
        repeats=history.repeats,
        conflicts=history.conflicts,
    )
    newest_ms = int(epoch_ms(history.frame["event_time"]).max())
    counts = validation.count(history.frame, newest_ms, now_ms)
    validation.check(source, counts)
    return source, counts


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, default=input_dir("archive"), help="the archive's objects")
    parser.add_argument("--raw", type=Path, default=input_dir("raw"), help="uploaded history: Parquet, CSV, JSON Lines")
    parser.add_argument(
        "--champion",
        type=Path,
        default=input_dir("champion"),
        help="the champion's model.tar.gz, to measure drift from what it learned; may be absent",
    )
    parser.add_argument("--output", type=Path, default=output_dir("data"), help="where train, validation, test go")
    parser.add_argument("--mapping", type=Path, help="how uploaded files are read; mapping.json beside them if absent")
    add_cut_options(parser)
    return parser.parse_args(argv)


def add_cut_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of what is known, what may be left out, and how long windows are."""
    parser.add_argument("--as-of", help="what was known at this time (RFC 3339); the latest time in the data if absent")
    parser.add_argument(
        "--refuse-up-to",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="share of a file's rows that may be left out where they cannot be read, counted in the report (0: none)",
    )
    parser.add_argument("--test-days", type=float, default=7, help="length of the test window (7)")
    parser.add_argument("--validation-days", type=float, default=7, help="length of the validation window (7)")
    parser.add_argument("--train-days", type=float, default=28, help="longest train window (28)")
    parser.add_argument("--warmup-days", type=float, default=35, help="days at the start not learned from (35)")
    parser.add_argument(
        "--label-delay-days", type=float, default=LABEL_DELAY_SECONDS / 86_400, help="after which silence speaks (7)"
    )


def wish(options: argparse.Namespace) -> Wish:
    """Return how long the windows should be."""

    def span(days: float) -> int:
        return round(days * DAY_MS)

    return Wish(
        test_ms=span(options.test_days),
        validation_ms=span(options.validation_days),
        train_ms=span(options.train_days),
        warmup_ms=span(options.warmup_days),
        delay_ms=span(options.label_delay_days),
    )


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError("a share lies from 0 to below 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
