"""What people are told of a feature and its value."""

import math

import numpy as np
import pytest
from fraudstream.features import FEATURE_NAMES
from fraudstream.sentences import SENTENCES
from fraudstream.wording import in_words
from hypothesis import given
from hypothesis import strategies as st

YES_NO = {"is_card_not_present"}


def test_every_feature_has_a_sentence():
    """Whatever raises a score can be read by a person, and there is no sentence for anything else."""
    assert set(FEATURE_NAMES) == SENTENCES.keys()


@pytest.mark.parametrize(
    ("feature", "value", "text"),
    [
        ("card_amount_median_ratio", 5.0, "5 times this card's usual amount"),
        ("card_amount_median_ratio", 5.26, "5.3 times this card's usual amount"),
        ("card_amount_median_ratio", 1.02, "about this card's usual amount"),
        ("card_amount_median_ratio", 0.25, "0.25 times this card's usual amount"),
        ("card_amount_median_ratio", 12_400.4, "12,400 times this card's usual amount"),
        ("card_amount_median_ratio", 0.0, "the amount is zero"),
        ("terminal_fraud_run_cards", 12, "12 cards used at this terminal were reported one after another"),
        ("terminal_fraud_run_cards", 1, "1 card used at this terminal was reported"),
        ("terminal_frauds_7d", 12, "12 payments at this terminal in the last 14 days were reported as fraud"),
        ("terminal_frauds_7d", 1, "1 payment at this terminal in the last 14 days was reported as fraud"),
        ("terminal_frauds_7d", 0, "no payments at this terminal in the last 14 days were reported as fraud"),
        ("terminal_count_28d", 12_345, "12,345 payments at this terminal in the 28 days before"),
        ("terminal_new_cards_1h", 1, "1 card new to this terminal paid here in the hour before"),
        ("terminal_risk_28d", 0.004, "less than 1% of this terminal's payments of the last 35 days whose outcome"),
        ("terminal_risk_28d", 0.998, "more than 99% of this terminal's payments"),
        ("is_card_not_present", 1, "the card was not present"),
        ("hour_of_day", 3, "it happened between 03:00 and 04:00 UTC"),
        ("card_merchant_distance", 8_421.7, "the merchant is 8,422 km from the card's home"),
        ("card_merchant_distance", 0.3, "the merchant is less than 1 km from the card's home"),
        ("card_implied_speed", 2_412.0, "about 2,400 km/h since the card's last use in a shop"),
        ("card_implied_speed", 87.3, "about 87 km/h since the card's last use in a shop"),
        ("card_implied_speed", 0.0, "the card is where it was last used in a shop"),
        ("card_category_visits", 0, "this card never paid in this kind of shop before"),
        ("card_country_visits", 1, "this card paid in this country once before"),
        ("card_count_1h", 7, "7 payments with this card in the hour before"),
        ("card_amount_zscore_30d", -1.0, "the amount is 1 standard deviation below this card's mean"),
        ("card_amount_zscore_30d", 2.5, "the amount is 2.5 standard deviations above this card's mean"),
        ("card_seconds_since_last", 0.2, "less than a second since this card's last payment"),
        ("card_seconds_since_last", 1, "1 second since this card's last payment"),
        ("card_seconds_since_last", 5_400, "90 minutes since this card's last payment"),
        ("card_seconds_since_last", 3 * 86_400, "3 days since this card's last payment"),
    ],
)
def test_a_sentence_reads_as_a_person_would_write_it(feature, value, text):
    """One and many, none at all, separators, durations, yes and no, and no more digits than are known."""
    assert in_words(feature, value).startswith(text)


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (12.5, None, "the amount is 12.50"),
        (12.5, "EUR", "the amount is 12.50 EUR"),
        (1_250.0, "JPY", "the amount is 1,250 JPY"),
        (1.25, "KWD", "the amount is 1.250 KWD"),
        (99_999.99, "USD", "the amount is 99,999.99 USD"),
        (float(np.float32(1_234_567.89)), "USD", "the amount is 1,234,568 USD"),
    ],
)
def test_money_names_its_currency_where_it_is_known_and_no_digit_that_is_not(value, currency, text):
    """A feature is a float32: from seven digits on there are no cents in it."""
    assert in_words("amount", value, currency) == text


@pytest.mark.parametrize("feature", sorted(SENTENCES))
def test_a_missing_value_has_words_and_no_number(feature):
    """What is not known is said to be so."""
    for missing in (None, math.nan, math.inf):
        text = in_words(feature, missing, "EUR")
        assert text
        assert "{" not in text
        assert "nan" not in text.split()


@pytest.mark.parametrize("feature", sorted(SENTENCES.keys() - YES_NO))
def test_two_values_that_matter_are_told_apart(feature):
    """A sentence carries its value, unless the feature is a yes or no."""
    assert in_words(feature, 3.0) != in_words(feature, 7.0)


@given(st.sampled_from(sorted(SENTENCES)), st.floats(width=32, allow_infinity=False), st.sampled_from([None, "EUR"]))
def test_any_value_a_feature_can_hold_becomes_one_plain_line(feature, value, currency):
    """Nothing of the template is left in it, and nothing but printable characters."""
    text = in_words(feature, value, currency)
    assert text.isprintable()
    assert not set("{}[]|") & set(text)


def test_a_feature_of_another_version_is_said_by_its_name():
    """An old decision can be read after its feature is gone."""
    assert in_words("card_shoe_size", 43.0) == "card shoe size: 43"
    assert in_words("card_shoe_size", None) == "unknown: card shoe size"
