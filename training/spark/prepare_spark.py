"""AWS Glue job (5.0): what prepare.py does, for an archive too long for one machine. Bit for bit the same parts.

Spark reads, joins and deduplicates the archive and the uploaded files. Features come of the one engine there is: it is
given all rows of a bucket of cards for what it says of cards and payments, and all rows of a bucket of terminals for
what it says of terminals; the two are joined by transaction. The cut by time, the search for leaks, drift, the three
parts and the report are prepare.py's own code, on the driver.

What stays on the driver: the time and the label of every transaction (17 bytes a row), from which the cut is chosen,
and whole rows of the windows only, which become one Parquet file a part. An uploaded file is read by one executor, as
a whole: split what is larger than 1.5 GB.

By hand, with `PYTHONPATH=layers/fraud/python:training`: the options are prepare.py's, paths may be s3:// or local.
Arguments that are not ours (Glue passes its own) are passed over.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import validation
from checks import check_labels
from cutting import needed
from history import NoTransactionsError
from jobs import JobError, milliseconds, progress, run
from mapping import Mapping
from outputs import Findings, Plan, write_outputs
from prepare import add_cut_options, wish
from pyspark.sql import SparkSession

from spark.collecting import collect_log, times_and_labels
from spark.features_by_bucket import with_features
from spark.lines import read_lines
from spark.places import Places
from spark.whole_log import Joined, join

_ROWS_A_BUCKET = 2_000_000


class DriverTooSmallError(JobError):
    """The windows hold more rows than may be brought to the driver."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job; leave with `Name: reason` where it fails, which Glue then shows as the run's error."""
    failure = Path(tempfile.mkdtemp(prefix="prepare-")) / "failure"
    if run(_job, argv, failure):
        raise SystemExit(failure.read_text(encoding="utf-8"))


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    spark = _session(options)
    places = Places(spark, Path(tempfile.mkdtemp(prefix="prepare-")))
    now_ms = int(time.time() * 1000)
    as_of_ms = milliseconds(options.as_of) if options.as_of else None
    lines = read_lines(
        spark,
        places,
        options.archive,
        options.raw,
        mapping=_mapping(options, places),
        most_refused=options.refuse_up_to,
    )
    joined = join(lines, as_of_ms)
    if not joined.rows:
        raise NoTransactionsError("no transactions: the archive is empty and no file was uploaded to the raw/ prefix")
    progress("read", transactions=joined.rows, raw=lines.raw_rows, archived=joined.archived)
    source, counts, as_of_ms = _look_over(joined, lines, as_of_ms, now_ms)
    log = joined.as_known(as_of_ms)

    known = times_and_labels(log)
    if not len(known.event_ms):
        raise validation.NothingKnownError(f"nothing had happened yet at {options.as_of}")
    check_labels(known.fraud, known.labelled, joined.orphans)
    plan = Plan.of(known, wish(options), as_of_ms)
    own, all_needed = (int(mask.sum()) for mask in needed(known, plan.chosen, plan.wish))
    progress("cut", protocol=plan.chosen.cut.protocol, rows=own, of=len(known.event_ms))
    if own > options.most_rows:
        raise DriverTooSmallError(
            f"the windows hold {own} rows, more than the {options.most_rows} that the driver may be given; shorten "
            "--train-days, or give the driver more memory and raise --most-rows"
        )
    buckets = options.buckets or max(4 * spark.sparkContext.defaultParallelism, joined.rows // _ROWS_A_BUCKET + 1)
    rows = with_features(log, plan, buckets)
    collected, comparison = collect_log(rows, joined.present)
    progress("features", rows=own, and_earlier_frauds=all_needed - own, buckets=buckets)
    findings = Findings(
        source=source,
        counts=counts,
        rows={
            "raw": lines.raw_rows,
            "archived": joined.archived,
            "archive_objects": lines.archive_objects,
            "repeated": joined.repeats,
            "conflicting": joined.conflicts,
            "used": len(known.event_ms),
        },
        labels_without_transaction=joined.orphans,
        features={"compared_of": "the windows", **comparison},
    )
    output = places.local("output")
    champion = places.fetch(options.champion, "model.tar.gz") if options.champion else None
    write_outputs(output, collected, known, plan, findings, champion=champion)
    places.put(output, options.output)


def _look_over(
    joined: Joined, lines: Any, as_of_ms: int | None, now_ms: int
) -> tuple[validation.Source, validation.Counts, int]:
    """Refuse what cannot be meant; return what was found, and what the data's present is."""
    source = validation.Source(
        rows=lines.raw_rows,
        refused=lines.refused,
        without_terminal=lines.without_terminal,
        repeats=joined.repeats,
        conflicts=joined.conflicts,
    )
    counts = joined.counted(now_ms)
    validation.check(source, counts)
    return source, counts, joined.present_ms(now_ms) if as_of_ms is None else as_of_ms


def _session(options: argparse.Namespace) -> SparkSession:
    builder = SparkSession.builder.appName("prepare")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # not started by spark-submit, as Glue does: by hand
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = (
            builder.master(options.master)
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.memory", options.memory)
            .config("spark.driver.maxResultSize", "0")
        )
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for name, value in (
        ("spark.sql.session.timeZone", "UTC"),
        ("spark.sql.execution.arrow.pyspark.enabled", "true"),
        ("spark.sql.execution.arrow.pyspark.fallback.enabled", "false"),
        ("spark.sql.shuffle.partitions", str(4 * spark.sparkContext.defaultParallelism)),
    ):
        spark.conf.set(name, value)
    return spark


def _mapping(options: argparse.Namespace, places: Places) -> Mapping | None:
    """Return how uploaded files are read: the mapping that is named, or the one beside the files."""
    if options.mapping:
        return Mapping.load(places.fetch(options.mapping, Path(options.mapping).name))
    return Mapping.load(places.fetch(options.raw, "mapping.json")) if places.has(options.raw, "mapping.json") else None


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--archive", required=True, help="the archive's objects: s3://bucket/archive/, may be absent")
    parser.add_argument("--raw", required=True, help="uploaded history: s3://bucket/raw/, may be absent")
    parser.add_argument("--champion", help="the champion's model.tar.gz, or the prefix it lies below")
    parser.add_argument("--output", required=True, help="where train, validation, test and report.json go")
    parser.add_argument("--mapping", help="how uploaded files are read; mapping.json beside them if absent")
    add_cut_options(parser)
    parser.add_argument("--buckets", type=int, help="groups of cards, and of terminals (four a core, or more)")
    parser.add_argument(
        "--most-rows",
        type=int,
        default=40_000_000,
        help="rows of the windows that the driver may be given (40,000,000)",
    )
    parser.add_argument("--master", default="local[*]", help="by hand: Spark's master (local[*])")
    parser.add_argument("--memory", default="2g", help="by hand: memory of Spark's process (2g)")
    options, _ = parser.parse_known_args(argv)
    return options


if __name__ == "__main__":
    main()
