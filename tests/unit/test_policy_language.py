"""Expressions: what each part means, on numbers, texts, moments, and on what is missing."""

import numpy as np
import pytest
from fraudstream.features import FEATURE_NAMES
from fraudstream.policy import KNOWN, BatchColumns, Kind

from tests.policies import NOW_MS, fires, named_list, policy, rule, table

NAN = float("nan")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("amount >= 100", [False, True, True, False]),
        ("amount > 100", [False, False, True, False]),
        ("amount < 100", [True, False, False, False]),
        ("amount <= 100", [True, True, False, False]),
        ("amount == 100", [False, True, False, False]),
        ("amount != 100", [True, False, True, False]),
        ("100 <= amount < 250", [False, True, False, False]),
        ("1 < amount <= 100 < 101", [True, True, False, False]),
        ("250 > amount", [True, True, False, False]),
        ("amount in [99, 250]", [True, False, True, False]),
        ("amount not in [99, 250]", [False, True, False, False]),
        ("amount is missing", [False, False, False, True]),
        ("amount is not missing", [True, True, True, False]),
        ("not amount > 100", [True, True, False, False]),
        ("not not amount > 100", [False, False, True, False]),
        ("amount + 1 == 100", [True, False, False, False]),
        ("amount - 50 - 49 == 0", [True, False, False, False]),
        ("amount / 2 * 2 == 100", [False, True, False, False]),
        ("amount % 50 == 0", [False, True, True, False]),
        ("-amount < -100", [False, False, True, False]),
        ("--amount == 100", [False, True, False, False]),
        ("2 + 3 * 4 == 14 and amount > 0", [True, True, True, False]),
        ("(2 + 3) * 4 == 20 and amount > 0", [True, True, True, False]),
        ("abs(0 - amount) == 100", [False, True, False, False]),
        ("min(amount, 100) == 100", [False, True, True, False]),
        ("max(amount, 100, 7) == 100", [True, True, False, False]),
        ("if_missing(amount, 0) < 100", [True, False, False, True]),
        ("amount > 1e2", [False, False, True, False]),
        ("amount >= 1_00.0", [False, True, True, False]),
        ("true and amount > 100", [False, False, True, False]),
        ("false or amount > 100", [False, False, True, False]),
        ("not (false or amount > 100)", [True, True, False, False]),
    ],
)
def test_numbers_are_compared_and_reckoned_with(when, expected):
    """The last amount is missing: it is neither above nor below, neither in nor out."""
    assert fires(when, amount=[99, 100, 250, NAN]) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("merchant_city == 'Paris'", [True, False, False]),
        ("'Paris' == merchant_city", [True, False, False]),
        ("merchant_city != 'Paris'", [False, True, False]),
        ("merchant_city == 'Nowhere'", [False, False, False]),
        ("merchant_city != 'Nowhere'", [True, True, False]),
        ("merchant_city in ['Paris', 'Rome']", [True, False, False]),
        ("merchant_city not in ['Paris', 'Rome']", [False, True, False]),
        ("merchant_city is missing", [False, False, True]),
        ("not merchant_city is missing", [True, True, False]),
        ("starts_with(merchant_city, 'Par')", [True, False, False]),
        ("ends_with(merchant_city, 'im')", [False, True, False]),
        ("contains(merchant_city, 'ri')", [True, False, False]),
        ("not contains(merchant_city, 'ri')", [False, True, False]),
    ],
)
def test_texts_are_compared_for_equality_and_by_their_parts(when, expected):
    """The last city is missing."""
    assert fires(when, merchant_city=["Paris", "Trondheim", None]) == expected


def test_two_texts_are_the_same_or_differ_where_both_are_there():
    """Each column has codes of its own."""
    cards, merchants = ["FR", "DE", None, "SE", None], ["FR", "FR", "FR", None, None]
    columns = {"card_country": cards, "merchant_country": merchants}
    assert fires("card_country == merchant_country", **columns) == [True, False, False, False, False]
    assert fires("card_country != merchant_country", **columns) == [False, True, False, False, False]
    assert fires("not card_country == merchant_country", **columns) == [False, True, False, False, False]


def test_a_moment_is_compared_with_a_text_in_utc():
    """Epoch milliseconds inside, RFC 3339 for people."""
    times = [1_795_478_400_000, 1_795_478_400_001, NAN]  # 2026-11-24T00:00:00Z and a millisecond later
    assert fires("event_time > '2026-11-24T00:00:00Z'", event_time=times) == [False, True, False]
    assert fires("event_time == '2026-11-24T00:00:00.000Z'", event_time=times) == [True, False, False]


def test_unknown_stays_unknown_but_where_the_other_side_decides():
    """Kleene's logic: unknown or true is true, unknown and false is false, all else with unknown is unknown."""
    columns = {"amount": [NAN, NAN], "hour_of_day": [1, 23]}
    assert fires("amount > 1 or hour_of_day < 6", **columns) == [True, False]
    assert fires("amount > 1 and hour_of_day < 6", **columns) == [False, False]
    assert fires("not (amount > 1 and hour_of_day < 6)", **columns) == [False, True]
    assert fires("not (amount > 1 or hour_of_day < 6)", **columns) == [False, False]


@pytest.mark.parametrize(
    "when", ["amount / hour_of_day >= 0", "not amount / hour_of_day >= 0", "1e300 * amount * 1e300 > 0"]
)
def test_what_cannot_be_reckoned_is_missing(when):
    """Divided by nothing, or too large for a number."""
    assert fires(when, amount=[5], hour_of_day=[0]) == [False]


def test_a_list_holds_until_its_entry_ends():
    """From that millisecond on the value is not in it; without an end it stays."""
    entries = ({"value": "card_a", "until": "2026-11-24T00:00:00Z"}, "card_b")
    lists = [named_list(*entries, effect="none")]
    cards = ["card_a", "card_b", "card_c", None]
    end = 1_795_478_400_000
    assert fires("card_id in stolen", end - 1, lists, card_id=cards) == [True, True, False, False]
    assert fires("card_id in stolen", end, lists, card_id=cards) == [False, True, False, False]
    assert fires("card_id not in stolen", end, lists, card_id=cards) == [True, False, True, False]


def test_a_list_is_looked_into_at_each_rows_own_time():
    """As the backtest does: the list of today, at the time of each transaction."""
    compiled = policy(lists=[named_list({"value": "card_a", "until": "2026-11-24T00:00:00Z"})])
    moments = np.array([1_795_478_399_999, 1_795_478_400_000])
    assert compiled.evaluate(table(card_id=["card_a", "card_a"]), moments).matrix[:, 0].tolist() == [True, False]


def test_a_number_beside_a_feature_is_rounded_as_features_are():
    """A share of seven in ten, kept in 32 bits, is .7 to who writes the rule; the score has 64 bits."""
    share = np.array([0.7], np.float32).astype(np.float64)
    assert fires(
        "terminal_risk_7d >= 0.7 and terminal_risk_7d == 7 / 10 and terminal_risk_7d in [0.7]", terminal_risk_7d=share
    )[0]
    assert fires("score == 0.7", score=[0.7]) == [True]
    assert fires("score == 0.7", score=share) == [False]


@pytest.mark.parametrize("name", KNOWN)
def test_every_name_can_be_used_on_a_batch(name):
    """Fields of the contract, features, the score and what is derived."""
    from fraudstream.contract import Bounds, decode_record

    data = (
        b'{"schema_version":1,"transaction_id":"tx-1","event_time":"2026-11-23T14:12:20.001Z","card_id":"card_a",'
        b'"merchant_id":"m-7","amount_minor":1250,"currency":"EUR"}'
    )
    decided = decode_record(data, now_ms=1_795_478_400_000, bounds=Bounds())
    features = np.zeros((1, len(FEATURE_NAMES)), np.float32)
    columns = BatchColumns(transactions=[decided], features=features, scores=np.array([0.5]))
    there = {"transaction_id", "event_time", "card_id", "amount_minor", "currency", "merchant_id", "score", "terminal"}
    there |= {"weekday", *FEATURE_NAMES}
    fired = policy(rule(f"{name} is not missing")).evaluate(columns, NOW_MS).matrix[0, 0]
    assert fired == (name in there)
    means = {"terminal": "terminal == 'merchant#m-7'", "weekday": "weekday == 0", "score": "score == 0.5"}
    means |= {"event_time": "event_time == '2026-11-23T14:12:20.001Z'", "amount_minor": "amount_minor == 1250"}
    assert policy(rule(means.get(name, "score > 0"))).evaluate(columns, NOW_MS).matrix[0, 0]
    assert KNOWN[name] in (Kind.NUMBER, Kind.TEXT, Kind.MOMENT)
