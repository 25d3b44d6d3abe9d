"""The machine's answer to a transaction."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fraudstream.contract import fields as of

Outcome = Annotated[
    Literal["approve", "review", "block"], Meta(description="What is done: let pass, have a person look, refuse.")
]
ScoredBy = Annotated[
    Literal["endpoint", "rules"], Meta(description="rules: no model was to be had in time, rules alone decided.")
]
Score = Annotated[float, Meta(ge=0, le=1, description="The model's probability of fraud; null if rules decided.")]
TerminalKey = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64 + len(of.MERCHANT_PREFIX),
        description=f"The transaction's terminal_id; {of.MERCHANT_PREFIX} and its merchant_id where it has none.",
    ),
]
Moment = Annotated[str, Meta(description="RFC 3339, UTC, three decimals.", extra_json_schema=of.INSTANT)]
Name = Annotated[str, Meta(min_length=1)]
Sentence = Annotated[str, Meta(min_length=1, description="Feature and value in words, for an analyst.")]


ShadowNames = Annotated[
    tuple[Name, ...], Meta(description="Rules on trial that fired too. They had no say in the decision.")
]


class Reason(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one feature added to the score.

    Attributes
    ----------
    value
        The feature's value; None where it is missing.
    contribution
        Its exact SHAP value, in log-odds: above 0 speaks for fraud.
    text
        Feature and value as a phrase, written once with the decision; None in decisions made before there was one.
    """

    feature: Name
    value: float | None
    contribution: float
    text: Sentence | None = None


class Payment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Merchant, place and manner of a flagged transaction, as its sender wrote them: what an analyst looks at first."""

    merchant_id: of.MerchantId | None = None
    transaction_type: of.TransactionType | None = None
    mcc: of.Mcc | None = None
    merchant_category: of.MerchantCategory | None = None
    entry_mode: of.EntryMode | None = None
    merchant_country: of.Country | None = None
    merchant_city: of.MerchantCity | None = None
    merchant_lat: of.Latitude | None = None
    merchant_lon: of.Longitude | None = None
    card_country: of.Country | None = None
    auth_response: of.AuthResponse | None = None
    cvc_check: of.CvcCheck | None = None
    avs_check: of.AvsCheck | None = None
    three_ds: of.ThreeDs | None = None


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was decided on one transaction, by which versions. Written once and never changed; a label may join it.

    Attributes
    ----------
    payment
        Of a flagged transaction what it said of merchant, place and manner; None where it said nothing of them, of an
        approved one, and in decisions made before there was this.

    Raises
    ------
    ValueError
        If a decision by rules names a score or model, or one by the endpoint lacks them.
    """

    transaction_id: of.TransactionId
    card_id: of.CardId
    terminal_id: TerminalKey
    event_time: Moment
    amount_minor: of.AmountMinor
    currency: of.Currency
    decision: Outcome
    fraud_score: Score | None
    scored_by: ScoredBy
    rules_fired: tuple[Name, ...]
    reasons: tuple[Reason, ...]
    model_version: Name | None
    rules_version: Name
    features_version: Name
    decided_at: Moment
    label: of.LabelValue | None = None
    label_time: of.LabelTime | None = None
    label_source: of.LabelSource | None = None
    shadow_rules_fired: ShadowNames = ()
    payment: Payment | None = None

    def __post_init__(self) -> None:
        by_endpoint = self.scored_by == "endpoint"
        if (self.fraud_score is not None) != by_endpoint or (self.model_version is not None) != by_endpoint:
            raise ValueError("a score and a model version go with scored_by endpoint, and only with it")
