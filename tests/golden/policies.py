"""A published policy that uses all of the language, what it says of some rows, and decisions with rules in the shadow.

Never changed, as inputs.py: what was published once must read and decide the same ever after.
"""

import json
from dataclasses import replace

import msgspec
import numpy as np
from fraudstream.policy import canonical_json, read_policy
from fraudstream.policy.published import Published, digest, read_published
from fraudstream.ports import DecisionRecord
from fraudstream.scoring import Thresholds

from tests.golden import inputs
from tests.policies import Table, table

_EXPRESSIONS = (
    "amount >= 100 and not (10 <= hour_of_day < 20)",
    "entry_mode in ['ecom', 'moto'] or mcc not in [\"7995\"]",
    "terminal_risk_7d >= 0.7 and terminal_risk_7d == 7 / 10",
    "-amount + 2 * 3 % 4 < 1e2 / 10 - 5_0",
    "if_missing(card_count_1h, 0) <= min(1, 2) and max(amount, abs(-7)) != 8",
    "card_country != merchant_country and card_country is not missing",
    "starts_with(card_id, 'card') and ends_with(card_id, '_a') and contains(card_id, 'd_')",
    "event_time >= '2026-09-21T14:13:20Z' and weekday == 0",
    "score > 0.5 or score is missing and true",
    "merchant_country in risky",
)
_DOCUMENT = {
    "version": "golden-1",
    "rules": [
        {
            "name": f"rule_{number}",
            "because": "golden",
            "when": when,
            "outcome": ("review", "block", "approve")[number % 3],
            **({"shadow": True} if number % 4 == 3 else {}),
        }
        for number, when in enumerate(_EXPRESSIONS)
    ],
    "lists": [
        {"name": "risky", "of": "merchant_country", "effect": "none", "because": "b", "entries": [{"value": "NO"}]},
        {
            "name": "stolen",
            "of": "card_id",
            "effect": "block",
            "because": "reported",
            "entries": [{"value": "card_b", "until": "2026-09-22T00:00:00Z", "because": "lost"}, {"value": "card_c"}],
        },
        {"name": "trusted", "of": "terminal", "effect": "approve", "because": "ours", "entries": [], "shadow": True},
    ],
    "thresholds": {"review": 0.25},
    "snoozes": [{"rule": "rule_0", "until": "2026-10-01T00:00:00Z", "because": "too many"}],
}


def _rows() -> Table:
    nan = float("nan")
    return table(
        amount=[8, 150, 100, nan, 3],
        hour_of_day=[12, 3, 12, 3, nan],
        terminal_risk_7d=np.array([0.7, 0.5, nan, 0.7, 1], np.float32),
        card_count_1h=[0, 3, nan, 1, 0],
        score=[0.1, 0.6, nan, 0.95, 0.3],
        weekday=[0, 0, 1, 0, 0],
        event_time=[inputs.NOW_MS, inputs.NOW_MS - 1, inputs.NOW_MS, inputs.NOW_MS, nan],
        entry_mode=["ecom", "chip", None, "moto", "chip"],
        mcc=["7995", "5411", None, None, "7995"],
        card_id=["card_a", "card_b", "card_c", "x_a", None],
        card_country=["FR", "FR", None, "SE", "NO"],
        merchant_country=["FR", "NO", "NO", None, "SE"],
    )


def published() -> bytes:
    """The object of a published policy."""
    document = canonical_json(read_policy(json.dumps(_DOCUMENT).encode()))
    envelope = Published(
        version="golden-1",
        sha256=digest(document),
        author="arn:aws:iam::000000000000:user/ada",
        at="2026-09-21T14:13:20.000Z",
        why="it is golden",
        replaces="golden-0",
        changes=("+ list stolen: 2 entries (card_b, card_c)",),
        policy=msgspec.Raw(document),
        yaml="# as written\nversion: golden-1\n",
    )
    return msgspec.json.encode(envelope) + b"\n"


def said_by(body: bytes) -> bytes:
    """What a published policy says of each row: outcome, and names of what fired."""
    compiled = read_published(body)
    rows = _rows()
    evaluated = compiled.evaluate(rows, inputs.NOW_MS)
    outcomes = evaluated.outcomes(rows.number("score"), Thresholds(review=0.5, block=0.9)).tolist()
    said = [[outcomes[row], evaluated.names(row), evaluated.shadow_names(row)] for row in range(rows.rows)]
    return json.dumps(said, indent=1).encode() + b"\n"


def in_the_shadow() -> list[DecisionRecord]:
    """Return golden decisions beside which rules on trial fired."""
    first, second, *_ = inputs.decision_records()
    return [
        replace(record, decision=msgspec.structs.replace(record.decision, shadow_rules_fired=names))
        for record, names in ((first, ("on_trial", "also_on_trial")), (second, ("on_trial",)))
    ]
