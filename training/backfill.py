"""Processing job and command: uploaded history becomes card and terminal histories in the table.

The first live transaction then already has its past. Histories are folded by the engine that keeps them online, and
merged into what the table holds: where the stream was first, nothing is lost, and a second run changes nothing. So an
interrupted run is simply started again. AWS_ENDPOINT_URL is honoured.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pandas as pd
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.histories import RETENTION_MS
from fraudstream.offline import fold_histories
from histories_table import HistoriesTable, TableError, Written
from jobs import JobError, input_dir, milliseconds, processing_failure_file, progress, run
from mapping import add_options, from_options
from raw_data import as_known_before, read_raw, read_raw_dir, to_transactions

_BATCH = 25
_REPORT_SECONDS = 2.0


class NoHistoryError(JobError):
    """There is nothing to fill histories from."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, processing_failure_file(__file__))


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    mapping = from_options(options)
    given = options.mapping or options.column or options.constant
    if options.input.is_file():
        frames = [read_raw(options.input, mapping)]
    else:
        frames = read_raw_dir(options.input, mapping if given else None)
    if not frames:
        raise NoHistoryError(f"{options.input} holds no CSV, JSON Lines or Parquet file")
    frame = pd.concat(frames, ignore_index=True).drop_duplicates("transaction_id", ignore_index=True)
    if options.as_of:
        frame = as_known_before(frame, milliseconds(options.as_of) + 1)
    progress("read", transactions=len(frame), labels=int(frame["label"].notna().sum()))
    histories = fold_histories(to_transactions(frame))
    progress("folded", histories=len(histories), bytes=sum(map(len, histories.values())))
    expires_at = int(time.time()) + options.keep_days * 86_400
    client = boto3.client(
        "dynamodb",
        region_name=options.region,
        config=Config(
            retries={"mode": "standard", "total_max_attempts": 6}, max_pool_connections=options.threads, read_timeout=20
        ),
    )
    try:
        _fill(HistoriesTable(client, options.table, expires_at=expires_at), histories, options.threads)
    except (ClientError, BotoCoreError) as error:
        raise TableError(f"table {options.table}: {error}; run again, what is written stays") from error


def _fill(table: HistoriesTable, histories: dict[str, bytes], threads: int) -> None:
    """Write all histories, a few batches at a time, and say how far it has come."""
    written = Written()
    reported = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for batch in pool.map(table.write, _batches(histories)):
                written += batch
                if time.monotonic() - reported >= _REPORT_SECONDS:
                    reported = time.monotonic()
                    progress("writing", done=written.total, of=len(histories))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    progress(
        "written",
        inserted=written.inserted,
        merged=written.merged,
        unchanged=written.unchanged,
        requests=written.requests,
    )


def _batches(histories: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
    items = list(histories.items())
    for start in range(0, len(items), _BATCH):
        yield dict(items[start : start + _BATCH])


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    table = os.environ.get("HISTORIES_TABLE")
    parser.add_argument("--input", type=Path, default=input_dir("raw"), help="a file, or a directory of files")
    parser.add_argument(
        "--table", default=table, required=not table, help="the Histories table; from HISTORIES_TABLE if absent"
    )
    parser.add_argument("--as-of", help="leave out transactions and labels later than this (RFC 3339)")
    parser.add_argument("--region", default=os.environ.get("AWS_REGION"), help="the table's region")
    parser.add_argument("--threads", type=int, default=4, help="batches under way at once (4)")
    parser.add_argument(
        "--keep-days", type=int, default=RETENTION_MS // 86_400_000, help="until an idle history expires"
    )
    add_options(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
