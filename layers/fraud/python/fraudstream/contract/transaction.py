"""A payment as its producer sends it."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from fraudstream.contract import fields as of
from fraudstream.contract.meaning import payload_hash, terminal_key


class Transaction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One card payment event: valid, and free of card numbers. Made by `decode_record` only.

    Required and optional fields are the contract's. An optional field that is None was left out, or sent as null.

    Attributes
    ----------
    event_time_ms
        `event_time` in milliseconds since 1970.
    raw
        The JSON object as it was sent, unknown fields included, on one line.
    meaning
        The known fields in one canonical encoding.
    unknown
        The fields the contract does not know; None where there are none.
    """

    schema_version: of.SchemaVersion
    # Unset only until the decoder has set it: it must know whether the key was there.
    type: of.TransactionKind | UnsetType = UNSET
    transaction_id: of.TransactionId
    event_time: of.EventTime
    card_id: of.CardId
    amount_minor: of.AmountMinor
    currency: of.Currency
    terminal_id: of.TerminalId | None = None
    merchant_id: of.MerchantId | None = None
    customer_id: of.CustomerId | None = None
    transaction_type: of.TransactionType | None = None
    mcc: of.Mcc | None = None
    merchant_category: of.MerchantCategory | None = None
    entry_mode: of.EntryMode | None = None
    merchant_country: of.Country | None = None
    merchant_city: of.MerchantCity | None = None
    merchant_lat: of.Latitude | None = None
    merchant_lon: of.Longitude | None = None
    card_lat: of.Latitude | None = None
    card_lon: of.Longitude | None = None
    card_country: of.Country | None = None
    card_bin: of.CardBin | None = None
    card_brand: of.CardBrand | None = None
    device_id: of.DeviceId | None = None
    ip: of.Ip | None = None
    email_hash: of.EmailHash | None = None
    auth_response: of.AuthResponse | None = None
    cvc_check: of.CvcCheck | None = None
    avs_check: of.AvsCheck | None = None
    three_ds: of.ThreeDs | None = None
    attributes: of.Attributes | None = None

    # Ours, not the producer's: the names they would have in JSON hold a control character, which no record may have.
    event_time_ms: int = field(default=0, name="\x7fevent_time_ms")
    raw: bytes = field(default=b"", name="\x7fraw")
    meaning: bytes = field(default=b"", name="\x7fmeaning")
    unknown: dict[str, Any] | None = field(default=None, name="\x7funknown")

    @property
    def terminal(self) -> str:
        """Key of the terminal: `terminal_id`, else `merchant#` and `merchant_id`. The two never meet."""
        return terminal_key(self.terminal_id, self.merchant_id)

    @property
    def payload_hash(self) -> str:
        """Hash of what the payload says, whatever the order of its keys: 32 hex digits. Computed at each call."""
        return payload_hash(self.meaning, self.unknown)

    def __repr__(self) -> str:
        # The id alone: a transaction in a log or a traceback says nothing about the payment.
        return f"Transaction({self.transaction_id!r})"
