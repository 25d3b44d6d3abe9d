"""An investigator's unit of work: the flagged transactions of one card that belong together."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fraudstream.contract import fields as of
from fraudstream.contract.decision import Moment, Name, Score, TerminalKey

CaseId = Annotated[str, Meta(min_length=1, description="Names the case: of one card and its first transaction.")]
Event = Annotated[
    Literal["opened", "escalated", "updated"],
    Meta(
        description="opened: the case's first transaction. escalated: it became worse, the first that was blocked or "
        "the 5th, 10th, 20th, 40th... one. updated: one more."
    ),
]
Severity = Annotated[Literal["medium", "high"], Meta(description="high: something was blocked.")]
Place = Annotated[int, Meta(ge=1, description="Which of the case's transactions it is, 1 the first.")]
Amounts = Annotated[
    dict[of.Currency, int], Meta(description="Sum of the flagged amounts, in minor units, by currency.")
]


class Disposition(Struct, frozen=True, kw_only=True):
    """What a flagged transaction turned out to be: its latest label."""

    label: of.LabelValue
    label_time: Moment
    source: of.LabelSource


class CaseTransaction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One flagged transaction of a case."""

    transaction_id: of.TransactionId
    event_time: Moment
    amount_minor: of.AmountMinor
    currency: of.Currency
    terminal_id: TerminalKey
    decision: Annotated[Literal["review", "block"], Meta(description="What was done.")]
    fraud_score: Score | None
    rules_fired: tuple[Name, ...]
    decided_at: Moment
    sequence: Place = 1
    disposition: Disposition | None = None


class Milestone(Struct, frozen=True, kw_only=True):
    """A transaction that opened a case or made it worse, kept as long as the case: so a retry says the same."""

    transaction_id: of.TransactionId
    sequence: Place
    event: Annotated[Literal["opened", "escalated"], Meta(description="What it did to the case.")]


class Case(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The flagged transactions of one card, until a person or a chargeback has disposed of each.

    Attributes
    ----------
    opened_at
        When the oldest of its transactions was decided.
    updated_at
        When the latest of its transactions was decided or disposed of.
    transactions
        The newest hundred, in the order in which they were decided.
    count, amounts
        Of all its transactions, those no longer listed too.
    severity
        The worst so far.
    milestones
        What opened it and what made it worse.
    snoozed_until
        Until then nothing of this card is sent to anybody; decisions, case and queue go on.
    """

    case_id: CaseId
    card_id: of.CardId
    opened_at: Moment
    updated_at: Moment
    transactions: tuple[CaseTransaction, ...]
    count: Annotated[int, Meta(ge=1)]
    amounts: Amounts
    severity: Severity
    milestones: tuple[Milestone, ...]
    snoozed_until: Moment | None = None

    @property
    def is_open(self) -> bool:
        """True while a listed transaction waits for its disposition."""
        return any(t.disposition is None for t in self.transactions)


class AlertCase(Struct, frozen=True, kw_only=True):
    """The case of an alert's transaction, as it stood when the alert was sent."""

    case_id: CaseId
    event: Event
    sequence: Place
    transactions: Annotated[int, Meta(ge=1, description="How many flagged transactions the case has so far.")]
    amounts: Amounts
