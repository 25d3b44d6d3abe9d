"""A sentence for every feature, this version's and earlier ones'.

It stands in its plural, with `[one|many]` where one and many differ, and with one of the placeholders of `showing`.
"""

from dataclasses import dataclass

from fraudstream.features.registry import LABEL_DELAY_SECONDS

_DELAY = LABEL_DELAY_SECONDS // 86_400


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said of a value; of zero, where "no cards" would not do; of a missing one, where it can be missing."""

    text: str
    zero: str = ""
    missing: str = ""


def _paid(where: str, span: str) -> Sentence:
    return Sentence(f"{{count}} [payment|payments] {where} in the {span} before")


def _times(typical: str, missing: str) -> Sentence:
    return Sentence(f"{{times}} {typical}", zero="the amount is zero", missing=missing)


def _times_mean(span: str) -> Sentence:
    return _times(
        f"this card's mean amount of the {span} before",
        missing=f"this card has no payments in the {span} before to compare with",
    )


def _mean(span: str) -> Sentence:
    return Sentence(
        f"this card's mean amount in the {span} before was {{money}}",
        missing=f"this card has no payments in the {span} before",
    )


def _above(multiple: str, span: str) -> Sentence:
    return Sentence(f"{{count}} [amount|amounts] over {multiple} this card's usual in the {span} before")


def _reported(days: int) -> Sentence:
    span = f"the last {days + _DELAY} days"
    return Sentence(f"{{count}} [payment|payments] at this terminal in {span} [was|were] reported as fraud")


def _risk(days: int) -> Sentence:
    span = f"the last {days + _DELAY} days"
    return Sentence(
        f"{{percent}} of this terminal's payments of {span} whose outcome is known were fraud",
        missing=f"no payment at this terminal in {span} has a known outcome",
    )


SENTENCES: dict[str, Sentence] = {
    # The payment itself.
    "amount": Sentence("the amount is {money}"),
    "hour_of_day": Sentence("it happened between {hour} UTC"),
    "is_card_not_present": Sentence(
        "the card was not present", zero="the card was present", missing="how the card was read is not known"
    ),
    "card_merchant_distance": Sentence(
        "the merchant is {km} from the card's home", missing="the place of the card or of the merchant is not known"
    ),
    # The card's past.
    "card_count_1h": _paid("with this card", "hour"),
    "card_count_24h": _paid("with this card", "24 hours"),
    "card_count_30d": _paid("with this card", "30 days"),
    "card_amount_mean_7d": _mean("7 days"),
    "card_amount_mean_30d": _mean("30 days"),
    "card_amount_std_30d": Sentence(
        "this card's amounts in the 30 days before vary by {money} (standard deviation)",
        zero="this card's amounts in the 30 days before are all the same",
        missing="this card has fewer than two payments in the 30 days before",
    ),
    "card_amount_max_30d": Sentence(
        "this card's largest amount in the 30 days before was {money}",
        missing="this card has no payments in the 30 days before",
    ),
    "card_amount_ratio_24h": _times_mean("24 hours"),
    "card_amount_ratio_7d": _times_mean("7 days"),
    "card_amount_ratio_30d": _times_mean("30 days"),
    "card_amount_zscore_30d": Sentence(
        "the amount is {deviations} this card's mean of the 30 days before",
        zero="the amount is this card's mean of the 30 days before",
        missing="this card's amounts in the 30 days before are too few or too alike to compare with",
    ),
    "card_amount_median_ratio": _times(
        "this card's usual amount", missing="this card has no usual amount to compare with"
    ),
    "card_amount_rank": Sentence(
        "the amount is larger than {percent} of this card's earlier ones",
        zero="none of this card's earlier amounts is smaller",
        missing="this card has no earlier amounts to compare with",
    ),
    "card_above_2x_median_7d": _above("twice", "7 days"),
    "card_above_3x_median_14d": _above("three times", "14 days"),
    "card_tenth_median_count_1h": Sentence(
        "{count} [amount|amounts] under a tenth of this card's usual in the hour before"
    ),
    "card_genuine_mean": Sentence(
        "this card's mean genuine amount is {money}", missing="no payment with this card has proved genuine yet"
    ),
    "card_genuine_ratio": _times(
        "this card's mean genuine amount", missing="no payment with this card has proved genuine yet to compare with"
    ),
    "card_seconds_since_last": Sentence(
        "{time} since this card's last payment", missing="no earlier payment with this card is known"
    ),
    "card_seconds_since_fraud": Sentence(
        "{time} since this card's last payment known to be fraud",
        missing="no earlier payment with this card is known to be fraud",
    ),
    "card_terminal_visits": Sentence(
        "this card was at this terminal [once|{count} times] before", zero="this card is new at this terminal"
    ),
    "card_category_visits": Sentence(
        "this card paid in this kind of shop [once|{count} times] before",
        zero="this card never paid in this kind of shop before",
        missing="what kind of shop this is is not known",
    ),
    "card_country_visits": Sentence(
        "this card paid in this country [once|{count} times] before",
        zero="this card never paid in this country before",
        missing="the merchant's country is not known",
    ),
    "card_implied_speed": Sentence(
        "{speed} since the card's last use in a shop",
        zero="the card is where it was last used in a shop",
        missing="how fast the card travelled is not known",
    ),
    # The terminal's past.
    "terminal_count_1h": _paid("at this terminal", "hour"),
    "terminal_count_7d": _paid("at this terminal", "7 days"),
    "terminal_count_28d": _paid("at this terminal", "28 days"),
    "terminal_new_cards_1h": Sentence("{count} [card|cards] new to this terminal paid here in the hour before"),
    "terminal_frauds_7d": _reported(7),
    "terminal_frauds_28d": _reported(28),
    "terminal_risk_1d": _risk(1),
    "terminal_risk_7d": _risk(7),
    "terminal_risk_28d": _risk(28),
    "terminal_fraud_run": Sentence(
        "the newest [payment|{count} payments] at this terminal whose outcome is known [was|were all] fraud",
        zero="no run of frauds is under way at this terminal",
    ),
    "terminal_fraud_run_age": Sentence(
        "{time} since the first of an unbroken run of frauds at this terminal",
        missing="no run of frauds is under way at this terminal",
    ),
    "terminal_fraud_run_cards": Sentence(
        "{count} [card used at this terminal was reported|cards used at this terminal were reported one after another]",
        zero="no run of frauds is under way at this terminal",
    ),
    "terminal_seconds_since_fraud": Sentence(
        "{time} since the last payment at this terminal known to be fraud",
        missing="no payment at this terminal is known to be fraud",
    ),
    "terminal_seconds_since_genuine": Sentence(
        "{time} since the last payment at this terminal that proved genuine",
        missing="no payment at this terminal has proved genuine yet",
    ),
}
