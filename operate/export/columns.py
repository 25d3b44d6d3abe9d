"""Which columns an export may have, and how they come out of the decoded lines."""

import hashlib
import secrets
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from fraudstream.features import FEATURE_NAMES

from operate.archive.columns import DECIDED, DEGREES, FIRED, TERMINAL, TEXTS
from operate.archive.joined import JOINED_BY

_MOMENT = pa.timestamp("ms", "UTC")
_NAMES = pa.list_(pa.string())
PSEUDONYM = "card"
"""Stands for the card where cards are left out: the same for the same card within one file, and in no other."""
OF_CARD = ("card_id", "customer_id", "card_bin", "device_id", "ip", "email_hash")
"""What names a card, or the person who holds it."""

LABEL = {"label": pa.string(), "label_time": _MOMENT, "label_source": pa.string()}
_TRANSACTION = {
    "transaction_id": pa.string(),
    "event_time": _MOMENT,
    "amount_minor": pa.int64(),
    **{name: pa.string() for name in TEXTS if name != "transaction_id"},
    **{name: pa.float64() for name in DEGREES},
    TERMINAL: pa.string(),
}
_DECISION = {
    "decided_at": _MOMENT,
    "decision": pa.string(),
    "fraud_score": pa.float64(),
    **{name: pa.string() for name in DECIDED if name != "decision"},
    **dict.fromkeys(FIRED, _NAMES),
}
GROUPS = {
    "transactions": tuple(_TRANSACTION),
    "decisions": tuple(_DECISION),
    "labels": tuple(LABEL),
    "features": tuple(FEATURE_NAMES),
}
DEFAULT = ("transactions", "decisions", "labels")
TYPES = _TRANSACTION | _DECISION | LABEL | {name: pa.float32() for name in FEATURE_NAMES} | {PSEUDONYM: pa.string()}
_STORED = {"event_time": "event_ms", "decided_at": "decided_ms"}


class ColumnsError(Exception):
    """A column is asked for that there is not."""


def wanted(names: Sequence[str], *, without_card: bool) -> list[str]:
    """Return the columns that names and groups of names mean, each once, in the order asked for.

    Raises
    ------
    ColumnsError
        For a name that is neither, or one that names a card where cards are to be left out.
    """
    chosen = [name for asked in names for name in GROUPS.get(asked, (asked,))]
    for name in chosen:
        if name not in TYPES or (name == PSEUDONYM and not without_card):
            raise ColumnsError(
                f"there is no column {name!r}; groups are {', '.join(GROUPS)}, and docs/backtest.md lists the columns"
            )
    if without_card:
        if refused := [name for name in names if name in OF_CARD]:
            raise ColumnsError(f"{', '.join(refused)} would name cards: leave out the column, or --without-card")
        chosen = [PSEUDONYM, *(name for name in chosen if name not in OF_CARD)]
    return list(dict.fromkeys(chosen))


def pseudonyms() -> Callable[[str], str]:
    """Return what names cards anew, by a keyed hash whose key nobody keeps."""
    key = secrets.token_bytes(32)
    return lambda card: hashlib.blake2b(card.encode(), key=key, digest_size=12).hexdigest()


def pick(rows: pa.Table, names: Sequence[str], name_card: Callable[[str], str]) -> pa.Table:
    """Return the wanted columns of decoded rows, labels joined already."""
    return pa.table({name: _column(rows, name, name_card) for name in names})


def _column(rows: pa.Table, name: str, name_card: Callable[[str], str]) -> pa.ChunkedArray:
    if name == PSEUDONYM:
        cards = rows.column("card_id").combine_chunks().dictionary_encode()
        named = pa.array([name_card(card) for card in cards.dictionary.to_pylist()], pa.string())
        return pa.chunked_array([named.take(cards.indices)])
    column = rows.column(_STORED.get(name, name))
    if name in FIRED:
        return _names(column)
    return pc.cast(column, TYPES[name])


def _names(joined: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return joined names as lists; no rules fired is an empty list."""
    lists = pc.split_pattern(pc.fill_null(joined, ""), JOINED_BY)
    none = pa.array([[]], _NAMES)
    empty = pc.fill_null(pc.equal(pc.fill_null(joined, ""), ""), fill_value=False)
    return pc.if_else(empty, none[0], lists)
