"""The routes of `serve_api`: deciding, labels, and what reviewing asks for."""

from fraudstream.api.live_rules import LiveRules
from fraudstream.api.past import Card
from fraudstream.api.requests import Finding, SentLabel, Snooze
from fraudstream.api.similar import SimilarCases
from fraudstream.api.terminals import Terminal
from fraudstream.contract import Case, Decision, Transaction

from docs.openapi import examples
from docs.openapi.answers import QueuePage, Taken, TakenAll
from docs.openapi.parameters import CARD_ID, MERCHANT, MOST_SIMILAR, OF_THE_QUEUE, TERMINAL_ID, TRANSACTION_ID
from docs.openapi.route import MACHINES, READ, REVIEW, Route

_UNREADABLE = "The body is not JSON as the contract reads it, or too large."
_WRONG = "Read, and something is wrong with it: `reason` says what."
ROUTES: tuple[Route, ...] = (
    Route(
        key="POST /transactions",
        name="decideTransaction",
        summary="Decide a transaction now",
        description="By the same pipeline as the stream's. The same transaction again is answered with the decision "
        "that stands; another payload under its id is refused with 409.",
        served_by="serve_api",
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
        served_by="serve_api",
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
        served_by="serve_api",
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
        served_by="serve_api",
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
        served_by="serve_api",
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
        served_by="serve_api",
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
        served_by="serve_api",
        scope=REVIEW,
        answer=Case,
        body=Snooze,
        parameters=(CARD_ID,),
        refusals={400: _UNREADABLE, 404: "The card has no open case.", 422: _WRONG},
        answer_example=examples.CASE,
        body_examples={"until": {"until": "2026-11-25T08:00:00Z"}, "back": {"until": None}},
    ),
    Route(
        key="GET /decisions/{transaction_id}/similar",
        name="getSimilar",
        summary="Recent cases of other cards that are like a transaction",
        description="Open or closed, opened in the last 30 days, the latest 200, each by its transaction that is most "
        "like this one: same terminal and rules, near amount and score, same hour. The most alike come first.",
        served_by="serve_api",
        scope=READ,
        answer=SimilarCases,
        parameters=(TRANSACTION_ID, MOST_SIMILAR),
        refusals={404: "Nothing was decided under this id.", 422: "A parameter is none of what it may be."},
        answer_example=examples.SIMILAR,
    ),
    Route(
        key="GET /terminals/{terminal_id}",
        name="getTerminal",
        summary="What was paid at a terminal lately",
        description="From the terminal's history: time, amount, card as a number, and label, newest first.",
        served_by="serve_api",
        scope=READ,
        answer=Terminal,
        parameters=(TERMINAL_ID, MERCHANT),
        refusals={
            404: "Nothing is remembered of this terminal.",
            422: "A parameter is none of what it may be, or the id holds a card number.",
        },
        answer_example=examples.TERMINAL,
    ),
    Route(
        key="GET /rules",
        name="getRules",
        summary="The rules that decide now, with version, author and time",
        description="As the answering process has them: a change takes up to half a minute to reach every one.",
        served_by="serve_api",
        scope=READ,
        answer=LiveRules,
        answer_example=examples.RULES,
    ),
    Route(
        key="GET /openapi.json",
        name="getDescription",
        summary="This description",
        description="OpenAPI 3.1, generated from the types of the contract.",
        served_by="serve_api",
        scope=READ,
        answer=None,
    ),
)
