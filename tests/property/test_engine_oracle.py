"""Every feature against its definition, computed row by row from plain lists: slow, obvious, and equal to the bit."""

import math

import numpy as np
import pytest
from fraudstream.columns import FRAUD, Transactions
from fraudstream.currency import minor_units
from fraudstream.features import FEATURE_NAMES
from fraudstream.features.payment import chord_km
from fraudstream.hashing import byte_hash, short_hashes
from fraudstream.histories import policy
from fraudstream.histories.entries import LABEL_STEP_MS, MAX_AMOUNT_MINOR
from fraudstream.offline import compute_features

from tests.property.test_stream_equals_replay import DAY_MS, assert_same_bits, make_log, rows
from tests.reliability.proof import proves, tried

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DELAY_MS = 7 * DAY_MS
NAN = math.nan


class Event:
    """One transaction, as a history knows it."""

    def __init__(self, log: Transactions, row: int) -> None:
        self.time = int(log.event_time_ms[row])
        self.amount = min(int(log.amount_minor[row]), MAX_AMOUNT_MINOR)
        self.card, self.terminal = log.card_id[row], log.terminal_id[row]
        self.units = minor_units(log.currency[row])
        (self.order,) = short_hashes([log.transaction_id[row]]).tolist()
        steps = -((self.time - int(log.label_time_ms[row])) // LABEL_STEP_MS)
        known = self.time + steps * LABEL_STEP_MS
        self.fraud_known_at = known if log.label[row] == FRAUD else math.inf

        def told(column):
            return None if column is None else column[row]

        category = told(log.mcc) or told(log.merchant_category)
        self.category = byte_hash(category) if category else None
        self.country = byte_hash(told(log.merchant_country)) if told(log.merchant_country) else None
        self.place = None
        if told(log.entry_mode) not in {"ecom", "moto"} and log.merchant_lat is not None:
            self.place = on_the_grid(float(log.merchant_lat[row]), float(log.merchant_lon[row]))


def on_the_grid(latitude: float, longitude: float) -> tuple[float, float] | None:
    """The middle of a cell, in degrees: 65,535 rows from pole to pole, 65,536 columns around."""
    if math.isnan(latitude + longitude):
        return None
    row, column = (
        math.floor((latitude + 90) / (180 / 65_534) + 0.5),
        math.floor((longitude + 180) / (360 / 65_536) + 0.5),
    )
    return row * (180 / 65_534) - 90, column % 65_536 * (360 / 65_536) - 180


def speed(event: Event, kept: list[Event]) -> float:
    """In km/h, from the last kept place to this one."""
    earlier = [other for other in kept if other.place]
    if not earlier or not event.place:
        return NAN
    points = [np.array([degrees]) for degrees in (*earlier[-1].place, *event.place)]
    return float(chord_km(*points)[0]) * HOUR_MS / max(event.time - earlier[-1].time, MINUTE_MS)


def visits(mine: int | None, theirs: list[int | None]) -> float:
    """How many of them are the same; unknown where mine is, or all of theirs are."""
    if mine is None or (theirs and not any(theirs)):
        return NAN
    return theirs.count(mine)


def divided(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else NAN


def past_of(event: Event, mine: list[Event], bound: int) -> tuple[list[Event], list[Event]]:
    """What is strictly earlier, oldest first: all of it, and what is kept whole of it."""
    earlier = [other for other in mine if other.time < event.time]
    kept = [other for other in earlier if other.time >= event.time - policy.RETENTION_MS]
    return earlier, kept[-bound:]


def window(event: Event, earlier: list[Event], kept: list[Event], length: int) -> list[Event]:
    """Events of a window: exact within what is kept; where it reaches further, from the beginning of its first day."""
    since = event.time - length
    inside = [other for other in earlier if other.time >= since]
    if len(inside) > len(kept):
        return [other for other in earlier if other.time >= since // DAY_MS * DAY_MS]
    return inside


def of_card(event: Event, mine: list[Event], bound: int) -> dict[str, float]:
    earlier, kept = past_of(event, mine, bound)
    values: dict[str, float] = {}
    for name, length in (("1h", HOUR_MS), ("24h", DAY_MS), ("7d", 7 * DAY_MS), ("30d", 30 * DAY_MS)):
        inside = window(event, earlier, kept, length)
        total = sum(other.amount for other in inside)
        values[f"card_count_{name}"] = len(inside)
        values[f"card_amount_ratio_{name}"] = divided(event.amount * len(inside), total)
        values[f"card_amount_mean_{name}"] = divided(total, len(inside) * event.units)
    month = [other.amount for other in reversed(kept) if event.time - other.time <= 30 * DAY_MS]
    mean = divided(sum(month), len(month))
    squares = 0.0
    for amount in month:
        squares += (amount - mean) * (amount - mean)
    deviation = math.sqrt(squares / (len(month) - 1)) if len(month) > 1 else NAN
    median = sorted(other.amount for other in kept)[(len(kept) - 1) // 2] if kept else 0

    def over(times: int, days: int) -> int:
        return sum(other.amount > times * median and event.time - other.time <= days * DAY_MS for other in kept)

    genuine = [
        other.amount for other in kept if event.time - other.time > DELAY_MS and not other.fraud_known_at < event.time
    ]
    frauds = [other for other in kept if other.fraud_known_at < event.time]
    return values | {
        "card_amount_std_30d": deviation / event.units,
        "card_amount_zscore_30d": divided(event.amount - mean, deviation),
        "card_amount_max_30d": divided(max(month, default=0), event.units if month else 0),
        "card_amount_median_ratio": divided(event.amount, median),
        "card_amount_rank": divided(sum(other.amount < event.amount for other in kept), len(kept)),
        "card_above_2x_median_7d": over(2, 7),
        "card_above_3x_median_14d": over(3, 14),
        "card_tenth_median_count_1h": sum(
            other.amount * 10 < median and event.time - other.time <= HOUR_MS for other in kept
        ),
        "card_genuine_mean": divided(sum(genuine), len(genuine) * event.units),
        "card_genuine_ratio": divided(event.amount * len(genuine), sum(genuine)),
        "card_seconds_since_last": (event.time - kept[-1].time) / 1000 if kept else NAN,
        "card_seconds_since_fraud": (event.time - frauds[-1].time) / 1000 if frauds else NAN,
        "card_terminal_visits": sum(tag(other.terminal) == tag(event.terminal) for other in kept),
        "card_category_visits": visits(event.category, [other.category for other in kept]),
        "card_country_visits": visits(event.country, [other.country for other in kept]),
        "card_implied_speed": speed(event, kept),
    }


def of_terminal(event: Event, mine: list[Event], bounds: policy.Bounds) -> dict[str, float]:
    earlier, kept = past_of(event, mine, bounds.events)
    values: dict[str, float] = {}
    for name, length in (("1h", HOUR_MS), ("24h", DAY_MS), ("7d", 7 * DAY_MS), ("28d", 28 * DAY_MS)):
        values[f"terminal_count_{name}"] = len(window(event, earlier, kept, length))
    now = {tag(other.card) for other in kept if event.time - other.time <= HOUR_MS}
    before = {tag(other.card) for other in kept if event.time - other.time > HOUR_MS}
    values["terminal_new_cards_1h"] = len(now - before)
    known = [
        other
        for other in earlier
        if other.fraud_known_at < event.time and other.time >= event.time - policy.RETENTION_MS
    ][-bounds.frauds :]
    due = event.time - DELAY_MS
    not_due = len(window(event, earlier, kept, DELAY_MS))
    early = [other for other in known if other.time >= due]
    for name, length in (("1d", DAY_MS), ("7d", 7 * DAY_MS), ("28d", 28 * DAY_MS)):
        frauds = sum(other.time >= due - length for other in known)
        values[f"terminal_frauds_{name}"] = frauds
        total = len(window(event, earlier, kept, DELAY_MS + length)) - not_due + len(early)
        values[f"terminal_risk_{name}"] = divided(frauds, total)
    run = []
    genuine = None
    for other in reversed([other for other in kept if other.time < due]):
        if other not in known:
            genuine = other
            break
        run.append(other)
    run += early
    newest = known[-1] if known else None
    return values | {
        "terminal_fraud_run": len(run),
        "terminal_fraud_run_age": (event.time - min(other.time for other in run)) / 1000 if run else NAN,
        "terminal_fraud_run_cards": len({tag(other.card) for other in run}),
        "terminal_seconds_since_fraud": (event.time - newest.time) / 1000 if newest else NAN,
        "terminal_seconds_since_genuine": (event.time - genuine.time) / 1000 if genuine else NAN,
    }


def tag(name: str) -> int:
    return int(short_hashes([name])[0])


def by_definition(log: Transactions, card: policy.Bounds, terminal: policy.Bounds) -> np.ndarray:
    events = [Event(log, row) for row in range(len(log))]
    in_order = sorted(events, key=lambda event: (event.time, event.order))
    answer = []
    for event in events:
        values = of_card(event, [other for other in in_order if other.card == event.card], card.events)
        values |= of_terminal(event, [other for other in in_order if other.terminal == event.terminal], terminal)
        answer.append([values.get(name, NAN) for name in FEATURE_NAMES])
    return np.array(answer, np.float32)


@proves(faults=[5, 16], invariants=[4])
@pytest.mark.parametrize("seed", range(30))
def test_every_feature_of_a_past_is_what_its_definition_says(seed, monkeypatch):
    """Random logs in any order, ties, late and missing labels, real bounds and tiny ones: float32 for float32."""
    rng = np.random.default_rng(seed)
    card, terminal = policy.CARD, policy.TERMINAL
    if seed % 3 == 0:
        from fraudstream import offline

        card = policy.Bounds(prefix="card#", events=4, frauds=2, places=2)
        terminal = policy.Bounds(prefix="terminal#", events=6, frauds=3, places=0)
        monkeypatch.setattr(offline, "CARD", card)
        monkeypatch.setattr(offline, "TERMINAL", terminal)
    days = 2 if seed % 5 == 4 else 70  # crowded, for what looks back an hour or less
    log = make_log(rng, int(rng.integers(1, 500)), int(rng.integers(1, 6)), int(rng.integers(1, 6)), days)
    if seed % 2:
        log = rows(log, rng.permutation(len(log)), labels=True)
    expected, computed = by_definition(log, card, terminal), compute_features(log)
    of_payment = [
        not name.startswith(("card_", "terminal_")) or name == "card_merchant_distance" for name in FEATURE_NAMES
    ]
    expected[:, of_payment] = computed[:, of_payment]
    expected[np.isnan(expected)] = np.nan  # one NaN, whatever the sign a division gave it
    computed[np.isnan(computed)] = np.nan
    assert_same_bits(expected, computed)
    tried(len(log))
