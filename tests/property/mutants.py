"""Valid records, damaged with an eye for their structure: types, nesting, repeats, unicode, numbers, and then bytes."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fraudstream.contract import Bounds
from hypothesis import strategies as st

from tests.samples import label, transaction

BOUNDS = Bounds(max_event_age_ms=90 * 86_400_000, max_record_bytes=8_192)
FULL = transaction(
    merchant_id="m-1",
    customer_id="c-1",
    transaction_type="purchase",
    mcc="5411",
    merchant_category="grocery",
    merchant_country="FR",
    merchant_city="Orl\u00e9ans",
    merchant_lat=47.9029,
    merchant_lon=1.9093,
    card_lat=-33.9,
    card_lon=18.4,
    card_country="ZA",
    card_bin="411111",
    card_brand="visa",
    device_id="d-1",
    ip="2001:db8::1",
    email_hash="0123456789abcdef",
    attributes={"basket": [{"sku": "a", "n": 2}], "note": None},
)
VALID = [transaction(), FULL, label(), transaction(currency="JPY", terminal_id=None, merchant_id="m")]
CARD_NUMBER = "4111111111111111"

Tree = Any
"""JSON as written: objects are lists of pairs in `Pairs`, and `Spelt` is text that goes out as it is."""


@dataclass(frozen=True)
class Pairs:
    """An object, in which a key may be there twice."""

    items: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True)
class Spelt:
    """A value in a spelling of its own."""

    text: str


def tree(value: object) -> Tree:
    """Turn plain JSON into a tree."""
    if isinstance(value, dict):
        return Pairs(tuple((key, tree(inner)) for key, inner in value.items()))
    return tuple(map(tree, value)) if isinstance(value, list) else value


TEXTS = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\x7f",
        "\x85",
        "\u2028",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\ud800",
        "\U0001f4b3",
        "e\u0301",
        "\u00e9",
        "\uff14\uff11\uff11\uff11",
        "merchant#1",
        "x" * 64,
        "x" * 65,
        "x" * 129,
        "null",
        "NaN",
        "fraud",
        "transaction",
        "2026-02-30T00:00:00Z",
        "../../etc",
        "'; DROP TABLE",
        "{}",
        "\\u0000",
        CARD_NUMBER,
        "4111-1111-1111-1111",
    ]
) | st.text(max_size=8)
NUMBERS = st.sampled_from(
    [
        "0",
        "-0",
        "-1",
        "00",
        "01",
        "+1",
        "1.",
        ".5",
        "1e0",
        "1E+2",
        "1e-7",
        "0.1e1",
        "12.0",
        "1250.0",
        "1e18",
        "1e19",
        "1e308",
        "1e309",
        "-1e309",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "4111111111111111",
        "4.111111111111111E15",
        "4111111111111111.0",
        "0.1",
        "1e400",
        "1_000",
        "true",
        "false",
        "null",
    ]
).map(Spelt) | st.just(Spelt("9" * 4_500))
SCALARS = TEXTS | NUMBERS | st.integers() | st.floats() | st.booleans() | st.none()
KEYS = (
    st.sampled_from(
        sorted(
            {*FULL, *label(), "is_fraud", "label", "fraud", "TX_FRAUD", "raw", "meaning", "unknown", "event_time_ms"}
        )
    )
    | TEXTS
)


def deep(levels: int, inner: Tree) -> Tree:
    """Wrap a value in arrays and objects by turns."""
    for level in range(levels):
        inner = (inner,) if level % 2 else Pairs((("k", inner),))
    return inner


VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.lists(st.tuples(KEYS, inner), max_size=3).map(lambda items: Pairs(tuple(items)))
    ),
    max_leaves=4,
) | st.builds(deep, st.sampled_from([1, 5, 6, 7, 8, 9, 40]), SCALARS)


def changed(draw: st.DrawFn, record: Pairs) -> Pairs:
    """Change one thing in an object, or in one that is within it."""
    items = list(record.items)
    at = draw(st.integers(0, max(len(items) - 1, 0)))
    inner = [n for n, (_, value) in enumerate(items) if isinstance(value, Pairs) and value.items]
    kinds = ["add", *(["replace", "rename", "drop", "twice", "order", "twist"] if items else [])]
    if inner and draw(st.booleans()):
        at = draw(st.sampled_from(inner))
        items[at] = (items[at][0], changed(draw, items[at][1]))
        return Pairs(tuple(items))
    kind = draw(st.sampled_from(kinds))
    if kind == "add":
        items.insert(at, (draw(KEYS), draw(VALUES)))
    elif kind == "replace":
        items[at] = (items[at][0], draw(VALUES))
    elif kind == "rename":
        items[at] = (draw(KEYS), items[at][1])
    elif kind == "drop":
        del items[at]
    elif kind == "twice":
        items.append((items[at][0], draw(st.sampled_from([items[at][1], draw(VALUES)]))))
    elif kind == "order":
        items = draw(st.permutations(items))
    else:
        key, value = items[at]
        items[at] = (key, draw(st.sampled_from([(value,), Pairs((("k", value),)), str(value), Spelt(str(value))])))
    return Pairs(tuple(items))


@st.composite
def mutants(draw: st.DrawFn) -> Tree:
    """A valid record after up to three changes."""
    record = tree(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(0, 3))):
        record = changed(draw, record)
    return record


def spelling(draw: st.DrawFn) -> Callable[[str], str]:
    """Choose how text is written: plainly, as ASCII, or with any of its characters as escapes."""
    way = draw(st.sampled_from(["plain", "ascii", "escaped"]))
    every = draw(st.integers(1, 4))

    def spell(text: str) -> str:
        if way == "escaped" and all(ord(c) < 0x10000 for c in text):
            escaped = [f"\\u{ord(c):04x}" if n % every == 0 else json.dumps(c)[1:-1] for n, c in enumerate(text)]
            return f'"{"".join(escaped)}"'
        return json.dumps(text, ensure_ascii=way != "plain")

    return spell


def write(draw: st.DrawFn, value: Tree) -> bytes:
    """Write a tree as some producer may."""
    spell = spelling(draw)
    space = draw(st.sampled_from(["", "", " ", "\n", "\t ", "\r\n"]))

    def put(inner: Tree, out: io.StringIO) -> None:
        if isinstance(inner, Spelt):
            out.write(inner.text)
        elif isinstance(inner, str):
            out.write(spell(inner))
        elif isinstance(inner, Pairs | tuple):
            opening, closing = ("{", "}") if isinstance(inner, Pairs) else ("[", "]")
            out.write(opening)
            for n, part in enumerate(inner.items if isinstance(inner, Pairs) else inner):
                out.write(f"{space},{space}" if n else space)
                if isinstance(inner, Pairs):
                    out.write(f"{spell(part[0])}{space}:{space}")
                put(part[1] if isinstance(inner, Pairs) else part, out)
            out.write(space + closing)
        else:
            out.write(json.dumps(inner))

    out = io.StringIO()
    put(value, out)
    return (space + out.getvalue() + space).encode("utf-8", "surrogatepass")


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A mutant in bytes."""
    return write(draw, draw(mutants()))


@st.composite
def torn(draw: st.DrawFn) -> bytes:
    """A mutant with a few bytes of it changed as well."""
    data = bytearray(draw(written()))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2) | st.sampled_from([b'"', b"}", b"\\u00"]))
    return bytes(data)
