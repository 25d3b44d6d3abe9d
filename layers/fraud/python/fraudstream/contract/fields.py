"""The types of the contract's fields, each with what producers and schemas are told about it."""

from string import ascii_uppercase
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from fraudstream.contract.currency import EXPONENT
from fraudstream.contract.instants import PATTERN

LARGEST_INT64 = 2**63 - 1

# Controls, the ends of lines that JSON does not know as such, and what turns the direction of writing (so that text
# reads differently from what it is). In identifiers also what no one sees: two that look alike must be alike.
UNSAFE = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
UNSEEN = r"\xad\u180e\u200b-\u200d\u2060-\u2065\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
NOT_IN_CARD_ID = r"[^A-Za-z0-9._:@/+=~|-]"
MERCHANT_PREFIX = "merchant#"
"""Begins the key of a terminal that is known by its merchant only; no `terminal_id` may begin so."""


def _identifier(refused: str = "") -> dict[str, Any]:
    return {"pattern": r"\S", "not": {"pattern": f"{refused}[{UNSAFE}{UNSEEN}]"}}


TransactionKind = Annotated[Literal["transaction"], Meta(description="May be left out.")]
SchemaVersion = Annotated[Literal[1], Meta(description="Version of this contract.")]
TransactionId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="Names the payment for good: the same id is the same payment, whenever it is sent again.",
        extra_json_schema=_identifier(),
    ),
]
CardId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="Token for the card, never its number. Letters, digits and . _ : @ / + = ~ | -",
        extra_json_schema={"not": {"pattern": NOT_IN_CARD_ID}},
    ),
]
TerminalId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description=f"The device. Must not begin with {MERCHANT_PREFIX}",
        extra_json_schema=_identifier(f"^{MERCHANT_PREFIX}|"),
    ),
]
MerchantId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="The acceptor; stands for the device where there is no terminal_id.",
        extra_json_schema=_identifier(),
    ),
]
# In Python's dialect $ also matches before a last newline; the `not` makes the patterns mean one thing everywhere.
_ONE_LINE: dict[str, Any] = {"not": {"pattern": r"\n"}}
INSTANT: dict[str, Any] = {"format": "date-time", "pattern": f"^{PATTERN}$", **_ONE_LINE}
EventTime = Annotated[
    str,
    Meta(
        description="When it happened at the terminal: RFC 3339, UTC, at most three decimals of a second.",
        extra_json_schema=INSTANT,
    ),
]
LabelTime = Annotated[
    str,
    Meta(
        description="When the label became known, written like event_time and not before it.",
        extra_json_schema=INSTANT,
    ),
]
AmountMinor = Annotated[
    int,
    Meta(
        ge=0,
        le=LARGEST_INT64,
        description="Amount in minor units of the currency: 1250 is 12.50 EUR, 1250 JPY, 1.250 KWD. A JSON integer.",
    ),
]


def _text(longest: int, description: str) -> Meta:
    refused = {"not": {"pattern": f"[{UNSAFE}]"}}
    return Meta(min_length=1, max_length=longest, description=description, extra_json_schema=refused)


CustomerId = Annotated[str, _text(64, "Your customer.")]
MerchantCategory = Annotated[str, _text(128, "The merchant's trade in words.")]
MerchantCity = Annotated[str, _text(128, "Where the merchant is.")]
CardBrand = Annotated[str, _text(32, "The card's scheme.")]
DeviceId = Annotated[str, _text(128, "The customer's device.")]
AuthResponse = Annotated[str, _text(32, "The issuer's answer, as received.")]
CvcCheck = Annotated[str, _text(32, "Outcome of the security code's check.")]
AvsCheck = Annotated[str, _text(32, "Outcome of the address check.")]
ThreeDs = Annotated[str, _text(32, "Outcome of 3-D Secure.")]

MCC = r"^[0-9]{4}$"
BIN = r"^[0-9]{6,8}$"
Mcc = Annotated[
    str, Meta(min_length=4, max_length=4, description="Merchant category code.", extra_json_schema={"pattern": MCC})
]
CardBin = Annotated[
    str,
    Meta(
        min_length=6, max_length=8, description="First 6 or 8 digits of the card.", extra_json_schema={"pattern": BIN}
    ),
]
Ip = Annotated[
    str,
    Meta(
        max_length=45,
        pattern=r"^[0-9A-Fa-f.:]{2,45}$",
        description="The customer's address, IPv4 or IPv6.",
        extra_json_schema=_ONE_LINE,
    ),
]
EmailHash = Annotated[
    str,
    Meta(
        max_length=128,
        pattern=r"^[0-9A-Za-z+/=_-]{16,128}$",
        description="Digest of the address, hex or Base64; never the address.",
        extra_json_schema=_ONE_LINE,
    ),
]
Latitude = Annotated[float, Meta(ge=-90, le=90, description="Degrees north.")]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="Degrees east.")]

TransactionType = Annotated[
    Literal["purchase", "cash", "refund", "reversal", "verify"], Meta(description="What was asked for.")
]
EntryMode = Annotated[
    Literal["chip", "contactless", "swipe", "manual", "ecom", "moto", "wallet"],
    Meta(description="How the card was read."),
]
LabelValue = Annotated[Literal["fraud", "legitimate"], Meta(description="What the payment was.")]
LabelSource = Annotated[Literal["chargeback", "analyst", "customer"], Meta(description="Who says so.")]
Attributes = Annotated[dict[str, Any], Meta(description="Anything else, kept as it is.")]

COUNTRY = r"^[A-Z]{2}$"
if TYPE_CHECKING:
    Currency = str
    Country = str
else:
    # Looked up in C, where a pattern would be matched in Python: a fifth of the time. Any two capitals are taken as a
    # country, as codes outside ISO 3166 (XK, EU) are in use and a payment should not fail on one.
    _pairs = tuple(first + second for first in ascii_uppercase for second in ascii_uppercase)
    Currency = Annotated[Literal[tuple(EXPONENT)], Meta(description="ISO 4217, three letters.")]
    Country = Annotated[Literal[_pairs], Meta(description="ISO 3166-1, two capital letters.")]
