"""One file on its way into contract columns: each column converted, and refused with its place where it cannot be."""

import os
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from amounts import no_amounts, to_minor
from cards import tokens
from files import RawDataError
from fraudstream.currency import minor_units
from mapping import NUMBERS, TEXTS, Mapping
from moments import EARLIEST_MS, LATEST_MS, NOT_A_TIME, NUMERIC_FORMATS, from_epoch_ms, to_milliseconds
from numpy.typing import NDArray

_DAY_MS = 86_400_000
_MAX_ID = 64
_IDS = ("transaction_id", "card_id", "terminal_id", "merchant_id")
_LIMITS = {"merchant_lat": 90, "card_lat": 90, "merchant_lon": 180, "card_lon": 180}


class RefusedRowsError(RawDataError):
    """Rows that are no transactions: the message names the first of them.

    Attributes
    ----------
    rows
        Which rows of the table, a mask.
    why
        The column and the reason, without a place.
    """

    def __init__(self, message: str, rows: NDArray[np.bool_], why: str) -> None:
        super().__init__(message)
        self.rows = rows
        self.why = why


class Reading:
    """A file's rows and the mapping that says how they are read.

    Parameters
    ----------
    name
        What messages call the file.
    most_refused
        The share of rows that may be left out, counted in `refused`; with 0 the first that cannot be read is an error.
    """

    def __init__(self, name: str, table: pa.Table, mapping: Mapping, *, most_refused: float = 0.0) -> None:
        self.name = name
        self.table = table
        self.mapping = mapping
        self.source = mapping.resolve(table.column_names)
        self.rows = table.num_rows
        self.most_refused = most_refused
        self.refused: Counter[str] = Counter()

    @property
    def without_terminal(self) -> bool:
        """Whether the file names neither terminals nor merchants, so that each card stands in for its own."""
        return not (self._has("terminal_id") or self._has("merchant_id"))

    def frame(self) -> pd.DataFrame:
        """Return the file's rows in contract columns."""
        while True:
            try:
                return self._frame()
            except RefusedRowsError as error:
                if not self.most_refused:
                    raise RawDataError(str(error)) from None
                self.refused[error.why] += int(error.rows.sum())
                if self.refused.total() > self.most_refused * self.rows:
                    raise self._too_many(error) from error
                self.table = self.table.filter(pa.array(~error.rows))

    def _too_many(self, error: RefusedRowsError) -> RawDataError:
        share = self.refused.total() / self.rows
        counted = "; ".join(f"{why} ({count})" for why, count in self.refused.most_common())
        return RawDataError(
            f"{self.name}: {self.refused.total()} of {self.rows} rows ({share:.1%}) cannot be read, more than the "
            f"{self.most_refused:.1%} that may be left out: {counted}; at last {error}"
        )

    def _frame(self) -> pd.DataFrame:
        columns: dict[str, object] = {"transaction_id": self._required("transaction_id")}
        event_ms = self._times("event_time")
        columns["event_time"] = from_epoch_ms(event_ms)
        for name in ("card_id", "terminal_id", "merchant_id"):
            if self._has(name):
                columns[name] = self._required(name) if name == "card_id" else self._texts(name)
        columns["card_id"] = self._tokenised(columns["card_id"])
        if self.without_terminal:
            columns["merchant_id"] = columns["card_id"]
        else:
            self._check_terminal(columns)
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
            values = self._column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid as error:
            raise self._error(name, None, "should hold numbers (degrees)") from error
        limit = _LIMITS[name]
        self._refuse(name, np.abs(values) > limit, f"is not between -{limit} and {limit} degrees")
        return values

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
        self._refuse(name, wrong, f"is not a time between 2000 and 2100 in format {how!r}; {advice}")
        return moments

    def _currency(self) -> NDArray[np.object_]:
        if not self._has("currency"):
            return np.full(self.table.num_rows, self.mapping.currency, object)
        values = self._texts("currency")
        values[pd.isna(values)] = self.mapping.currency
        codes = np.array([str(value).upper() for value in values], object)
        wrong = [
            code for code in np.unique(codes.astype(str)) if not (len(code) == 3 and code.isascii() and code.isalpha())
        ]
        self._refuse("currency", np.isin(codes, wrong), "is not an ISO 4217 code such as EUR")
        return codes

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
        values = column.to_numpy(zero_copy_only=False).astype(object)
        amounts, wrong = to_minor(values, scale)
        if wrong is not None:
            refused = no_amounts(values)
            refused[wrong] = True
            self._refuse(name, refused, "is not an amount; expected a decimal number such as 57.16")
        self._refuse(name, amounts < 0, "is negative; drop refunds and reversals, or send their absolute amount")
        return amounts

    def _labels(self, event_ms: NDArray[np.int64]) -> tuple[NDArray[np.object_], pd.Series]:
        label = np.full(len(event_ms), None, object)
        if self._has("label"):
            texts = self._texts("label")
            known = ~pd.isna(texts)
            words = np.array([str(text).lower().removesuffix(".0") for text in texts], object)
            fraud = known & np.isin(words, self.mapping.fraud_words)
            legitimate = known & ~fraud
            if (named := self.mapping.legitimate_words) is not None:
                legitimate &= np.isin(words, named)
            self._refuse("label", known & ~fraud & ~legitimate, "is neither; say which are: --fraud-value <value>")
            label[fraud], label[legitimate] = "fraud", "legitimate"
        unlabelled = pd.isna(label)
        moments = event_ms + round(self.mapping.label_delay_days * _DAY_MS)
        if self._has("label_time"):
            given = self._times("label_time")
            early = (given != NOT_A_TIME) & (given < event_ms)
            self._refuse("label_time", early, "is before the transaction; check its time zone and format")
            moments = np.where(given == NOT_A_TIME, moments, given)
        return label, from_epoch_ms(np.where(unlabelled, NOT_A_TIME, moments))

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
            error = self._error(name, int(np.argmax(wrong)), reason + (f" ({more} more such rows)" if more else ""))
            raise RefusedRowsError(str(error), wrong, f"{name} {reason.partition(';')[0]}")

    def _error(self, name: str, row: int | None, reason: str) -> RawDataError:
        theirs = self.source.get(name, f"constant {name}")
        called = theirs if theirs == name else f"{theirs} ({name})"
        where = "" if row is None else f", row {row + 1}"
        return RawDataError(f"{self.name}, column {called}{where}: {reason}")
