"""The routes of `serve_rules`: rules checked, tried and published by people."""

from fraudstream.api.editing import BacktestStarted, BacktestTold, Checked, Draft, Publication, PublishedRules, Trial

from docs.openapi import examples_rules as examples
from docs.openapi.parameters import Parameter
from docs.openapi.route import RULES, Route

_UNREADABLE = "The body is not JSON as the contract reads it, or larger than a million bytes."
_INVALID = (
    "A field is none of what it may be, or the rules are not valid (`rules_invalid`): `POST /rules/checks` says where."
)
_BACKTEST_ID = Parameter(
    name="backtest_id",
    place="path",
    description="As `POST /rules/backtests` gave it.",
    schema={"type": "string", "pattern": "^bt-[a-p]{32}$"},
    example=examples.STARTED["backtest_id"],
)
ROUTES: tuple[Route, ...] = (
    Route(
        key="POST /rules/checks",
        name="checkRules",
        summary="Whether a rules file is valid, where it is not, and what it would change",
        description="Nothing is kept. Of a file that can be read every mistake is told, at most fifty; else the first. "
        "The changes are those against the rules that are live.",
        served_by="serve_rules",
        scope=RULES,
        people_only=True,
        answer=Checked,
        body=Draft,
        refusals={400: _UNREADABLE, 422: "A field is none of what it may be."},
        answer_example=examples.CHECKED,
        body_examples={"draft": examples.DRAFT},
    ),
    Route(
        key="POST /rules/backtests",
        name="startBacktest",
        summary="Try a rules file on the last days of the archive",
        description="Goes on by itself for up to fifteen minutes, one at a time in a stack. What was asked for and the "
        "report are kept for a week.",
        served_by="serve_rules",
        scope=RULES,
        people_only=True,
        answer=BacktestStarted,
        status=202,
        body=Trial,
        refusals={400: _UNREADABLE, 409: "Another backtest is under way (`busy`): start yours later.", 422: _INVALID},
        answer_example=examples.STARTED,
        body_examples={"month": examples.TRIAL},
    ),
    Route(
        key="GET /rules/backtests/{backtest_id}",
        name="getBacktest",
        summary="How far a backtest is, and what it found",
        description="To be asked every second or two until `state` is `done` or `failed`. The report is the one of "
        "`make backtest`; where more rows were decided than are tried, `period.share_of_cards` says of which share of "
        "the cards it is.",
        served_by="serve_rules",
        scope=RULES,
        people_only=True,
        answer=BacktestTold,
        parameters=(_BACKTEST_ID,),
        refusals={404: "No backtest has this id, or it is older than a week.", 422: "A parameter that is not known."},
        answer_example=examples.TOLD,
    ),
    Route(
        key="POST /rules",
        name="publishRules",
        summary="Make a rules file live",
        description="As `make rules` does: every version stays, the log says who, when and why, and each can be gone "
        "back to. The author is told by the token, as a digest. Sent again by the same person, it tells the same.",
        served_by="serve_rules",
        scope=RULES,
        people_only=True,
        answer=PublishedRules,
        status=201,
        body=Publication,
        refusals={
            400: _UNREADABLE,
            409: "Others are live by now than `replaces` says (`rules_conflict`: `live` says whose), or the version "
            "stands for other rules (`version_taken`).",
            422: _INVALID,
        },
        answer_example=examples.PUBLISHED,
        body_examples={"publication": examples.PUBLICATION},
    ),
)
