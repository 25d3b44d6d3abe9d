"""The registry's features of one transaction, in plain Python, from the events that are kept of its card and terminal.

Written for the benchmark's peers, and held equal to the engine by tests/unit/test_bench_features.py.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping

from fraudstream.features import FEATURE_NAMES, LABEL_DELAY_SECONDS
from fraudstream.histories.policy import DAY_MS, RETENTION_MS, TERMINAL

from benchmarks.peers.past import Event, Past
from benchmarks.peers.payments import Payment

_NAN = math.nan
_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_DELAY_MS = LABEL_DELAY_SECONDS * 1000
_EARTH_RADIUS_KM = 6371.0
_ROW, _COLUMN = 180 / 65_534, 360 / 65_536


def features(payment: Payment, card: Past, terminal: Past) -> list[float]:
    """Return the features in registry order, NaN where undefined."""
    values = payment_features(payment) | card_features(payment, card) | terminal_features(payment, terminal)
    return [values[name] for name in FEATURE_NAMES]


def features_without_state(payment: Payment) -> list[float]:
    """Return what can be known without any history; the rest is missing."""
    values = payment_features(payment)
    return [values.get(name, _NAN) for name in FEATURE_NAMES]


def payment_features(payment: Payment) -> dict[str, float]:
    """Return the features that need no history."""
    fields, time = payment.fields, payment.time
    entry_mode = fields.get("entry_mode")
    return {
        "amount": payment.amount / payment.units,
        "hour_of_day": time // _HOUR_MS % 24,
        "is_card_not_present": _NAN if entry_mode is None else float(entry_mode in ("ecom", "moto")),
        "card_merchant_distance": _distance_km(fields),
    }


def card_features(payment: Payment, card: Past) -> dict[str, float]:
    """Return the features of the card's past."""
    now, mine, units = payment.time, payment.amount, payment.units
    events = card.before(now)
    values: dict[str, float] = {"card_count_1h": card.since(events, now - _HOUR_MS)[0]}
    for name, window in (("24h", DAY_MS), ("7d", 7 * DAY_MS), ("30d", 30 * DAY_MS)):
        count, total = card.since(events, now - window)
        if name != "7d":
            values[f"card_count_{name}"] = count
        values[f"card_amount_ratio_{name}"] = _divide(mine * count, total)
        if name != "24h":
            values[f"card_amount_mean_{name}"] = _divide(total, count * units)
    amounts = [event.amount for event in events]
    recent = amounts[bisect_left(events, (now - 30 * DAY_MS,)) :]
    median = sorted(amounts)[(len(amounts) - 1) // 2] if amounts else 0
    mean = _divide(sum(recent), len(recent))
    deviation = _NAN
    if len(recent) > 1:
        deviation = math.sqrt(sum([(amount - mean) ** 2 for amount in recent]) / (len(recent) - 1))
    frauds = [event for event in events if event.fraud_known_at and event.fraud_known_at < now]
    genuine = [
        event.amount
        for event in events
        if event.time < now - _DELAY_MS and not (event.fraud_known_at and event.fraud_known_at < now)
    ]
    week, fortnight = bisect_left(events, (now - 7 * DAY_MS,)), bisect_left(events, (now - 14 * DAY_MS,))
    hour = bisect_left(events, (now - _HOUR_MS,))
    here = payment.terminal
    return values | {
        "card_amount_std_30d": deviation / units,
        "card_amount_zscore_30d": _divide(mine - mean, deviation),
        "card_amount_max_30d": max(recent) / units if recent else _NAN,
        "card_amount_median_ratio": _divide(mine, median),
        "card_amount_rank": _divide(sum([amount < mine for amount in amounts]), len(amounts)),
        "card_above_2x_median_7d": sum([amount > 2 * median for amount in amounts[week:]]),
        "card_above_3x_median_14d": sum([amount > 3 * median for amount in amounts[fortnight:]]),
        "card_tenth_median_count_1h": sum([amount * 10 < median for amount in amounts[hour:]]),
        "card_genuine_mean": _divide(sum(genuine), len(genuine) * units),
        "card_genuine_ratio": _divide(mine * len(genuine), sum(genuine)),
        "card_seconds_since_last": (now - events[-1].time) / 1000 if events else _NAN,
        "card_seconds_since_fraud": (now - frauds[-1].time) / 1000 if frauds else _NAN,
        "card_terminal_visits": sum([event.counterpart == here for event in events]),
        "card_category_visits": _visits(payment.category, [event.category for event in events]),
        "card_country_visits": _visits(payment.country, [event.country for event in events]),
        "card_implied_speed": _speed_kmh(payment, [event for event in events if event.place]),
    }


def _visits(mine: str | None, theirs: list[str | None]) -> float:
    """Return how often it was seen, missing where there is nothing to compare."""
    return theirs.count(mine) if mine and (any(theirs) or not theirs) else _NAN


def _speed_kmh(payment: Payment, there: list[Event]) -> float:
    """Return how fast the card was carried here from where it was last; what took no time took a minute."""
    if not (there and payment.place):
        return _NAN
    return (
        _chord_km(*_cell(there[-1].place), *_cell(payment.place))
        * _HOUR_MS
        / max(payment.time - there[-1].time, _MINUTE_MS)
    )


def _cell(place: tuple[float, float]) -> tuple[float, float]:
    """Return the middle of the cell of a grid that a place is in: what the product keeps of it."""
    row, column = math.floor((place[0] + 90) / _ROW + 0.5), math.floor((place[1] + 180) / _COLUMN + 0.5)
    return row * _ROW - 90, column % 65_536 * _COLUMN - 180


def terminal_features(payment: Payment, terminal: Past) -> dict[str, float]:
    """Return the features of the terminal's past."""
    now = payment.time
    events = terminal.before(now)
    due = now - _DELAY_MS
    values: dict[str, float] = {
        f"terminal_count_{name}": terminal.since(events, now - window)[0]
        for name, window in (("1h", _HOUR_MS), ("7d", 7 * DAY_MS), ("28d", 28 * DAY_MS))
    }
    frauds = [
        event
        for event in (*terminal.frauds, *events)
        if event.fraud_known_at and event.fraud_known_at < now and now - RETENTION_MS <= event.time < now
    ][-TERMINAL.frauds :]
    early = [event for event in frauds if event.time >= due]
    not_due = terminal.since(events, due)[0]
    for name, window in (("1d", DAY_MS), ("7d", 7 * DAY_MS), ("28d", 28 * DAY_MS)):
        known = sum([event.time >= due - window for event in frauds])
        if name != "1d":
            values[f"terminal_frauds_{name}"] = known
        values[f"terminal_risk_{name}"] = _divide(known, terminal.since(events, due - window)[0] - not_due + len(early))
    hour = bisect_left(events, (now - _HOUR_MS,))
    cards = {event.counterpart for event in events[hour:]}
    values["terminal_new_cards_1h"] = len(cards.difference([event.counterpart for event in events[:hour]]))
    return values | _run(events, frauds, early, now, due)


def _run(events: list[Event], frauds: list[Event], early: list[Event], now: int, due: int) -> dict[str, float]:
    """Return what is known of the current run: consecutive known frauds, back from now, over what is due or known."""
    looked_at = frozenset(frauds)
    place = bisect_left(events, (due,)) - 1
    run = list(early)
    while place >= 0 and events[place] in looked_at:
        run.append(events[place])
        place -= 1
    return {
        "terminal_fraud_run": len(run),
        "terminal_fraud_run_age": (now - min(event.time for event in run)) / 1000 if run else _NAN,
        "terminal_fraud_run_cards": len({event.counterpart for event in run}),
        "terminal_seconds_since_fraud": (now - frauds[-1].time) / 1000 if frauds else _NAN,
        "terminal_seconds_since_genuine": (now - events[place].time) / 1000 if place >= 0 else _NAN,
    }


def _divide(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else _NAN


def _distance_km(fields: Mapping[str, float]) -> float:
    """Return the straight line through the globe between card and merchant."""
    places = [fields.get(name) for name in ("card_lat", "card_lon", "merchant_lat", "merchant_lon")]
    if None in places:
        return _NAN
    return _chord_km(*places)


def _chord_km(*degrees: float) -> float:
    lat_a, lon_a, lat_b, lon_b = map(math.radians, degrees)
    dx = math.cos(lat_a) * math.cos(lon_a) - math.cos(lat_b) * math.cos(lon_b)
    dy = math.cos(lat_a) * math.sin(lon_a) - math.cos(lat_b) * math.sin(lon_b)
    dz = math.sin(lat_a) - math.sin(lat_b)
    return _EARTH_RADIUS_KM * math.sqrt(dx * dx + dy * dy + dz * dz)
