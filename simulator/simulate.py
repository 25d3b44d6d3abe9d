"""One call from settings to tables: transactions as a producer sends them, and apart, the truth about them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.activity import ENTRY_MODES, Activity, genuine_activity
from simulator.draws import Integers
from simulator.fraud import PATTERNS, with_fraud
from simulator.labels import LABELS, SOURCES, late_labels
from simulator.places import CITIES, CURRENCY, TRADES
from simulator.settings import Settings
from simulator.shift import shifted
from simulator.world import Cards, Terminals, build_cards, build_terminals


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Two tables of the same rows, in time order.

    `transactions` has the names of the public contract, times as UTC timestamps to the millisecond, and nothing that a
    producer could not know. `truth` has `transaction_id`, `is_fraud`, `pattern`, and what is reported: `label`,
    `label_time` and `label_source`, empty where nobody reports anything.
    """

    transactions: pd.DataFrame
    truth: pd.DataFrame


def simulate(settings: Settings) -> Simulation:
    """Simulate transactions; equal settings give equal tables, on any platform."""
    terminals = build_terminals(settings)
    cards = build_cards(settings, terminals)
    activity = with_fraud(settings, cards, terminals, genuine_activity(settings, cards, terminals))
    if settings.shift:
        activity = shifted(settings, settings.shift, cards, terminals, activity)
    order = np.argsort(activity.time_ms, kind="stable")
    ids = _names(f"tx-{settings.seed}-", np.arange(len(order)), 8)
    return Simulation(
        transactions=_transactions(cards, terminals, activity, order, ids),
        truth=_truth(settings, activity, order, ids),
    )


def _transactions(
    cards: Cards, terminals: Terminals, activity: Activity, order: Integers, ids: pd.Series
) -> pd.DataFrame:
    card, terminal = activity.card[order], activity.terminal[order]
    city, home, trade = terminals.city[terminal], cards.city[card], terminals.trade[terminal]
    country = np.array([c.country for c in CITIES], dtype=object)
    return pd.DataFrame(
        {
            "transaction_id": ids,
            "event_time": _times(activity.time_ms[order]),
            "card_id": _names("card_", card, 8),
            "amount_minor": activity.amount_minor[order],
            "currency": CURRENCY,
            "terminal_id": _names("term_", terminal, 6),
            "merchant_id": _names("merch_", terminals.merchant[terminal], 6),
            "mcc": np.array([t.mcc for t in TRADES], dtype=object)[trade],
            "merchant_category": np.array([t.category for t in TRADES], dtype=object)[trade],
            "entry_mode": ENTRY_MODES[activity.entry_mode[order]],
            "merchant_country": country[city],
            "merchant_city": np.array([c.name for c in CITIES], dtype=object)[city],
            "merchant_lat": _degrees(terminals.latitude[terminal]),
            "merchant_lon": _degrees(terminals.longitude[terminal]),
            "card_country": country[home],
            "card_lat": _degrees(cards.latitude[card]),
            "card_lon": _degrees(cards.longitude[card]),
        }
    )


def _truth(settings: Settings, activity: Activity, order: Integers, ids: pd.Series) -> pd.DataFrame:
    pattern = activity.pattern[order]
    labels = late_labels(settings, pattern, activity.time_ms[order])
    return pd.DataFrame(
        {
            "transaction_id": ids,
            "is_fraud": pattern > 0,
            "pattern": PATTERNS[pattern],
            "label": LABELS[labels.label],
            "label_time": _times(labels.time_ms).where(labels.label > 0),
            "label_source": SOURCES[labels.source],
        }
    )


def _names(prefix: str, number: Integers, digits: int) -> pd.Series:
    """Build tokens such as `card_00000123`, once for each different number."""
    different, where = np.unique(number, return_inverse=True)
    return pd.Series(np.array([f"{prefix}{i:0{digits}d}" for i in different], dtype=object)[where], dtype=object)


def _times(time_ms: Integers) -> pd.Series:
    return pd.Series(time_ms.astype("datetime64[ms]")).dt.tz_localize("UTC")


def _degrees(value: np.ndarray) -> np.ndarray:
    """Round to four decimals, about ten metres."""
    return np.floor(value * 10_000.0 + 0.5) / 10_000.0
