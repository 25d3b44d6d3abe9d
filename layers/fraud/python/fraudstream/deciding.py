"""From scores and rules to decisions."""

from collections.abc import Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from fraudstream.contract import Decision, Reason, canonical, from_epoch_ms
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION
from fraudstream.ports import DecisionRecord
from fraudstream.records import Accepted
from fraudstream.rules import OUTCOMES, Fired
from fraudstream.scoring import Scores
from fraudstream.wording import in_words

_REASONS = 5

APPROVE, REVIEW, BLOCK = 0, 1, 2
"""Positions in `rules.OUTCOMES`, in rising severity."""


def outcomes(scores: Scores | None, fired: Fired) -> NDArray[np.int64]:
    """Return the outcome of each row, shape (n,): the severest of what the score and the rules say.

    Without scores nothing is approved in silence: a row is approved only where a rule says that it is safe.
    """
    if scores is None:
        severity = np.where(fired.any_of("approve"), APPROVE, REVIEW)
    else:
        limits = scores.thresholds
        severity = (scores.values >= limits.review).astype(np.int64) + (scores.values >= limits.block)
    severity = np.where(fired.any_of("review"), np.maximum(severity, REVIEW), severity)
    return np.where(fired.any_of("block"), BLOCK, severity)


def decide(
    transactions: Sequence[Accepted],
    features: NDArray[np.float32],
    scores: Scores | None,
    fired: Fired,
    now_ms: int,
) -> list[DecisionRecord]:
    """Return a proposed decision for each transaction, with the features it was made from."""
    outcome = [OUTCOMES[position] for position in outcomes(scores, fired).tolist()]
    values = scores.values.tolist() if scores is not None else [None] * len(transactions)
    any_fired = np.asarray(fired.matrix.any(axis=1)).tolist()
    reasons = _reasons(transactions, features, scores)
    packed = features.astype("<f4").tobytes()
    width = features.shape[1] * 4
    decided_at = from_epoch_ms(now_ms)
    records = []
    for row, accepted in enumerate(transactions):
        transaction = accepted.transaction
        decision = Decision(
            transaction_id=transaction.transaction_id,
            card_id=transaction.card_id,
            terminal_id=transaction.terminal,
            event_time=canonical(transaction.event_time, transaction.event_time_ms),
            amount_minor=transaction.amount_minor,
            currency=transaction.currency,
            decision=outcome[row],
            fraud_score=values[row],
            scored_by="endpoint" if scores is not None else "rules",
            rules_fired=fired.names(row) if any_fired[row] else (),
            reasons=reasons.get(row, ()),
            model_version=scores.model_version if scores is not None else None,
            rules_version=fired.rule_set.version,
            features_version=FEATURES_VERSION,
            decided_at=decided_at,
        )
        records.append(
            DecisionRecord(
                decision=decision,
                features=packed[row * width : (row + 1) * width],
                payload_hash=transaction.payload_hash,
                source=accepted.record.source,
            )
        )
    return records


def _reasons(
    transactions: Sequence[Accepted], features: NDArray[np.float32], scores: Scores | None
) -> dict[int, tuple[Reason, ...]]:
    """Return what raised the scores of the explained rows most, the largest contribution (in log-odds) first."""
    explained = scores.contributions if scores is not None else {}
    return {
        row: _largest(features[row].tolist(), contributions, transactions[row].transaction.currency)
        for row, contributions in explained.items()
    }


def _largest(values: Sequence[float], contributions: Sequence[float], currency: str) -> tuple[Reason, ...]:
    columns = sorted(range(len(FEATURE_NAMES)), key=lambda column: -contributions[column])[:_REASONS]
    return tuple(
        Reason(
            feature=FEATURE_NAMES[column],
            value=None if isnan(values[column]) else values[column],
            contribution=contributions[column],
            text=in_words(FEATURE_NAMES[column], values[column], currency),
        )
        for column in columns
        if contributions[column] > 0
    )
