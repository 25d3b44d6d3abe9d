"""How a file's columns become the contract's: a small document, options, or a guess from well-known names."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from jobs import JobError

REQUIRED = ("transaction_id", "event_time", "card_id", "amount")
"""What a file must have, under whatever names. Without a terminal_id and a merchant_id the card stands in for both."""

# fmt: off
TEXTS = (
    "transaction_id", "card_id", "terminal_id", "merchant_id", "currency", "customer_id", "transaction_type", "mcc",
    "merchant_category", "entry_mode", "merchant_country", "merchant_city", "card_country", "card_bin", "card_brand",
    "device_id", "ip", "email_hash", "auth_response", "cvc_check", "avs_check", "three_ds",
)
# fmt: on
NUMBERS = ("merchant_lat", "merchant_lon", "card_lat", "card_lon")
COLUMNS = (*TEXTS, *NUMBERS, "event_time", "amount", "amount_minor", "label", "label_time")
"""Every contract column a file may have; `amount` (major units) becomes `amount_minor`."""

_WELL_KNOWN: dict[str, tuple[str, ...]] = {
    "transaction_id": ("tx_id", "trans_id", "trans_num", "txn_id", "transactionid", "id"),
    "event_time": (
        "tx_datetime", "trans_date_trans_time", "timestamp", "datetime", "transaction_time", "transaction_date", "time",
    ),
    "card_id": ("card_token", "cardid", "card", "cc_num", "card_number", "account_id", "nameorig", "customer_id"),
    "terminal_id": ("terminal", "terminalid"),
    "merchant_id": ("merchant", "merchantid", "merchant_name", "namedest"),
    "amount": ("tx_amount", "amt", "transaction_amount", "value"),
    "currency": ("currency_code", "ccy"),
    "merchant_category": ("category",),
    "merchant_lat": ("merch_lat",),
    "merchant_lon": ("merch_long", "merch_lon"),
    "card_lat": ("lat",),
    "card_lon": ("long", "lon"),
    "label": ("tx_fraud", "is_fraud", "isfraud", "fraud", "class", "fraud_bool"),
    "label_time": ("chargeback_time", "reported_at"),
}  # fmt: skip


_FRAUD_WORDS = ("1", "true", "fraud", "yes", "y")
_LEGITIMATE_WORDS = ("0", "false", "legitimate", "genuine", "no", "n")


class MappingError(JobError):
    """A mapping names what does not exist, or does not say what is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """What to read from a file, and how.

    Attributes
    ----------
    columns
        Contract column to the file's column. What is not named is taken by its own or a well-known name.
    constants
        Contract column to one value for all rows, for what the file lacks.
    amount_scale
        Minor units in one unit of the amount column; None: what the row's currency says (100 for most).
    currency
        The currency of rows without one.
    time_format
        How times are written: `iso`, `s`, `ms`, `us`, `ns` (numbers since 1970), or a strptime pattern.
    timezone
        Whose clock times without an offset are.
    fraud_values, legitimate_values
        How the label column says so, compared as text without case, whole numbers without decimals. Usual words where
        neither is given; where only frauds are, every other label is legitimate. An empty label is unknown.
    label_delay_days
        Where the file has no label time, labels became known this long after the transaction.
    """

    columns: MappingOf[str, str] = field(default_factory=dict)
    constants: MappingOf[str, str] = field(default_factory=dict)
    amount_scale: int | None = None
    currency: str = "EUR"
    time_format: str = "iso"
    timezone: str = "UTC"
    fraud_values: tuple[str, ...] | None = None
    legitimate_values: tuple[str, ...] | None = None
    label_delay_days: float = 7.0

    def __post_init__(self) -> None:
        for kind in (self.columns, self.constants):
            if not isinstance(kind, MappingOf):
                raise MappingError(f"columns and constants are objects of name to name, not {kind!r}")
            for name in kind:
                if name not in COLUMNS:
                    raise MappingError(f"{name!r} is not a contract column; known are {', '.join(sorted(COLUMNS))}")
        if self.amount_scale is not None and not (isinstance(self.amount_scale, int) and self.amount_scale >= 1):
            raise MappingError(f"the amount scale must be a whole number from 1 up, not {self.amount_scale!r}")
        if not (isinstance(self.label_delay_days, int | float) and self.label_delay_days >= 0):
            raise MappingError(f"the label delay must be a number of days from 0 up, not {self.label_delay_days!r}")

    @property
    def fraud_words(self) -> list[str]:
        """The labels that mean fraud, in lower case."""
        return [word.lower() for word in self.fraud_values or _FRAUD_WORDS]

    @property
    def legitimate_words(self) -> list[str] | None:
        """The labels that mean legitimate, in lower case; None where all but frauds are."""
        if self.legitimate_values is not None:
            return [word.lower() for word in self.legitimate_values]
        return None if self.fraud_values else list(_LEGITIMATE_WORDS)

    @classmethod
    def load(cls, path: Path) -> "Mapping":
        """Read a mapping from a JSON document with this class's attributes as keys.

        Raises
        ------
        MappingError
            For a document that is not JSON, or with keys that mean nothing.
        """
        try:
            document = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise MappingError(f"{path} cannot be read as a mapping: {error}") from error
        return cls._from(document, str(path))

    @classmethod
    def _from(cls, document: Any, source: str) -> "Mapping":
        known = {each.name for each in fields(cls)}
        if not isinstance(document, dict):
            raise MappingError(f"{source}: must be a JSON object; a mapping has {', '.join(sorted(known))}")
        if unknown := sorted(document.keys() - known):
            raise MappingError(f"{source}: {', '.join(unknown)} unknown; a mapping has {', '.join(sorted(known))}")
        values: dict[str, Any] = {
            key: tuple(map(str, value)) if key.endswith("_values") else value for key, value in document.items()
        }
        return cls(**values)

    def resolve(self, present: Iterable[str]) -> dict[str, str]:
        """Return contract column to file column for a file that has the columns `present`.

        Raises
        ------
        MappingError
            Where the file lacks a named or a required column: says which, what the file has, and what to do.
        """
        names = list(present)
        lowered = {name.lower(): name for name in reversed(names)}
        chosen = dict(self.columns)
        for name, theirs in chosen.items():
            if theirs not in names:
                raise MappingError(f"column {theirs!r}, mapped to {name}, is not in the file; it has {_listed(names)}")
        taken = set(chosen.values())
        for name in COLUMNS:
            if name in chosen or name in self.constants:
                continue
            for guess in (name, *_WELL_KNOWN.get(name, ())):
                # A customer's column may serve as the card's only where no column is the card's own.
                found = lowered.get(guess)
                if found is not None and found not in taken:
                    chosen[name] = found
                    taken.add(found)
                    break
        if "amount_minor" in chosen:
            chosen.pop("amount", None)
        self._check(chosen, names)
        return chosen

    def _check(self, chosen: dict[str, str], names: list[str]) -> None:
        have = {*chosen, *self.constants} | ({"amount"} if "amount_minor" in {*chosen, *self.constants} else set())
        missing = [name for name in REQUIRED if name not in have]
        if missing:
            raise MappingError(
                f"no column for {', '.join(missing)} among {_listed(names)}; "
                f"say which it is: --column {missing[0]}=<its name here>"
            )


def add_options(parser: ArgumentParser) -> None:
    """Add the options that say how a file is read."""
    parser.add_argument("--mapping", type=Path, help="JSON document that says how the file's columns are read")
    parser.add_argument(
        "--column", action="append", default=[], metavar="CONTRACT=THEIRS", help="a column's name in the file; repeats"
    )
    parser.add_argument(
        "--constant", action="append", default=[], metavar="CONTRACT=VALUE", help="one value for all rows; repeats"
    )
    parser.add_argument("--amount-scale", type=int, help="minor units in one unit of the amount column")
    parser.add_argument("--currency", help="currency of rows without one (EUR)")
    parser.add_argument("--time-format", help="iso, s, ms, us, ns, or a strptime pattern (iso)")
    parser.add_argument("--timezone", help="whose clock times without an offset are (UTC)")
    parser.add_argument("--fraud-value", action="append", help="a label that means fraud; repeats")
    parser.add_argument("--label-delay-days", type=float, help="labels without a time were known this long after (7)")


def from_options(options: Namespace) -> Mapping:
    """Return the mapping that options describe; options win over the document."""
    mapping = Mapping.load(options.mapping) if options.mapping else Mapping()
    given: dict[str, Any] = {
        "columns": {**mapping.columns, **_pairs(options.column, "--column")},
        "constants": {**mapping.constants, **_pairs(options.constant, "--constant")},
    }
    for name in ("amount_scale", "currency", "time_format", "timezone", "label_delay_days"):
        if (value := getattr(options, name)) is not None:
            given[name] = value
    if options.fraud_value:
        given["fraud_values"] = tuple(options.fraud_value)
    return replace(mapping, **given)


def _pairs(options: list[str], option: str) -> dict[str, str]:
    pairs = [text.partition("=") for text in options]
    for name, equals, value in pairs:
        if not equals or not name or not value:
            raise MappingError(f"{option} {name}{equals}{value}: expected {option} CONTRACT=VALUE")
    return {name: value for name, _, value in pairs}


def _listed(names: list[str]) -> str:
    return ", ".join(map(str, names[:30])) + (" ..." if len(names) > 30 else "")
