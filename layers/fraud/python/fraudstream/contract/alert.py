"""What goes out to people and their systems."""

from typing import Annotated

from msgspec import Meta, Struct

from fraudstream.contract import fields as of
from fraudstream.contract.case import AlertCase
from fraudstream.contract.decision import Decision


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One flagged transaction, as the JSON message of the alert topic. The subject line travels beside it.

    Attributes
    ----------
    where, case
        Every alert has them; None in those sent before there were cases.

    Raises
    ------
    ValueError
        If the id is not the transaction's, or the transaction was approved.
    """

    alert_id: of.TransactionId
    decision: Decision
    reasons_in_words: Annotated[list[str], Meta(min_length=1, description="Why, in sentences for an analyst.")]
    console_url: Annotated[str, Meta(min_length=1, description="The transaction in the analyst's pages.")] | None
    where: Annotated[str, Meta(min_length=1, description="Where it was paid, as its sender wrote it.")] | None = None
    case: Annotated[AlertCase, Meta(description="Its case, as it stood when this was sent.")] | None = None

    def __post_init__(self) -> None:
        if self.alert_id != self.decision.transaction_id:
            raise ValueError("alert_id is the transaction_id: the same alert has the same id whenever it is sent again")
        if self.decision.decision == "approve":
            raise ValueError("an approved transaction is no alert")

    @property
    def event(self) -> str:
        """What the transaction did to its case; a case of its own where none is named."""
        return "opened" if self.case is None else self.case.event
