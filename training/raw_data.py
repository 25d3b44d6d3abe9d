"""The user's own history: files of any shape become transactions in the contract's columns.

By hand: `python raw_data.py history.csv --column card_id=CC --output raw.parquet` writes the canonical Parquet file
that the `raw/` prefix of the archive bucket takes.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pa_parquet
from numpy.typing import NDArray

from amounts import to_minor
from cards import tokens
from fraudstream.columns import FRAUD, LEGITIMATE, UNKNOWN, Transactions
from fraudstream.currency import minor_units
from jobs import progress, run
from mapping import NUMBERS, TEXTS, Mapping, add_options, from_options
from moments import EARLIEST_MS, LATEST_MS, NOT_A_TIME, NUMERIC_FORMATS, epoch_ms, from_epoch_ms, to_milliseconds
from tables import RawDataError, is_data_file, read_table

DAY_MS = 86_400_000
LABELS = {"fraud": FRAUD, "legitimate": LEGITIMATE}
_MAX_ID = 64
_IDS = ("transaction_id", "card_id", "terminal_id", "merchant_id")


def read_raw(path: str | Path, mapping: Mapping | None = None) -> pd.DataFrame:
    """Return a file's transactions in contract columns, in the file's order.

    Columns: `transaction_id`, `event_time` (aware, UTC, milliseconds), `card_id`, `amount_minor`, `currency`,
    `terminal_id` and `merchant_id` where there are any, `label` (`fraud`, `legitimate`, None), `label_time`, and every
    other contract column the file has. What the contract does not know is left out.

    Raises
    ------
    RawDataError, MappingError, CardNumberError
        Naming the file, the column, the row (1 is the first below the header) and what to do.
    """
    path, mapping = Path(path), mapping or Mapping()
    table = read_table(path)
    if not table.num_rows:
        raise RawDataError(f"{path.name} has no rows")
    return _Reading(path.name, table, mapping).frame()


def read_raw_dir(directory: Path, mapping: Mapping | None = None) -> list[pd.DataFrame]:
    """Return the transactions of every data file below a directory, in order of names.

    A `mapping.json` beside the files says how they are read, unless a mapping is given.
    """
    if not directory.is_dir():
        return []
    own = directory / "mapping.json"
    if mapping is None and own.is_file():
        mapping = Mapping.load(own)
    files = sorted(path for path in directory.rglob("*") if path.is_file() and is_data_file(path) and path != own)
    return [read_raw(path, mapping) for path in files]


def as_known_at(frame: pd.DataFrame, moment_ms: int) -> pd.DataFrame:
    """Return the history as it stood at a moment: earlier transactions, and only the labels known by then."""
    past = frame[epoch_ms(frame["event_time"]) < moment_ms].reset_index(drop=True)
    unknown = epoch_ms(past["label_time"]) > moment_ms
    label_time = np.where(unknown, NOT_A_TIME, epoch_ms(past["label_time"]))
    return past.assign(label=past["label"].mask(unknown, None), label_time=from_epoch_ms(label_time))


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
        card_country=texts("card_country"),
        merchant_country=texts("merchant_country"),
        mcc=texts("mcc"),
        card_lat=numbers("card_lat"),
        card_lon=numbers("card_lon"),
        merchant_lat=numbers("merchant_lat"),
        merchant_lon=numbers("merchant_lon"),
        label=label,
        label_time_ms=np.where(label == UNKNOWN, 0, label_time),
    )


def terminal_keys(frame: pd.DataFrame) -> list[str]:
    """Return each row's terminal, or its merchant where there is no terminal."""
    if "terminal_id" not in frame:
        return frame["merchant_id"].tolist()
    terminals = frame["terminal_id"]
    if "merchant_id" in frame:
        terminals = terminals.where(terminals.notna(), frame["merchant_id"])
    return terminals.tolist()


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


class _Reading:
    """One file on its way into contract columns."""

    def __init__(self, name: str, table: pa.Table, mapping: Mapping) -> None:
        self.name = name
        self.table = table
        self.mapping = mapping
        self.source = mapping.resolve(table.column_names)

    def frame(self) -> pd.DataFrame:
        """Return the file's rows in contract columns."""
        columns: dict[str, object] = {"transaction_id": self._required("transaction_id")}
        event_ms = self._times("event_time")
        columns["event_time"] = from_epoch_ms(event_ms)
        for name in ("card_id", "terminal_id", "merchant_id"):
            if self._has(name):
                columns[name] = self._required(name) if name == "card_id" else self._texts(name)
        self._check_terminal(columns)
        columns["card_id"] = self._tokenised(columns["card_id"])
        columns["currency"] = self._currency()
        columns["amount_minor"] = self._amount_minor(columns["currency"])
        for name in TEXTS:
            if name not in columns and self._has(name):
                columns[name] = self._texts(name)
        for name in NUMBERS:
            if self._has(name):
                columns[name] = self._numbers(name)
        columns["label"], columns["label_time"] = self._labels(event_ms)
        return pd.DataFrame(columns)

    def _has(self, name: str) -> bool:
        return name in self.source or name in self.mapping.constants

    def _column(self, name: str) -> pa.Array:
        """Return a column as one Arrow array, whatever its encoding; a constant as if the file had it."""
        if name not in self.source:
            return pa.array([self.mapping.constants[name]] * self.table.num_rows, pa.string())
        column = self.table.column(self.source[name]).combine_chunks()
        return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column

    def _texts(self, name: str) -> NDArray[np.object_]:
        column = self._column(name)
        try:
            if pa.types.is_floating(column.type):  # whole numbers with gaps arrive as floats
                column = column.cast(pa.int64())
            texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
        except pa.ArrowInvalid as error:
            raise self._error(name, None, "cannot be read as text; it should hold ids or names") from error
        values = texts.to_numpy(zero_copy_only=False)
        values[values == ""] = None
        if name in _IDS and len(values):
            self._check_length(name, texts)
        return values

    def _required(self, name: str) -> NDArray[np.object_]:
        values = self._texts(name)
        self._refuse(name, pd.isna(values), "is empty; drop the row or fill it in")
        return values

    def _numbers(self, name: str) -> NDArray[np.float64]:
        try:
            return self._column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid as error:
            raise self._error(name, None, "should hold numbers (degrees)") from error

    def _times(self, name: str) -> NDArray[np.int64]:
        column = self._column(name)
        how = self.mapping.time_format
        if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
            zone = getattr(column.type, "tz", None)
            column, how = column.cast(pa.timestamp("ms", zone), safe=False), "iso"
        moments = to_milliseconds(column.to_pandas(), how, self.mapping.timezone)
        advice = "numbers need --time-format s or ms" if how not in NUMERIC_FORMATS else "is it another unit than that?"
        optional = name == "label_time"
        wrong = (moments < EARLIEST_MS) | (moments > LATEST_MS)
        if optional:
            wrong &= column.is_valid().to_numpy(zero_copy_only=False)
        self._refuse(name, wrong, f"is not a time between 1990 and 2100 in format {how!r}; {advice}")
        return moments

    def _currency(self) -> NDArray[np.object_]:
        if not self._has("currency"):
            return np.full(self.table.num_rows, self.mapping.currency, object)
        values = self._texts("currency")
        values[pd.isna(values)] = self.mapping.currency
        return np.array([str(value).upper() for value in values], object)

    def _amount_minor(self, currency: object) -> NDArray[np.int64]:
        name = "amount_minor" if self._has("amount_minor") else "amount"
        currencies, codes = np.unique(np.asarray(currency, str), return_inverse=True)
        if name == "amount_minor":
            scale = np.ones(len(codes), np.int64)
        elif self.mapping.amount_scale is not None:
            scale = np.full(len(codes), self.mapping.amount_scale, np.int64)
        else:
            scale = np.array([minor_units(each) for each in currencies], np.int64)[codes]
        column = self._column(name)
        amounts, wrong = to_minor(column.to_numpy(zero_copy_only=False).astype(object), scale)
        if wrong is not None:
            raise self._error(name, wrong, "is not an amount; expected a decimal number such as 57.16")
        self._refuse(name, amounts < 0, "is negative; drop refunds and reversals, or send their absolute amount")
        return amounts

    def _labels(self, event_ms: NDArray[np.int64]) -> tuple[NDArray[np.object_], pd.Series]:
        label = np.full(len(event_ms), None, object)
        if self._has("label"):
            texts = self._texts_of_labels()
            known = ~pd.isna(texts)
            words = np.array([str(text).lower() for text in texts], object)
            fraud = known & np.isin(words, [value.lower() for value in self.mapping.fraud_values])
            legitimate = known & np.isin(words, [value.lower() for value in self.mapping.legitimate_values])
            if self.mapping.fraud_values != Mapping().fraud_values and not self._names_legitimate():
                legitimate = known & ~fraud  # the user said what fraud is called: all else is not
            self._refuse("label", known & ~fraud & ~legitimate, "is neither; say which are: --fraud-value <value>")
            label[fraud], label[legitimate] = "fraud", "legitimate"
        unlabelled = pd.isna(label)
        moments = event_ms + round(self.mapping.label_delay_days * DAY_MS)
        if self._has("label_time"):
            given = self._times("label_time")
            moments = np.where(given == NOT_A_TIME, moments, given)
        return label, from_epoch_ms(np.where(unlabelled, NOT_A_TIME, moments))

    def _names_legitimate(self) -> bool:
        return self.mapping.legitimate_values != Mapping().legitimate_values

    def _texts_of_labels(self) -> NDArray[np.object_]:
        if pa.types.is_boolean(self._column("label").type):
            return np.array([None if v is None else str(v) for v in self._column("label").to_pylist()], object)
        return self._texts("label")

    def _tokenised(self, cards: object) -> NDArray[np.object_]:
        values = np.asarray(cards, object)
        names = tokens(pd.unique(values), os.environ.get("FRAUDSTREAM_CARD_KEY", "").encode() or None)
        changed = any(card != name for card, name in names.items())
        return np.array([names[card] for card in values], object) if changed else values

    def _check_terminal(self, columns: dict[str, object]) -> None:
        missing = np.ones(self.table.num_rows, bool)
        for name in ("terminal_id", "merchant_id"):
            if name in columns:
                missing &= pd.isna(columns[name])
        self._refuse("terminal_id" if self._has("terminal_id") else "merchant_id", missing, "is empty; drop the row")

    def _check_length(self, name: str, texts: pa.Array) -> None:
        longest = pc.fill_null(pc.utf8_length(texts), 0).to_numpy(zero_copy_only=False)
        self._refuse(name, longest > _MAX_ID, f"is longer than {_MAX_ID} characters; shorten or hash it")

    def _refuse(self, name: str, wrong: NDArray[np.bool_], reason: str) -> None:
        wrong = np.asarray(wrong, bool)
        if wrong.any():
            more = int(wrong.sum()) - 1
            raise self._error(name, int(np.argmax(wrong)), reason + (f" ({more} more such rows)" if more else ""))

    def _error(self, name: str, row: int | None, reason: str) -> RawDataError:
        theirs = self.source.get(name, f"constant {name}")
        called = theirs if theirs == name else f"{theirs} ({name})"
        where = "" if row is None else f", row {row + 1}"
        return RawDataError(f"{self.name}, column {called}{where}: {reason}")


def _texts_or_none(column: pd.Series) -> list[str | None]:
    return column.astype(object).where(column.notna(), None).tolist()


def _job(argv: Sequence[str] | None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, help="CSV, JSON Lines or Parquet, plain, .gz or .zst")
    parser.add_argument("--output", type=Path, required=True, help="the canonical Parquet file to write")
    add_options(parser)
    options = parser.parse_args(argv)
    frame = read_raw(options.input, from_options(options))
    write_canonical(frame, options.output)
    progress("read", rows=len(frame), frauds=int((frame["label"] == "fraud").sum()), output=options.output)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert one file; return the exit code."""
    return run(_job, argv, None)


if __name__ == "__main__":
    sys.exit(main())
