"""The benchmark's peers compute what the engine computes, one event at a time, in plain Python."""

import numpy as np
import pytest
from fraudstream.columns import FRAUD, UNKNOWN, Transactions
from fraudstream.features import FEATURE_NAMES
from fraudstream.histories.policy import DAY_MS
from fraudstream.offline import compute_features

from benchmarks.peers.features import features
from benchmarks.peers.past import KEPT, Past, known_at
from benchmarks.peers.payments import Payment
from tests.samples import iso

START_MS = 1_780_000_000_000
CARDS, TERMINALS, DAYS = 9, 6, 60


@pytest.fixture(scope="module")
def log() -> tuple[Transactions, list[Payment]]:
    """Sixty days of busy cards and terminals, frauds in runs, labels at any time after."""
    rng = np.random.default_rng(5)
    n = 2_500
    times = np.sort(rng.choice(DAYS * DAY_MS, n, replace=False)) + START_MS
    terminal = rng.integers(0, TERMINALS, n) // 2 * 2 + (rng.random(n) < 0.3)
    fraud = (rng.random(n) < 0.03) | ((terminal == 4) & (rng.random(n) < 0.5))
    delay = rng.integers(0, 20 * DAY_MS, n)
    transactions = Transactions(
        transaction_id=[f"tx-{number}" for number in range(n)],
        card_id=[f"card-{number}" for number in rng.integers(0, CARDS, n)],
        terminal_id=[f"terminal-{number}" for number in terminal],
        event_time_ms=times,
        amount_minor=np.where(rng.random(n) < 0.05, rng.integers(0, 3, n), rng.integers(1, 90_000, n)),
        currency=["JPY" if draw < 0.1 else "EUR" for draw in rng.random(n)],
        entry_mode=[[None, "chip", "ecom", "moto"][number] for number in rng.integers(0, 4, n)],
        merchant_country=[[None, "DE", "FR"][number] for number in rng.integers(0, 3, n)],
        mcc=[[None, "5411", "5812"][number] for number in rng.integers(0, 3, n)],
        merchant_category=[[None, "fuel", "hotel"][number] for number in rng.integers(0, 3, n)],
        card_lat=rng.uniform(-80, 80, n),
        card_lon=rng.uniform(-180, 180, n),
        merchant_lat=np.where(rng.random(n) < 0.1, np.nan, rng.uniform(-80, 80, n)),
        merchant_lon=rng.uniform(-180, 180, n),
        label=np.where(fraud, FRAUD, UNKNOWN).astype(np.int8),
        label_time_ms=times + delay,
    )
    return transactions, [_payment(transactions, row) for row in range(n)]


def _payment(t: Transactions, row: int) -> Payment:
    fields = {
        "transaction_id": t.transaction_id[row],
        "event_time": iso(int(t.event_time_ms[row])),
        "card_id": t.card_id[row],
        "terminal_id": t.terminal_id[row],
        "amount_minor": int(t.amount_minor[row]),
        "currency": t.currency[row],
        "entry_mode": t.entry_mode[row],
        "merchant_country": t.merchant_country[row],
        "mcc": t.mcc[row],
        "merchant_category": t.merchant_category[row],
    }
    places = {name: float(getattr(t, name)[row]) for name in ("card_lat", "card_lon", "merchant_lat", "merchant_lon")}
    fields |= {name: value for name, value in places.items() if not np.isnan(value)}
    return Payment(fields, int(t.event_time_ms[row]), 1 if fields["currency"] == "JPY" else 100)


@pytest.mark.parametrize("stored", ["in memory", "as text", "as documents"])
def test_the_peers_features_are_the_engines(log, stored):
    """For every transaction of a log, folded days and known frauds included, to a millionth; NaN where it is NaN."""
    transactions, payments = log
    expected = compute_features(transactions)
    cards: dict[str, Past] = {}
    terminals: dict[str, Past] = {}
    folded = 0
    assert (np.nanstd(expected.astype(np.float64), axis=0) > 0).all(), "every feature takes different values"
    for row, payment in enumerate(payments):
        card, terminal = (
            _reread(pasts.setdefault(name, Past()), stored)
            for pasts, name in ((cards, payment.card), (terminals, payment.terminal))
        )
        found = np.array(features(payment, card, terminal))
        np.testing.assert_allclose(
            found, expected[row].astype(np.float64), rtol=1e-6, atol=1e-6, err_msg=f"row {row}: {FEATURE_NAMES}"
        )
        is_fraud = transactions.label[row] == FRAUD
        known = known_at(payment.time, int(transactions.label_time_ms[row])) if is_fraud else 0
        for pasts, name, past, event, kind in (
            (cards, payment.card, card, payment.of_card(known), "card"),
            (terminals, payment.terminal, terminal, payment.of_terminal(known), "terminal"),
        ):
            past.add(event, KEPT[kind])
            pasts[name] = past
            folded += bool(past.days)
    assert folded > len(payments), "most rows had a card and a terminal with folded days"


def _reread(past: Past, stored: str) -> Past:
    if stored == "as text":
        return Past.of_text(past.as_text())
    return Past.of_document(past.as_document()) if stored == "as documents" else past
