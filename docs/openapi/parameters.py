"""Parameters of paths and queries."""

from dataclasses import dataclass
from typing import Any

from docs.openapi import examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a path or query."""

    name: str
    place: str
    description: str
    schema: dict[str, Any]
    example: object


_ID = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^/?#%]+$"}
TRANSACTION_ID = Parameter(
    name="transaction_id", place="path", description="Of the transaction.", schema=_ID, example="tx-20261123-000001"
)
CARD_ID = Parameter(
    name="card_id", place="path", description="Token of the card.", schema=_ID, example=examples.TRANSACTION["card_id"]
)
TERMINAL_ID = Parameter(
    name="terminal_id",
    place="path",
    description="Of the terminal; with `merchant=true` a merchant's `merchant_id`.",
    schema=_ID,
    example=examples.TRANSACTION["terminal_id"],
)
MERCHANT = Parameter(
    name="merchant",
    place="query",
    description="The id is a merchant's whose transactions name no terminal: decisions call it `merchant#` and the id.",
    schema={"type": "string", "enum": ["true", "false"], "default": "false"},
    example="false",
)
MOST_SIMILAR = Parameter(
    name="limit",
    place="query",
    description="Cases in the answer at most.",
    schema={"type": "integer", "minimum": 1, "maximum": 20, "default": 5},
    example=5,
)
OF_THE_QUEUE = (
    Parameter(
        name="order",
        place="query",
        description="What comes first: the riskiest case, or the oldest.",
        schema={"type": "string", "enum": ["risk", "age"], "default": "risk"},
        example="risk",
    ),
    Parameter(
        name="limit",
        place="query",
        description="Cases in the answer at most.",
        schema={"type": "integer", "minimum": 1, "maximum": 100, "default": 25},
        example=10,
    ),
    Parameter(
        name="cursor",
        place="query",
        description="`cursor` of the page before, to have the next.",
        schema={"type": "string", "minLength": 1, "maxLength": 512},
        example=None,
    ),
    Parameter(
        name="snoozed",
        place="query",
        description="Show what is put aside, too.",
        schema={"type": "string", "enum": ["true", "false"], "default": "false"},
        example="false",
    ),
)
