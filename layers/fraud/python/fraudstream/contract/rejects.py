"""Bad data as a value: why a record cannot be decided upon, and its bytes without card numbers."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Self

from fraudstream.contract.masking import mask_card_numbers

KEPT_OF_TOO_LARGE_BYTES = 16_384
# A card number cut in two by the truncation would no longer look like one: nothing that could begin one stays.
_CUT_CLEAN = b"0123456789 -./_:@+=~|\\uabcdefABCDEF\x00" + bytes(range(0x80, 0x100))


class RejectReason(StrEnum):
    """Every reason there is. The values are public: metrics, the quarantine and alarms use them."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    DUPLICATE_KEY = "duplicate_key"
    TOO_DEEP = "too_deep"
    NUMBER_INVALID = "number_invalid"
    CHARACTER_FORBIDDEN = "character_forbidden"
    CARD_NUMBER_IN_CARD_ID = "card_number_in_card_id"
    CARD_NUMBER_IN_PAYLOAD = "card_number_in_payload"
    TYPE_UNKNOWN = "type_unknown"
    SCHEMA_VERSION_UNSUPPORTED = "schema_version_unsupported"
    FIELD_MISSING = "field_missing"
    FIELD_INVALID = "field_invalid"
    TRANSACTION_ID_INVALID = "transaction_id_invalid"
    CARD_ID_INVALID = "card_id_invalid"
    TERMINAL_MISSING = "terminal_missing"
    TERMINAL_INVALID = "terminal_invalid"
    AMOUNT_INVALID = "amount_invalid"
    CURRENCY_UNKNOWN = "currency_unknown"
    EVENT_TIME_INVALID = "event_time_invalid"
    EVENT_TIME_IN_FUTURE = "event_time_in_future"
    EVENT_TIME_TOO_OLD = "event_time_too_old"
    LABEL_ON_TRANSACTION = "label_on_transaction"
    LABEL_INVALID = "label_invalid"
    LABEL_TIME_INVALID = "label_time_invalid"
    LABEL_TIME_IN_FUTURE = "label_time_in_future"
    LABEL_BEFORE_EVENT = "label_before_event"
    ID_CONFLICT = "id_conflict"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rejected:
    """A record that is quarantined.

    Attributes
    ----------
    reason
        One of the closed list.
    detail
        Where and what was expected, for people. It never quotes the record.
    data
        The record's bytes with card numbers masked: fit to be stored.
    """

    reason: RejectReason
    detail: str
    data: bytes

    @classmethod
    def of(cls, reason: RejectReason, detail: str, data: bytes) -> Self:
        """Return the refusal of a record, given its bytes as they came."""
        return cls(reason=reason, detail=detail, data=mask_card_numbers(data))

    @classmethod
    def too_large(cls, data: bytes, limit: int) -> Self:
        """Return the refusal of a record above the size limit: its beginning is kept, and a digest of all of it."""
        digest = blake2b(data, digest_size=16).hexdigest()
        kept = data[:KEPT_OF_TOO_LARGE_BYTES].rstrip(_CUT_CLEAN)
        detail = f"{len(data)} bytes, {limit} allowed; the first {len(kept)} are kept; BLAKE2b-128 of all: {digest}"
        return cls.of(RejectReason.TOO_LARGE, detail, kept)

    def __repr__(self) -> str:
        # Without the bytes, so that a refusal in a log or a traceback says nothing about the payment.
        return f"Rejected({self.reason}: {self.detail})"
