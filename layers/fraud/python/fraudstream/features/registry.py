"""The features a model sees: the one list from which order, documentation and schema hash follow."""

from dataclasses import dataclass
from hashlib import blake2b

from fraudstream.histories.entries import LABEL_STEP_MS
from fraudstream.histories.policy import CARD, RETENTION_MS, TERMINAL

FEATURES_VERSION = "2"
"""Raised whenever a value would differ for the same events."""
LABEL_DELAY_SECONDS = 7 * 86_400
"""A transaction this old and not reported counts as legitimate."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the model's input."""

    name: str
    unit: str
    window: str
    meaning: str


REGISTRY: tuple[Feature, ...] = (
    # The payment itself.
    Feature("amount", "currency", "", "amount of this transaction, in whole units of its currency"),
    Feature("hour_of_day", "hour", "", "hour of the event time, UTC, 0 to 23"),
    Feature("is_card_not_present", "0/1", "", "entry mode is e-commerce or mail/telephone order"),
    Feature("card_merchant_distance", "km", "", "straight line between the card's and the merchant's coordinates"),
    # The card's past.
    Feature("card_count_1h", "transactions", "1 h", "transactions of this card before this one"),
    Feature("card_count_24h", "transactions", "24 h", "transactions of this card before this one"),
    Feature("card_count_30d", "transactions", "30 d", "transactions of this card before this one"),
    Feature("card_amount_mean_7d", "currency", "7 d", "mean amount of this card"),
    Feature("card_amount_mean_30d", "currency", "30 d", "mean amount of this card"),
    Feature("card_amount_std_30d", "currency", "30 d", "standard deviation of this card's kept amounts"),
    Feature("card_amount_max_30d", "currency", "30 d", "largest of this card's kept amounts"),
    Feature("card_amount_ratio_24h", "ratio", "24 h", "this amount over the card's mean"),
    Feature("card_amount_ratio_7d", "ratio", "7 d", "this amount over the card's mean"),
    Feature("card_amount_ratio_30d", "ratio", "30 d", "this amount over the card's mean"),
    Feature("card_amount_zscore_30d", "deviations", "30 d", "this amount less the mean, in standard deviations"),
    Feature("card_amount_median_ratio", "ratio", "kept", "this amount over the median of this card's kept amounts"),
    Feature("card_amount_rank", "share", "kept", "share of this card's kept amounts below this one"),
    Feature("card_above_2x_median_7d", "transactions", "7 d", "amounts over twice the card's median"),
    Feature("card_above_3x_median_14d", "transactions", "14 d", "amounts over three times the card's median"),
    Feature("card_tenth_median_count_1h", "transactions", "1 h", "amounts under a tenth of the card's median"),
    Feature("card_genuine_mean", "currency", "kept", "mean of amounts past the label delay and not known as fraud"),
    Feature("card_genuine_ratio", "ratio", "kept", "this amount over the mean of the card's genuine ones"),
    Feature("card_seconds_since_last", "s", "45 d", "since this card's last transaction"),
    Feature("card_seconds_since_fraud", "s", "kept", "since this card's last transaction known as fraud"),
    Feature("card_terminal_visits", "transactions", "kept", "earlier transactions of this card at this terminal"),
    Feature("card_category_visits", "transactions", "kept", "earlier transactions of this card in this category"),
    Feature("card_country_visits", "transactions", "kept", "earlier transactions of this card in this country"),
    Feature("card_implied_speed", "km/h", "kept", "straight from where this card was last present to here"),
    # The terminal's past.
    Feature("terminal_count_1h", "transactions", "1 h", "transactions at this terminal before this one"),
    Feature("terminal_count_7d", "transactions", "7 d", "transactions at this terminal before this one"),
    Feature("terminal_count_28d", "transactions", "28 d", "transactions at this terminal before this one"),
    Feature("terminal_new_cards_1h", "cards", "1 h", "cards here in the last hour that were not here before"),
    Feature("terminal_frauds_7d", "transactions", "7 d + delay", "known frauds at this terminal"),
    Feature("terminal_frauds_28d", "transactions", "28 d + delay", "known frauds at this terminal"),
    Feature("terminal_risk_1d", "share", "1 d + delay", "known frauds over transactions whose label is due"),
    Feature("terminal_risk_7d", "share", "7 d + delay", "known frauds over transactions whose label is due"),
    Feature("terminal_risk_28d", "share", "28 d + delay", "known frauds over transactions whose label is due"),
    Feature("terminal_fraud_run", "transactions", "kept", "known frauds here since the last genuine transaction"),
    Feature("terminal_fraud_run_age", "s", "kept", "since the first of the known frauds in an unbroken run here"),
    Feature("terminal_fraud_run_cards", "cards", "kept", "distinct cards in an unbroken run of known frauds here"),
    Feature("terminal_seconds_since_fraud", "s", "45 d", "since the last known fraud at this terminal"),
    Feature("terminal_seconds_since_genuine", "s", "kept", "since the last genuine transaction whose label is due"),
)

FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in REGISTRY)


def _schema_hash() -> str:
    """Hash what the numbers depend on: names, order, version, delay and what histories keep."""
    parts = (*FEATURE_NAMES, FEATURES_VERSION, LABEL_DELAY_SECONDS, LABEL_STEP_MS, CARD, TERMINAL, RETENTION_MS)
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()


SCHEMA_HASH: str = _schema_hash()
"""Sixteen hexadecimal digits that travel with every model; a model made for another hash is refused."""
