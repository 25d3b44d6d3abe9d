"""Processing job: the archive and the uploaded history become a labelled, point-in-time dataset.

Features are those that were served where their version is today's, and otherwise computed by the same engine over the
whole log. Truth is what had matured: a fraud reported, or silence past the label delay. The cut by time is described in
windows.py. Nothing to learn from is a failure with a name, before any training is paid for.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from checks import check_labels, check_leaks
from cutting import Log
from dataset import Schema, write_part
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION, LABEL_DELAY_SECONDS, SCHEMA_HASH
from fraudstream.offline import compute_features
from history import History, read_history
from jobs import input_dir, iso, milliseconds, output_dir, processing_failure_file, progress, run, write_json
from mapping import Mapping
from moments import epoch_ms
from raw_data import as_known_before, to_transactions
from served import missing_shares, use_served
from windows import DAY_MS, Cut, Wish

SCHEMA = Schema(feature_names=FEATURE_NAMES, features_version=FEATURES_VERSION, schema_hash=SCHEMA_HASH)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, processing_failure_file(__file__))


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    mapping = Mapping.load(options.mapping) if options.mapping else None
    history = read_history(options.archive, options.raw, mapping)
    progress("read", transactions=len(history.frame), raw=history.raw_rows, archived=len(history.archive.frame))
    as_of_ms = milliseconds(options.as_of) if options.as_of else _latest_known(history)
    history = _as_known(history, as_of_ms)
    transactions = to_transactions(history.frame)
    log_labels = history.frame["label"]
    check_labels((log_labels == "fraud").to_numpy(bool), log_labels.notna().to_numpy(bool))

    features = compute_features(transactions, workers=os.cpu_count() or 1)
    progress("features", rows=len(features), features=features.shape[1])
    features, comparison = use_served(features, history, SCHEMA)
    progress("served", rows=comparison["rows_served"], differing=comparison["rows_differing"])

    log = Log(history.frame, features, SCHEMA, as_of_ms)
    cut, parts, warnings = log.cut(_wish(options))
    check_leaks(parts["train"])
    for name, part in parts.items():
        write_part(options.output / name, part)
        progress(name, rows=len(part), frauds=int(part.fraud.sum()), start=iso(getattr(cut, name).start_ms))
    for warning in warnings:
        progress("warning", text=warning)
    write_json(
        options.output / "report.json",
        {
            **log.describe(cut, parts),
            "warnings": warnings,
            "schema_hash": SCHEMA_HASH,
            "features_version": FEATURES_VERSION,
            "rows": {
                "raw": history.raw_rows,
                "archived": len(history.archive.frame),
                "archive_objects": history.archive.objects,
                "repeated": history.repeats,
                "conflicting": history.conflicts,
                "used": len(history.frame),
            },
            "labels": {
                "frauds_known": int(log.fraud.sum()),
                "legitimate_known": int((log.labelled & ~log.fraud).sum()),
                "without_transaction": history.labels_without_transaction,
                "frauds_learned_as_legitimate": _reported_too_late(log, cut),
            },
            "features": comparison,
            "missing": missing_shares(parts["train"].features, FEATURE_NAMES),
        },
    )


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, default=input_dir("archive"), help="the archive's objects")
    parser.add_argument("--raw", type=Path, default=input_dir("raw"), help="uploaded history: Parquet, CSV, JSON Lines")
    parser.add_argument("--output", type=Path, default=output_dir("data"), help="where train, validation, test go")
    parser.add_argument("--mapping", type=Path, help="how uploaded files are read; mapping.json beside them if absent")
    parser.add_argument("--as-of", help="what was known at this time (RFC 3339); the latest time in the data if absent")
    parser.add_argument("--test-days", type=float, default=7, help="length of the test window (7)")
    parser.add_argument("--validation-days", type=float, default=7, help="length of the validation window (7)")
    parser.add_argument("--train-days", type=float, default=28, help="longest train window (28)")
    parser.add_argument("--warmup-days", type=float, default=35, help="days at the start not learned from (35)")
    parser.add_argument(
        "--label-delay-days", type=float, default=LABEL_DELAY_SECONDS / 86_400, help="after which silence speaks (7)"
    )
    return parser.parse_args(argv)


def _wish(options: argparse.Namespace) -> Wish:
    def span(days: float) -> int:
        return round(days * DAY_MS)

    return Wish(
        test_ms=span(options.test_days),
        validation_ms=span(options.validation_days),
        train_ms=span(options.train_days),
        warmup_ms=span(options.warmup_days),
        delay_ms=span(options.label_delay_days),
    )


def _latest_known(history: History) -> int:
    """Return the latest event or label time: the data's own present."""
    return int(max(epoch_ms(history.frame["event_time"]).max(), epoch_ms(history.frame["label_time"]).max()))


def _as_known(history: History, as_of_ms: int) -> History:
    """Return the history as it stood: later events and later labels are not known yet."""
    past = epoch_ms(history.frame["event_time"]) <= as_of_ms
    frame = as_known_before(history.frame, as_of_ms + 1)
    return replace(history, frame=frame, archive_row=history.archive_row[past])


def _reported_too_late(log: Log, cut: Cut) -> int:
    """Count frauds that are learned as legitimate, because nobody had reported them when test began."""
    learned = cut.train.holds(log.event_ms) | cut.validation.holds(log.event_ms)
    return int((log.fraud & learned & (log.label_ms > cut.test.start_ms)).sum()) if cut.gap_ms else 0


if __name__ == "__main__":
    sys.exit(main())
