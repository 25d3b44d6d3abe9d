"""Features of a batch after stored histories: what its columns lack, and labels whose transaction never came."""

from dataclasses import replace

import numpy as np
import pytest
from fraudstream.columns import FRAUD, Transactions
from fraudstream.features import FEATURE_NAMES
from fraudstream.histories import CARD
from fraudstream.online import BatchUpdate, Labels

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
START_MS = 1_790_000_000_000
RICH = ("card_category_visits", "card_country_visits", "card_implied_speed")


def payments(*times: int, cards: str | None = None, **columns: object) -> Transactions:
    """Transactions at one terminal, of one card or of cards of one letter each."""
    n = len(times)
    return Transactions(
        transaction_id=[f"t{time}" for time in times],
        card_id=list(cards or "c" * n),
        terminal_id=["m"] * n,
        event_time_ms=START_MS + np.array(times),
        amount_minor=np.full(n, 100),
        currency=["EUR"] * n,
        **columns,
    )


def labels(*times: int, after_ms: int = DAY_MS) -> Labels:
    """Frauds at those times, whether or not there is a transaction."""
    n = len(times)
    return Labels(
        transaction_id=[f"t{time}" for time in times],
        card_id=["c"] * n,
        terminal_id=["m"] * n,
        event_time_ms=START_MS + np.array(times, np.int64),
        label=np.full(n, FRAUD, np.int8),
        label_time_ms=START_MS + np.array(times, np.int64) + after_ms,
    )


def features(past: Transactions, now: Transactions, known: Labels | None = None) -> dict[str, float]:
    """The features of the last of some transactions, after others whose histories are stored."""
    _, stored = BatchUpdate(past, known or labels()).apply({})
    matrix, _ = BatchUpdate(now, labels()).apply(stored)
    return dict(zip(FEATURE_NAMES, matrix[-1].tolist(), strict=True))


@pytest.mark.parametrize("seen", [True, False], ids=["its transaction seen", "its transaction never seen"])
def test_a_fraud_without_its_transaction_leads_no_run_past_a_genuine_one(seen):
    """Fraud, genuine, label alone, fraud: the run is the last fraud; with the transaction of the label, both."""
    times = [0, DAY_MS, *([2 * DAY_MS] if seen else []), 3 * DAY_MS]
    found = features(payments(*times), payments(20 * DAY_MS), labels(0, 2 * DAY_MS, 3 * DAY_MS))
    assert found["terminal_fraud_run"] == 1 + seen
    assert found["terminal_seconds_since_genuine"] == 19 * DAY_MS / 1000


def test_how_fast_a_card_was_carried_is_told_between_two_tills():
    """Paris to London in an hour, in steps of cells; online payments between are no place."""
    paris = {"merchant_lat": np.array([48.8566, np.nan]), "merchant_lon": np.array([2.3522, np.nan])}
    london = {"merchant_lat": np.array([51.5072]), "merchant_lon": np.array([-0.1276])}
    past = payments(0, HOUR_MS // 2, entry_mode=["chip", "ecom"], **paris)
    assert features(past, payments(HOUR_MS, entry_mode=["chip"], **london))["card_implied_speed"] == pytest.approx(
        343.5, abs=1.5
    )
    assert np.isnan(features(past, payments(HOUR_MS, entry_mode=["ecom"], **london))["card_implied_speed"])


def test_what_takes_no_time_takes_a_minute():
    """Two tills a millisecond apart: fast, not infinitely so; the same till again: not at all."""
    place = {"merchant_lat": np.array([10.0]), "merchant_lon": np.array([20.0])}
    past = payments(0, **place)
    assert features(past, payments(1, **place))["card_implied_speed"] == 0
    away = features(past, payments(1, merchant_lat=np.array([11.0]), merchant_lon=np.array([20.0])))
    assert away["card_implied_speed"] == pytest.approx(111.2 * 60, rel=0.01)


def test_a_category_or_country_is_new_to_a_card_or_known_or_unknown():
    """By code, or by words where there is no code; 0 for a card's first; missing where nothing is known to compare."""
    past = payments(0, 1, 2, mcc=["5411", "5812", "5411"], merchant_country=["FR", None, "DE"])
    again = features(past, payments(9, mcc=["5411"], merchant_country=["FR"]))
    assert (again["card_category_visits"], again["card_country_visits"]) == (2, 1)
    new = features(past, payments(9, mcc=[None], merchant_category=["5812"], merchant_country=["IT"]))
    assert (new["card_category_visits"], new["card_country_visits"]) == (1, 0)
    first = features(payments(0, cards="a"), payments(9, mcc=["5411"], merchant_country=["FR"]))
    assert (first["card_category_visits"], first["card_country_visits"]) == (0, 0)
    unknown = features(past, payments(9))
    assert np.isnan([unknown[name] for name in RICH]).all()
    never_told = features(payments(0, 1), payments(9, mcc=["5411"], merchant_country=["FR"]))
    assert np.isnan([never_told[name] for name in RICH[:2]]).all()


def test_new_cards_of_the_last_hour_are_counted_once_each():
    """Three cards within the hour, one of which was there before: two are new."""
    times = [0, 5 * HOUR_MS, 5 * HOUR_MS + 1, 5 * HOUR_MS + 2, 5 * HOUR_MS + 3]
    found = features(payments(*times, cards="abbca"), payments(5 * HOUR_MS + 10, cards="d"))
    assert found["terminal_new_cards_1h"] == 2
    assert found["terminal_count_1h"] == 4


def test_a_batch_of_which_nothing_is_known_of_merchants_is_one_without_those_columns():
    """Columns of missing values cost what no columns cost: nothing is stored, nothing is computed."""
    past = payments(0, 1)
    empty = {"mcc": [None, None], "merchant_category": [None, None], "merchant_country": [None, None]}
    nowhere = replace(past, merchant_lat=np.full(2, np.nan), merchant_lon=np.full(2, np.nan), **empty)
    assert BatchUpdate(nowhere, labels()).apply({})[1] == BatchUpdate(past, labels()).apply({})[1]
    assert CARD.places > 0
