"""What people send to change the rules, and what they are told: texts checked, tried on the archive, made live."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from fraudstream.api.bodies import refusal_of, unsafe
from fraudstream.contract import Rejected, RejectReason
from fraudstream.contract.decision import Moment, Name
from fraudstream.contract.fields import UNSAFE
from fraudstream.contract.pan import holds_card_number
from fraudstream.contract.parsing import RefusalError, parse_object

LARGEST_BYTES = 1_000_000
"""Of a request: some thirty thousand entries of lists. A larger document is published by the command line."""
MOST_MISTAKES = 50
Yaml = Annotated[
    str, Meta(max_length=LARGEST_BYTES, description="The rules file as people write it: docs/rules.md. Comments stay.")
]
Share = Annotated[float, Meta(ge=0, le=1)]
_FROM_ONE = Meta(ge=1)
_AS_SPACES = str.maketrans("\t\n\r", "   ")
_UNSAFE_IN_LINES = UNSAFE.replace(r"\x00-\x1f", r"\x00-\x08\x0b\x0c\x0e-\x1f")
_WHY: dict[str, Any] = {"pattern": r"\S", "not": {"pattern": f"[{_UNSAFE_IN_LINES}]"}}


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rules file that is to be checked."""

    yaml: Yaml


class Trial(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rules file that is to be tried on the archive."""

    yaml: Yaml
    days: Annotated[int, Meta(ge=1, le=90, description="Decisions of so many days, up to now.")] = 7


class Publication(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rules file that is to decide from now on."""

    yaml: Yaml
    why: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=500,
            description="The reason, for the log, where it stands in one line. Refused if it holds a card number.",
            extra_json_schema=_WHY,
        ),
    ]
    replaces: Annotated[
        str,
        Meta(min_length=1, max_length=64, description="The version that must be live for it to be meant."),
    ]


class Mistake(Struct, frozen=True, kw_only=True):
    """Something wrong in a rules file. Lines and columns count characters from 1; the end is one past the last."""

    line: Annotated[int, _FROM_ONE]
    column: Annotated[int, _FROM_ONE]
    end_column: Annotated[int, _FROM_ONE]
    message: Name


class Checked(Struct, frozen=True, kw_only=True):
    """Whether a rules file is valid, what is wrong with it, and what it changes of the rules that are live."""

    valid: bool
    version: str | None
    problems: tuple[Mistake, ...] = ()
    changes: tuple[str, ...] = ()


class BacktestStarted(Struct, frozen=True, kw_only=True):
    """Under which id a backtest is told of."""

    backtest_id: Annotated[str, Meta(pattern="^bt-[a-p]{32}$")]


State = Literal["waiting", "running", "done", "failed"]


class BacktestTold(Struct, frozen=True, kw_only=True):
    """How far a backtest is, and what it found."""

    state: State
    progress: Share
    why: Annotated[str | None, Meta(description="Of a failed one: what to do.")] = None
    report: Annotated[dict[str, Any] | None, Meta(description="What `make backtest` tells: docs/backtest.md.")] = None


class PublishedRules(Struct, frozen=True, kw_only=True):
    """What was made live, by whom, when and why, and what it changed."""

    version: Name
    author: Name
    at: Moment
    why: Name
    changes: tuple[str, ...] = ()


Body = TypeVar("Body", Draft, Trial, Publication)


def read(kind: type[Body], data: bytes) -> Body | Rejected:
    """Return a body as its type, or its refusal.

    What is wrong inside the rules is not looked at: that has a place of its own to be told with. The other texts may
    hold no card number.
    """
    if len(data) > LARGEST_BYTES:
        detail = f"more than {LARGEST_BYTES:,} bytes: publish so large a document by the command line"
        return Rejected.of(RejectReason.TOO_LARGE, detail, b"")
    try:
        sent = parse_object(data)
        _check(sent, frozenset(kind.__struct_encode_fields__))
        return msgspec.convert(sent, kind)
    except RefusalError as refusal:
        return Rejected.of(refusal.reason, refusal.detail, b"")
    except msgspec.ValidationError as error:
        return refusal_of(str(error), b"")


def _check(sent: dict[str, object], known: frozenset[str]) -> None:
    if not known.issuperset(sent):
        raise RefusalError(RejectReason.FIELD_INVALID, f"unknown field; there are {', '.join(sorted(known))}")
    for name in ("why", "replaces"):
        if isinstance(text := sent.get(name), str):
            _check_words(name, text)


def _check_words(name: str, text: str) -> None:
    if holds_card_number(text):
        raise RefusalError(RejectReason.CARD_NUMBER_IN_PAYLOAD, f"{name}: holds a card number")
    if unsafe(text.translate(_AS_SPACES) if name == "why" else text):
        raise RefusalError(RejectReason.CHARACTER_FORBIDDEN, f"{name}: control, direction or half characters")
    if not text.strip():
        raise RefusalError(RejectReason.FIELD_INVALID, f"{name}: say something")
