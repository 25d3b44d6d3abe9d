"""The table of routes: what each takes, answers and asks of its caller. A test holds template and handlers to it."""

from dataclasses import dataclass, field
from typing import Any

from fraudstream.api.live_rules import LiveRules
from fraudstream.api.past import Card
from fraudstream.api.requests import Finding, SentLabel, Snooze
from fraudstream.contract import Case, Decision, Transaction
from msgspec import Struct

from docs.openapi import examples
from docs.openapi.answers import QueuePage, Taken, TakenAll
from docs.openapi.parameters import CARD_ID, OF_THE_QUEUE, TRANSACTION_ID, Parameter

READ, REVIEW, MACHINES = "read", "review", None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route.

    Attributes
    ----------
    scope
        Which scope a person's token needs; None where people have no business: the route is for signed requests only.
    answer, status
        What comes where all is well; None for a document that describes itself.
    refusals
        Of its own, by status: when that is answered. Those of every route are not listed here.
    """

    key: str
    name: str
    summary: str
    description: str
    scope: str | None
    answer: type[Struct] | None
    status: int = 200
    body: type[Struct] | None = None
    parameters: tuple[Parameter, ...] = ()
    refusals: dict[int, str] = field(default_factory=dict)
    answer_example: Any = None
    body_examples: dict[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """GET or POST."""
        return self.key.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path with its parameters in braces."""
        return self.key.partition(" ")[2]


_UNREADABLE = "The body is not JSON as the contract reads it, or too large."
_WRONG = "Read, and something is wrong with it: `reason` says what."
ROUTES = (
    Route(
        key="POST /transactions",
        name="decideTransaction",
        summary="Decide a transaction now",
        description="By the same pipeline as the stream's. The same transaction again is answered with the decision "
        "that stands; another payload under its id is refused with 409.",
        scope=MACHINES,
        answer=Decision,
        body=Transaction,
        refusals={400: _UNREADABLE, 409: "The id was decided for another payload; that decision stands.", 422: _WRONG},
        answer_example=examples.DECISION,
        body_examples={"purchase": examples.TRANSACTION},
    ),
    Route(
        key="GET /decisions/{transaction_id}",
        name="getDecision",
        summary="A decision with its reasons, and its label once it has one",
        description="Read consistently: what was answered once is found.",
        scope=READ,
        answer=Decision,
        parameters=(TRANSACTION_ID,),
        refusals={404: "Nothing was decided under this id."},
        answer_example=examples.DECISION,
    ),
    Route(
        key="POST /labels",
        name="sendLabel",
        summary="Say what a transaction turned out to be",
        description="Card, terminal and time are looked up, and the label goes onto the stream. Of several labels the "
        "latest `label_time` holds; without one it became known now.",
        scope=MACHINES,
        answer=Taken,
        status=202,
        body=SentLabel,
        refusals={400: _UNREADABLE, 404: "Nothing was decided under this id.", 422: _WRONG},
        answer_example={"transaction_id": "tx-20261123-000001"},
        body_examples={"chargeback": examples.LABEL},
    ),
    Route(
        key="POST /dispositions",
        name="sendDisposition",
        summary="An analyst's finding, of one transaction or of a card's open case",
        description="Becomes labels on the stream (source `analyst`, known now), with who said it as a digest, and the "
        "note. With `card_id` it is said of every transaction of the card's case that is open, or was at `seen_at`.",
        scope=REVIEW,
        answer=TakenAll,
        status=202,
        body=Finding,
        refusals={400: _UNREADABLE, 404: "No such decision, or the card never had a case.", 422: _WRONG},
        answer_example={"transaction_ids": ["tx-20261123-000001"]},
        body_examples=examples.FINDINGS,
    ),
    Route(
        key="GET /queue",
        name="getQueue",
        summary="The review queue, the riskiest or the oldest cases first",
        description="Cases with a transaction nobody has disposed of. A page may hold fewer than `limit` and still not "
        "be the last: go on until `cursor` is null.",
        scope=READ,
        answer=QueuePage,
        parameters=OF_THE_QUEUE,
        refusals={422: "A parameter is none of what it may be."},
        answer_example={"cases": [examples.CASE], "cursor": None},
    ),
    Route(
        key="GET /cards/{card_id}",
        name="getCard",
        summary="What a card did lately, and its case",
        description="From the card's history: time, amount, label and place, newest first, without what the history "
        "does not keep (id, currency). The case has more of the flagged ones.",
        scope=READ,
        answer=Card,
        parameters=(CARD_ID,),
        refusals={404: "Nothing is remembered of this card.", 422: "This is a card number, not a token."},
        answer_example=examples.CARD,
    ),
    Route(
        key="POST /cards/{card_id}/snooze",
        name="snoozeCard",
        summary="Put a card's case aside until a moment, or back",
        description="Until then it is out of the queue and its alerts are not sent. Decisions go on. At most 30 days.",
        scope=REVIEW,
        answer=Case,
        body=Snooze,
        parameters=(CARD_ID,),
        refusals={400: _UNREADABLE, 404: "The card has no open case.", 422: _WRONG},
        answer_example=examples.CASE,
        body_examples={"until": {"until": "2026-11-25T08:00:00Z"}, "back": {"until": None}},
    ),
    Route(
        key="GET /rules",
        name="getRules",
        summary="The rules that decide now, with version, author and time",
        description="As the answering process has them: a change takes up to half a minute to reach every one.",
        scope=READ,
        answer=LiveRules,
        answer_example=examples.RULES,
    ),
    Route(
        key="GET /openapi.json",
        name="getDescription",
        summary="This description",
        description="OpenAPI 3.1, generated from the types of the contract.",
        scope=READ,
        answer=None,
    ),
)
