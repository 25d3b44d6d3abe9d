"""The user's own history: files of any shape become transactions in the contract's columns.

By hand: `python raw_data.py history.csv --column card_id=CC --output raw.parquet` writes the canonical Parquet file
that the `raw/` prefix of the archive bucket takes.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet
from files import RawDataError, is_data_file, read_table
from fraudstream.columns import FRAUD, LEGITIMATE, UNKNOWN, Transactions
from jobs import progress, run
from mapping import Mapping, add_options, from_options
from moments import NOT_A_TIME, epoch_ms, from_epoch_ms
from numpy.typing import NDArray
from reading import Reading

MERCHANT_PREFIX = "merchant#"
"""As in the contract, whose module needs packages that the training container lacks; a test keeps them equal."""
LABELS = {"fraud": FRAUD, "legitimate": LEGITIMATE}
WITHOUT_TERMINAL = (
    "{} has no column for terminal_id or merchant_id: each card stands in for its merchant, and what terminal_ "
    "features say is said of the card; send live transactions with merchant_id = card_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """A file that was read.

    Attributes
    ----------
    rows
        How many the file has.
    refused
        Column and reason to how many rows were left out for it.
    without_terminal
        Whether each card stands in for its terminal: the file names neither terminals nor merchants.
    """

    name: str
    frame: pd.DataFrame
    rows: int
    refused: dict[str, int] = field(default_factory=dict)
    without_terminal: bool = False


def read_raw(path: str | Path, mapping: Mapping | None = None) -> pd.DataFrame:
    """Return a file's transactions in contract columns, in the file's order.

    Columns: `transaction_id`, `event_time` (aware, UTC, milliseconds), `card_id`, `amount_minor`, `currency`,
    `terminal_id` and `merchant_id` where there are any, `label` (`fraud`, `legitimate` or missing), `label_time`, and
    every other contract column the file has. What the contract does not know is left out.

    Raises
    ------
    RawDataError, MappingError, CardNumberError
        Naming the file, the column, the row (1 is the first below the header) and what to do.
    """
    return read_raw_file(path, mapping).frame


def read_raw_file(path: str | Path, mapping: Mapping | None = None, *, most_refused: float = 0.0) -> RawFile:
    """Read a file as `read_raw` does, and tell what was left out.

    Parameters
    ----------
    most_refused
        The share of rows that may be left out because they are no transactions; 0: the first such is an error.
    """
    path, mapping = Path(path), mapping or Mapping()
    table = read_table(path)
    if not table.num_rows:
        raise RawDataError(f"{path.name} has no rows")
    reading = Reading(path.name, table, mapping, most_refused=most_refused)
    return RawFile(
        name=reading.name,
        frame=reading.frame(),
        rows=reading.rows,
        refused=dict(reading.refused),
        without_terminal=reading.without_terminal,
    )


def read_raw_dir(directory: Path, mapping: Mapping | None = None) -> list[pd.DataFrame]:
    """Return the transactions of every data file below a directory, in order of names.

    A `mapping.json` beside the files says how they are read, unless a mapping is given.
    """
    return [each.frame for each in read_raw_files(directory, mapping)]


def read_raw_files(directory: Path, mapping: Mapping | None = None, *, most_refused: float = 0.0) -> list[RawFile]:
    """Read every data file below a directory as `read_raw_dir` does, and tell what was left out."""
    if not directory.is_dir():
        return []
    own = directory / "mapping.json"
    if mapping is None and own.is_file():
        mapping = Mapping.load(own)
    files = sorted(path for path in directory.rglob("*") if path.is_file() and is_data_file(path) and path != own)
    return [read_raw_file(path, mapping, most_refused=most_refused) for path in files]


def as_known_before(frame: pd.DataFrame, moment_ms: int) -> pd.DataFrame:
    """Return the history as it stood at a moment: earlier transactions, and only the labels that came before it."""
    past = frame[epoch_ms(frame["event_time"]) < moment_ms].reset_index(drop=True)
    label_ms = epoch_ms(past["label_time"])
    unknown = label_ms >= moment_ms
    label_time = from_epoch_ms(np.where(unknown, NOT_A_TIME, label_ms))
    return past.assign(label=past["label"].mask(unknown, None), label_time=label_time)


def to_transactions(frame: pd.DataFrame) -> Transactions:
    """Return contract columns as the feature engine's columns, in the same order."""

    def texts(name: str) -> list[str | None] | None:
        return _texts_or_none(frame[name]) if name in frame else None

    def numbers(name: str) -> NDArray[np.float64] | None:
        return frame[name].to_numpy(np.float64, na_value=np.nan) if name in frame else None

    label = frame["label"].map(LABELS).fillna(UNKNOWN).to_numpy(np.int8)
    label_time = epoch_ms(frame["label_time"])
    return Transactions(
        transaction_id=frame["transaction_id"].tolist(),
        card_id=frame["card_id"].tolist(),
        terminal_id=terminal_keys(frame),
        event_time_ms=epoch_ms(frame["event_time"]),
        amount_minor=frame["amount_minor"].to_numpy(np.int64),
        currency=frame["currency"].tolist(),
        entry_mode=texts("entry_mode"),
        merchant_country=texts("merchant_country"),
        mcc=texts("mcc"),
        merchant_category=texts("merchant_category"),
        card_lat=numbers("card_lat"),
        card_lon=numbers("card_lon"),
        merchant_lat=numbers("merchant_lat"),
        merchant_lon=numbers("merchant_lon"),
        label=label,
        label_time_ms=np.where(label == UNKNOWN, 0, label_time),
    )


FEEDING = frozenset((
    "currency", "entry_mode", "merchant_country", "mcc", "merchant_category",
    "card_lat", "card_lon", "merchant_lat", "merchant_lon",
))  # fmt: skip
"""What `to_transactions` reads besides ids, times, amounts and labels: the uploaded columns that feed features."""


def terminal_keys(frame: pd.DataFrame) -> list[str]:
    """Return the key of each row's terminal; where there is none, of its merchant, apart from terminals by a prefix."""
    if "merchant_id" not in frame:
        return frame["terminal_id"].tolist()
    merchants = MERCHANT_PREFIX + frame["merchant_id"].astype(object).fillna("")
    if "terminal_id" not in frame:
        return merchants.tolist()
    terminals = frame["terminal_id"].astype(object)
    return terminals.where(terminals.notna(), merchants).tolist()


def write_canonical(frame: pd.DataFrame, path: Path) -> None:
    """Write contract columns as the Parquet file that the `raw/` prefix takes: zstd, times in milliseconds UTC."""
    arrays = {}
    for name in frame.columns:
        if name in ("event_time", "label_time"):
            moments = epoch_ms(frame[name])
            arrays[name] = pa.array(moments, mask=moments == NOT_A_TIME).cast(pa.timestamp("ms", "UTC"))
        elif frame[name].dtype.kind in "if":
            arrays[name] = pa.array(frame[name].to_numpy(), from_pandas=True)
        else:
            arrays[name] = pa.array(_texts_or_none(frame[name]), pa.string())
    path.parent.mkdir(parents=True, exist_ok=True)
    pa_parquet.write_table(pa.table(arrays), path, compression="zstd")


def _texts_or_none(column: pd.Series) -> list[str | None]:
    return column.astype(object).where(column.notna(), None).tolist()


def _job(argv: Sequence[str] | None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, help="CSV, JSON Lines or Parquet, plain, .gz or .zst")
    parser.add_argument("--output", type=Path, required=True, help="the canonical Parquet file to write")
    add_options(parser)
    options = parser.parse_args(argv)
    file = read_raw_file(options.input, from_options(options))
    frame = file.frame
    write_canonical(frame, options.output)
    if file.without_terminal:
        progress("warning", text=WITHOUT_TERMINAL.format(file.name))
    progress("read", rows=len(frame), frauds=int((frame["label"] == "fraud").sum()), output=options.output)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert one file; return the exit code."""
    return run(_job, argv, None)


if __name__ == "__main__":
    sys.exit(main())
