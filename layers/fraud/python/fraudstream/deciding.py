"""From scores and rules to decisions."""

from collections.abc import Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from fraudstream.contract import Decision, Payment, Reason, Transaction, canonical, from_epoch_ms
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION
from fraudstream.policy import OUTCOMES, Evaluated
from fraudstream.ports import DecisionRecord
from fraudstream.records import Accepted
from fraudstream.scoring import Scores
from fraudstream.wording import in_words

_REASONS = 5
_NOTHING_SAID = Payment()


def decide(
    transactions: Sequence[Accepted],
    features: NDArray[np.float32],
    scores: Scores | None,
    evaluated: Evaluated,
    now_ms: int,
) -> list[DecisionRecord]:
    """Return a proposed decision for each transaction, with the features it was made from."""
    severities = (
        evaluated.outcomes(None, None) if scores is None else evaluated.outcomes(scores.values, scores.thresholds)
    )
    outcome = [OUTCOMES[position] for position in severities.tolist()]
    values = scores.values.tolist() if scores is not None else [None] * len(transactions)
    version = evaluated.compiled.version
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
            rules_fired=evaluated.names(row),
            reasons=reasons.get(row, ()),
            model_version=scores.model_version if scores is not None else None,
            rules_version=version,
            features_version=FEATURES_VERSION,
            decided_at=decided_at,
            shadow_rules_fired=evaluated.shadow_names(row),
            payment=None if outcome[row] == "approve" else _payment(transaction),
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


def _payment(transaction: Transaction) -> Payment | None:
    """Return what people look at: of what is flagged alone, or every approval would take more room in the table."""
    payment = Payment(**{name: getattr(transaction, name) for name in Payment.__struct_fields__})
    return None if payment == _NOTHING_SAID else payment


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
