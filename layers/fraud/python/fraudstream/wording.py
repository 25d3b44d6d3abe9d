"""Features in words, for people who read alerts."""

import math

_SENTENCES: dict[str, str] = {
    "amount": "the amount is {:.2f}",
    "hour_of_day": "it happened at {:.0f} o'clock UTC",
    "is_weekend": "weekend ({:.0f} = yes)",
    "is_card_not_present": "card not present ({:.0f} = yes)",
    "is_cross_border": "merchant abroad ({:.0f} = yes)",
    "card_merchant_distance": "{:.0f} km between card and merchant",
    "card_count_1h": "{:.0f} transactions of this card in the hour before",
    "card_count_24h": "{:.0f} transactions of this card in 24 hours before",
    "card_count_7d": "{:.0f} transactions of this card in 7 days before",
    "card_count_30d": "{:.0f} transactions of this card in 30 days before",
    "card_amount_mean_7d": "this card's mean amount in 7 days is {:.2f}",
    "card_amount_mean_30d": "this card's mean amount in 30 days is {:.2f}",
    "card_amount_std_30d": "this card's amounts vary by {:.2f}",
    "card_amount_max_30d": "this card's largest amount in 30 days was {:.2f}",
    "card_amount_ratio_24h": "{:.1f} times this card's mean of 24 hours",
    "card_amount_ratio_7d": "{:.1f} times this card's mean of 7 days",
    "card_amount_ratio_30d": "{:.1f} times this card's mean of 30 days",
    "card_amount_zscore_30d": "{:.1f} standard deviations above this card's mean",
    "card_amount_median_ratio": "{:.1f} times this card's usual amount",
    "card_amount_rank": "larger than {:.0%} of this card's amounts",
    "card_above_2x_median_7d": "{:.0f} amounts over twice the usual in 7 days",
    "card_above_2x_median_14d": "{:.0f} amounts over twice the usual in 14 days",
    "card_above_3x_median_14d": "{:.0f} amounts over three times the usual in 14 days",
    "card_tenth_median_count_1h": "{:.0f} tiny amounts on this card in the hour before",
    "card_genuine_mean": "this card's genuine mean amount is {:.2f}",
    "card_genuine_ratio": "{:.1f} times this card's genuine mean amount",
    "card_seconds_since_last": "{} since this card's last transaction",
    "card_seconds_since_fraud": "{} since the last reported fraud on this card",
    "card_terminal_visits": "{:.0f} earlier visits of this card to this terminal",
    "terminal_count_1h": "{:.0f} transactions at this terminal in the hour before",
    "terminal_count_24h": "{:.0f} transactions at this terminal in 24 hours before",
    "terminal_count_7d": "{:.0f} transactions at this terminal in 7 days before",
    "terminal_count_28d": "{:.0f} transactions at this terminal in 28 days before",
    "terminal_frauds_1d": "{:.0f} reported frauds at this terminal, 1 day and the label delay back",
    "terminal_frauds_7d": "{:.0f} reported frauds at this terminal, 7 days and the label delay back",
    "terminal_frauds_28d": "{:.0f} reported frauds at this terminal, 28 days and the label delay back",
    "terminal_risk_1d": "{:.0%} of this terminal's transactions due in 1 day were fraud",
    "terminal_risk_7d": "{:.0%} of this terminal's transactions due in 7 days were fraud",
    "terminal_risk_28d": "{:.0%} of this terminal's transactions due in 28 days were fraud",
    "terminal_fraud_run": "the last {:.0f} transactions due at this terminal were all fraud",
    "terminal_fraud_run_age": "{} since the first of an unbroken run of frauds at this terminal",
    "terminal_fraud_run_cards": "{:.0f} cards used at this terminal were reported one after another",
    "terminal_seconds_since_fraud": "{} since the last reported fraud at this terminal",
    "terminal_seconds_since_genuine": "{} since the last transaction at this terminal that proved genuine",
}
_UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))


def in_words(feature: str, value: float | None) -> str:
    """Return one feature and its value as a phrase."""
    if value is None or math.isnan(value):
        return f"unknown: {feature.replace('_', ' ')}"
    sentence = _SENTENCES[feature]
    return sentence.format(_duration(value) if "{}" in sentence else value)


def _duration(seconds: float) -> str:
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size), _UNITS[-1])
    return f"{seconds / size:.0f} {unit}"
