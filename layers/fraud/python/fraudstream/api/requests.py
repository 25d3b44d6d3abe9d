"""What people send: labels, findings of analysts, and until when a case is put aside."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from fraudstream.contract import fields as of

_NOTE: dict[str, Any] = {"not": {"pattern": f"[{of.UNSAFE}]"}}
Note = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        description="In the analyst's words; kept with the label. Refused if it holds a card number.",
        extra_json_schema=_NOTE,
    ),
]
Moment = Annotated[
    str, Meta(description="RFC 3339, UTC, at most three decimals of a second.", extra_json_schema=of.INSTANT)
]


class SentLabel(Struct, frozen=True, kw_only=True):
    """What one transaction turned out to be; card, terminal and time are looked up. Unknown fields are kept.

    For the description of the API: what comes is read by `labelling.complete`.
    """

    transaction_id: of.TransactionId
    label: of.LabelValue
    source: of.LabelSource
    label_time: of.LabelTime | UnsetType = UNSET
    type: Literal["label"] | UnsetType = UNSET
    schema_version: of.SchemaVersion | UnsetType = UNSET


class Finding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an analyst found: of one transaction, or of all that is open in a card's case.

    Attributes
    ----------
    seen_at
        With `card_id`: transactions decided later are left open.
    """

    disposition: of.LabelValue
    transaction_id: of.TransactionId | UnsetType = UNSET
    card_id: of.CardId | UnsetType = UNSET
    seen_at: (
        Annotated[
            str,
            Meta(
                description="With card_id: what was decided later is left open. Name the updated_at that you saw.",
                extra_json_schema=of.INSTANT,
            ),
        ]
        | UnsetType
    ) = UNSET
    note: Note | UnsetType = UNSET


class Snooze(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until when a card's case stays out of the queue and its alerts are not sent; null puts it back."""

    until: Moment | None
