"""Random expressions of the policy language, each as its text and as what it means of one row.

An expression is a text with a function from a row (a dictionary) to its value; None is missing, or unknown. Nothing
here is shared with the parser and the compiler: it is a second opinion. Brackets stand only where precedence asks for
them.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

Row = Mapping[str, Any]
NUMBERS = ("amount", "hour_of_day", "card_count_1h", "score", "amount_minor")
TEXTS = ("card_id", "merchant_city", "mcc")
VALUES = ("a", "b", "c", "ab", "")
FEATURES = {"amount", "hour_of_day", "card_count_1h"}
LISTED = {"a": 5, "b": 10**15}
"""Entries of the list `listed`, with the moment at which each ends."""
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True)
class Said:
    """An expression; `tight` tells how it binds, `field` names it if it is a bare name, `fixed` if it is a number."""

    text: str
    of: Callable[[Row], Any]
    tight: int
    field: str | None = None
    fixed: bool = False

    def within(self, tight: int) -> str:
        """Its text, in brackets where it binds less tightly than is asked."""
        return self.text if self.tight >= tight else f"({self.text})"


OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, ATOM = range(8)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _operate(sign: str, a: float | None, b: float | None) -> float | None:
    if a is None or b is None or (sign in "/%" and b == 0):
        return None
    with np.errstate(all="ignore"):
        a, b = np.float64(a), np.float64(b)
        return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else None, "%": np.mod(a, b) if b else None}[sign]


def arithmetic(first: Said, rest: list[tuple[str, Said]], tight: int) -> Said:
    """Numbers joined from left to right; only the whole must be finite."""

    def value(row: Row) -> float | None:
        total = first.of(row)
        for sign, part in rest:
            total = _operate(sign, total, part.of(row))
        return None if total is None else _finite(float(total))

    text = first.within(tight) + "".join(f" {sign} {part.within(tight + 1)}" for sign, part in rest)
    return Said(text, value, tight, fixed=first.fixed and all(part.fixed for _, part in rest))


def negative(of: Said) -> Said:
    return Said(f"-{of.within(SIGN)}", lambda row: None if (v := of.of(row)) is None else -v, SIGN, fixed=of.fixed)


def called(name: str, parts: list[Said]) -> Said:
    def value(row: Row) -> float | None:
        values = [part.of(row) for part in parts]
        if name == "if_missing":
            return values[1] if values[0] is None else values[0]
        return None if None in values else {"abs": lambda v: abs(v[0]), "min": min, "max": max}[name](values)

    return Said(f"{name}({', '.join(part.text for part in parts)})", value, ATOM)


def _fixed(value: float) -> Said:
    return Said(repr(value), lambda _: value, ATOM, fixed=True)


def _name(name: str) -> Said:
    return Said(name, lambda row: row[name], ATOM, field=name)


_atoms = st.one_of(
    st.sampled_from(NUMBERS).map(_name),
    st.sampled_from([0.0, 1.0, 2.0, 0.1, 0.7, 3.5, 1e6]).map(_fixed),
)


def _more_numbers(inner: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    def rest(signs: str) -> st.SearchStrategy[list[tuple[str, Said]]]:
        return st.lists(st.tuples(st.sampled_from(signs), inner), min_size=1, max_size=3)

    return st.one_of(
        st.builds(arithmetic, inner, rest("+-"), st.just(SUM)),
        st.builds(arithmetic, inner, rest("*/%"), st.just(PRODUCT)),
        inner.map(negative),
        inner.map(lambda of: called("abs", [of])),
        st.builds(lambda name, a, b: called(name, [a, b]), st.sampled_from(["min", "max", "if_missing"]), inner, inner),
    )


numbers = st.recursive(_atoms, _more_numbers, max_leaves=5)


def _beside(one: Said, other: Said) -> Callable[[Row], float | None]:
    """The value of a side: a fixed number beside a feature is rounded to 32 bits."""
    if one.fixed and other.field in FEATURES:
        return lambda row: None if (v := one.of(row)) is None else float(np.float32(v))
    return one.of


def compared(first: Said, rest: list[tuple[str, Said]]) -> Said:
    lefts = [first, *(part for _, part in rest[:-1])]

    def value(row: Row) -> bool | None:
        return every(
            [
                None
                if (a := _beside(left, right)(row)) is None or (b := _beside(right, left)(row)) is None
                else _COMPARE[sign](a, b)
                for left, (sign, right) in zip(lefts, rest, strict=True)
            ]
        )

    return Said(first.within(SUM) + "".join(f" {sign} {part.within(SUM)}" for sign, part in rest), value, COMPARE)


def every(values: list[bool | None]) -> bool | None:
    """Kleene's and."""
    return False if False in values else None if None in values else True


def some(values: list[bool | None]) -> bool | None:
    """Kleene's or."""
    return True if True in values else None if None in values else False


def _among_numbers(of: Said, items: list[float], negated: bool) -> Said:  # noqa: FBT001 (drawn by position)
    def value(row: Row) -> bool | None:
        given = of.of(row)
        if given is None:
            return None
        rounded = [float(np.float32(item)) if of.field in FEATURES else item for item in items]
        return (given in rounded) is not negated

    return Said(f"{of.within(SUM)} {'not ' if negated else ''}in [{', '.join(map(repr, items))}]", value, COMPARE)


def _text_test(text: str, name: str, holds: Callable[[str, Row], bool]) -> Said:
    return Said(text, lambda row: None if row[name] is None else holds(row[name], row), COMPARE)


_fields = st.sampled_from(TEXTS)
_values = st.sampled_from(VALUES)
_text_conditions = st.one_of(
    st.builds(lambda f, v: _text_test(f'{f} == "{v}"', f, lambda t, _: t == v), _fields, _values),
    st.builds(lambda f, v: _text_test(f"'{v}' != {f}", f, lambda t, _: t != v), _fields, _values),
    st.builds(
        lambda f, g: Said(f"{f} == {g}", lambda r: None if None in (r[f], r[g]) else r[f] == r[g], COMPARE),
        _fields,
        _fields,
    ),
    st.builds(
        lambda f, g: Said(f"{f} != {g}", lambda r: None if None in (r[f], r[g]) else r[f] != r[g], COMPARE),
        _fields,
        _fields,
    ),
    st.builds(
        lambda f, vs: _text_test(f"{f} in [{', '.join(repr(v) for v in vs)}]", f, lambda t, _: t in vs),
        _fields,
        st.lists(_values, min_size=1, max_size=3),
    ),
    st.builds(lambda f, v: _text_test(f"starts_with({f}, '{v}')", f, lambda t, _: t.startswith(v)), _fields, _values),
    st.builds(lambda f, v: _text_test(f"ends_with({f}, '{v}')", f, lambda t, _: t.endswith(v)), _fields, _values),
    st.builds(lambda f, v: _text_test(f"contains({f}, '{v}')", f, lambda t, _: v in t), _fields, _values),
    _fields.map(lambda f: _text_test(f"{f} in listed", f, lambda t, r: LISTED.get(t, -1) > r["now"])),
    _fields.map(lambda f: _text_test(f"{f} not in listed", f, lambda t, r: LISTED.get(t, -1) <= r["now"])),
)
_simple = st.one_of(
    st.builds(
        compared,
        numbers,
        st.lists(st.tuples(st.sampled_from(sorted(_COMPARE)), numbers), min_size=1, max_size=3),
    ),
    st.builds(
        _among_numbers, numbers, st.lists(st.sampled_from([0.0, 0.7, 2.0]), min_size=1, max_size=3), st.booleans()
    ),
    _text_conditions,
    st.sampled_from((*NUMBERS, *TEXTS)).map(lambda f: Said(f"{f} is missing", lambda r: r[f] is None, COMPARE)),
    st.sampled_from((*NUMBERS, *TEXTS)).map(lambda f: Said(f"{f} is not missing", lambda r: r[f] is not None, COMPARE)),
    st.booleans().map(lambda value: Said(str(value).lower(), lambda _: value, ATOM)),
)


def _joined(parts: list[Said], tight: int) -> Said:
    join, word = (every, " and ") if tight == AND else (some, " or ")
    return Said(
        word.join(part.within(tight + 1) for part in parts), lambda row: join([part.of(row) for part in parts]), tight
    )


def _more(inner: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    return st.one_of(
        st.builds(_joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from([OR, AND])),
        inner.map(lambda of: Said(f"not {of.within(NOT)}", lambda r: None if (v := of.of(r)) is None else not v, NOT)),
    )


conditions = st.recursive(_simple, _more, max_leaves=6)
_number = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0, 3.5, -1.0, 1e6, 0.1, 0.7]))


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """A few rows; features are numbers of 32 bits."""

    def one() -> Row:
        row: dict[str, Any] = {name: draw(_number) for name in NUMBERS}
        for name in FEATURES:
            row[name] = None if row[name] is None else float(np.float32(row[name]))
        return row | {name: draw(st.one_of(st.none(), _values)) for name in TEXTS} | {"now": draw(st.integers(0, 20))}

    return [one() for _ in range(draw(st.integers(1, 4)))]
