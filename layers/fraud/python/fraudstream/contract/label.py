"""What a payment turned out to be."""

from typing import Any, Literal

from msgspec import Struct, field

from fraudstream.contract import fields as of
from fraudstream.contract.meaning import payload_hash, terminal_key


class Label(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The truth about one transaction, as it became known. Made by `decode_record` only.

    On the stream it repeats the transaction's card, terminal and time, so that it finds the event in both histories.

    Attributes
    ----------
    event_time_ms, label_time_ms
        The transaction's time and the label's, in milliseconds since 1970; the label's is not the earlier one.
    raw
        The JSON object as it was sent, unknown fields included, on one line.
    meaning
        The known fields in one canonical encoding.
    unknown
        The fields the contract does not know; None where there are none.
    """

    schema_version: of.SchemaVersion
    type: Literal["label"]
    transaction_id: of.TransactionId
    label: of.LabelValue
    label_time: of.LabelTime
    source: of.LabelSource
    card_id: of.CardId
    event_time: of.EventTime
    terminal_id: of.TerminalId | None = None
    merchant_id: of.MerchantId | None = None

    # Ours, not the producer's: the names they would have in JSON hold a control character, which no record may have.
    event_time_ms: int = field(default=0, name="\x7fevent_time_ms")
    label_time_ms: int = field(default=0, name="\x7flabel_time_ms")
    raw: bytes = field(default=b"", name="\x7fraw")
    meaning: bytes = field(default=b"", name="\x7fmeaning")
    unknown: dict[str, Any] | None = field(default=None, name="\x7funknown")

    @property
    def terminal(self) -> str:
        """Key of the terminal, as on the transaction: write the same fields on both."""
        return terminal_key(self.terminal_id, self.merchant_id)

    @property
    def is_fraud(self) -> bool:
        """Whether the payment was fraud."""
        return self.label == "fraud"

    @property
    def payload_hash(self) -> str:
        """Hash of what the payload says, whatever the order of its keys: 32 hex digits. Computed at each call."""
        return payload_hash(self.meaning, self.unknown)

    def __repr__(self) -> str:
        # The id alone: a label in a log or a traceback says nothing about the payment.
        return f"Label({self.transaction_id!r})"
