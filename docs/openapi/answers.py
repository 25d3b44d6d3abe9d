"""Answers that are no values of the contract, as types, so that their schemas are made as all others are."""

from typing import Annotated

from fraudstream.api.problems import ProblemReason
from fraudstream.contract import Case, RejectReason
from fraudstream.contract import fields as of
from msgspec import Meta, Struct

REASONS = sorted({*RejectReason, *ProblemReason})


class Taken(Struct, frozen=True, kw_only=True):
    """A label that is on its way through the stream."""

    transaction_id: of.TransactionId


class TakenAll(Struct, frozen=True, kw_only=True):
    """Labels that are on their way through the stream; none where nothing was open."""

    transaction_ids: tuple[of.TransactionId, ...]


class QueuePage(Struct, frozen=True, kw_only=True):
    """Open cases, and what asks for the next ones."""

    cases: tuple[Case, ...]
    cursor: Annotated[str | None, Meta(description="Opaque. null: this was the last page.")]


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a request is refused."""

    reason: Annotated[str, Meta(description="One of a closed list.", extra_json_schema={"enum": REASONS})]
    detail: Annotated[str, Meta(description="What to do. Never quotes what was sent.")]


class Message(Struct, frozen=True, kw_only=True):
    """An answer of API Gateway's own: the request did not reach the function, or that failed."""

    message: str | None
