"""The parts an expression is made of."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Comparison: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Operator: TypeAlias = Literal["+", "-", "*", "/", "%"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an expression, and where it stands in the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Part):
    """A number as written."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Part):
    """A text as written."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth(Part):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Part):
    """A field, a feature, the score."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Part):
    """A function with its arguments."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Part):
    """Numbers joined from left to right, all by + and -, or all by * / and %."""

    first: "Node"
    rest: tuple[tuple[Operator, "Node"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative(Part):
    """A number with its sign turned."""

    of: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Part):
    """A chain such as `10 <= amount < 100`: it holds where each neighbouring pair does."""

    first: "Node"
    rest: tuple[tuple[Comparison, "Node"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Among(Part):
    """`x in [a, b]`, or with a list's name `x in name`."""

    of: "Node"
    among: tuple["Node", ...] | Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing(Part):
    """`x is missing`: never unknown itself."""

    of: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Part):
    """Turns true and false; unknown stays unknown."""

    of: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Every(Part):
    """`a and b and c`."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Some(Part):
    """`a or b or c`."""

    parts: tuple["Node", ...]


Node: TypeAlias = (
    Number | Text | Truth | Name | Call | Arithmetic | Negative | Compare | Among | Missing | Not | Every | Some
)
