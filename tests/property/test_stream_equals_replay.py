"""The stream, cut anywhere, and an offline replay of the same log give the same features and the same histories."""

from dataclasses import fields, replace

import numpy as np
import pytest
from fraudstream.columns import FRAUD, Transactions
from fraudstream.histories import policy
from fraudstream.offline import compute_features, fold_histories
from fraudstream.online import BatchUpdate, Labels
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reliability.proof import proves, tried

DAY_MS = 86_400_000
START_MS = 1_700_000_000_000


def make_log(rng: np.random.Generator, n: int, cards: int, terminals: int, days: int) -> Transactions:
    """A log in time order, with ties, bursts, huge and zero amounts, missing columns' values and late labels.

    One in four has nothing of merchants, as poor data have it.
    """
    step = int(rng.choice([1, 1000, 10_000]))
    time = np.sort(START_MS + rng.integers(0, days * DAY_MS, n) // step * step)
    amount = np.where(rng.random(n) < 0.02, 2**40 + 5, (10 ** rng.uniform(0, 6, n)).astype(np.int64))
    label_time = time + (rng.exponential(6, n) * DAY_MS).astype(np.int64)
    log = Transactions(
        transaction_id=[f"t{i}" for i in range(n)],
        card_id=[f"c{i}" for i in rng.integers(0, cards, n)],
        terminal_id=[f"m{i}" for i in (rng.integers(0, terminals, n) * rng.random(n)).astype(int)],
        event_time_ms=time,
        amount_minor=np.where(rng.random(n) < 0.05, 0, amount),
        currency=rng.choice(["EUR", "JPY", "KWD"], n).tolist(),
        entry_mode=rng.choice(np.array(["chip", "ecom", None], object), n).tolist(),
        merchant_country=rng.choice(np.array(["FR", "DE", None], object), n).tolist(),
        mcc=rng.choice(np.array(["5411", "5812", "5541", None], object), n).tolist(),
        merchant_category=rng.choice(np.array(["grocery", "fuel", None], object), n).tolist(),
        card_lat=rng.uniform(-90, 90, n),
        card_lon=rng.uniform(-180, 180, n),
        merchant_lat=np.where(rng.random(n) < 0.2, np.nan, rng.uniform(-90, 90, n)),
        merchant_lon=rng.uniform(-180, 180, n),
        label=np.where(rng.random(n) < 0.3, FRAUD, 0).astype(np.int8),
        label_time_ms=label_time,
    )
    if rng.random() < 0.75:
        return log
    names = ("mcc", "merchant_category", "merchant_country", "merchant_lat", "merchant_lon")
    return replace(log, **dict.fromkeys(names))


def rows(log: Transactions, index: np.ndarray, *, labels: bool) -> Transactions:
    """The given rows of a log, with or without their labels."""
    values = {}
    for field in fields(log):
        column = getattr(log, field.name)
        if column is None or (field.name.startswith("label") and not labels):
            values[field.name] = None
        else:
            values[field.name] = column[index] if isinstance(column, np.ndarray) else [column[i] for i in index]
    return Transactions(**values)


def labels_of(log: Transactions, index: np.ndarray) -> Labels:
    """The labels of the given rows as events."""
    return Labels(
        transaction_id=[log.transaction_id[i] for i in index],
        card_id=[log.card_id[i] for i in index],
        terminal_id=[log.terminal_id[i] for i in index],
        event_time_ms=log.event_time_ms[index],
        label=log.label[index],
        label_time_ms=log.label_time_ms[index],
    )


def stream(log: Transactions, cuts: list[int], again: int = 0) -> tuple[np.ndarray, dict[str, bytes]]:
    """Send transactions and labels in order of time, in batches cut as told, every `again`-th batch twice."""
    n = len(log)
    labelled = np.flatnonzero((log.label > 0) & (log.label_time_ms <= log.event_time_ms[-1] + 1))
    when = np.concatenate((log.event_time_ms, log.label_time_ms[labelled]))
    event = np.concatenate((np.arange(n), labelled + n))
    event = event[np.lexsort((event, when))]
    stored: dict[str, bytes] = {}
    features: list[np.ndarray] = []
    for number, batch in enumerate(np.split(event, cuts)):
        for repeat in range(2 if again and number % again == 0 else 1):
            tx, label = batch[batch < n], batch[batch >= n] - n
            update = BatchUpdate(rows(log, tx, labels=False), labels_of(log, label))
            matrix, changed = update.apply({key: stored[key] for key in update.keys if key in stored})
            assert not (repeat and changed), "a batch delivered again changed a history"
            stored |= changed
            if not repeat:  # the decision of the first delivery stands, with its features
                features.append(matrix)
    return np.concatenate(features), stored


def known_by_the_end(log: Transactions) -> Transactions:
    """The log with only those labels that the stream had delivered by its end."""
    late = log.label_time_ms > log.event_time_ms[-1] + 1
    values = {field.name: getattr(log, field.name) for field in fields(log)}
    return Transactions(**values | {"label": np.where(late, 0, log.label).astype(np.int8)})


def assert_same_bits(one: np.ndarray, other: np.ndarray) -> None:
    """Equal to the bit, NaN equal to NaN."""
    from fraudstream.features import FEATURE_NAMES

    differing = one.view(np.uint32) != other.view(np.uint32)
    where = {FEATURE_NAMES[column]: int(differing[:, column].sum()) for column in np.flatnonzero(differing.any(0))}
    assert not where, where


@pytest.fixture(params=["bounds as they are", "tight bounds, so that every history folds"], ids=["wide", "tight"])
def bounds(request, monkeypatch):
    """Run with the real bounds, and with tiny ones."""
    if request.param.startswith("tight"):
        from fraudstream import offline, online

        card = policy.Bounds(prefix="card#", events=3, frauds=2, places=2)
        terminal = policy.Bounds(prefix="terminal#", events=5, frauds=3, places=0)
        for module in (offline, online):
            monkeypatch.setattr(module, "CARD", card)
            monkeypatch.setattr(module, "TERMINAL", terminal)


@proves(faults=[5], invariants=[4])
@pytest.mark.parametrize("seed", range(12))
def test_stream_cut_anywhere_equals_offline_replay_to_the_bit(bounds, seed):
    """Whatever the batches, each transaction is served the features that training computes, and histories agree."""
    tried()
    rng = np.random.default_rng(seed)
    log = make_log(rng, int(rng.integers(50, 1200)), int(rng.integers(1, 30)), int(rng.integers(1, 12)), 80)
    cuts = np.sort(rng.integers(0, len(log), int(rng.integers(0, 60)))).tolist()
    served, histories = stream(log, cuts, again=int(rng.integers(0, 3)))
    assert_same_bits(served, compute_features(log))
    assert histories == fold_histories(known_by_the_end(log))


@proves(faults=[5], invariants=[4])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_small_streams_cut_by_hypothesis_equal_their_replay(data):
    """Hypothesis chooses the log's size, its crowding and every cut."""
    tried()
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    log = make_log(rng, data.draw(st.integers(1, 80)), data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3)), 60)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(log)), max_size=20)))
    served, histories = stream(log, cuts)
    assert_same_bits(served, compute_features(log))
    assert histories == fold_histories(known_by_the_end(log))


@proves(faults=[16], invariants=[4])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("span_ms", [60_000, 600_000, 3_600_000, DAY_MS])
def test_bursts_at_one_terminal_equal_their_replay(seed, span_ms):
    """Fifteen hundred transactions within a minute to a day: folding waits for its grace, up to the hard bound."""
    tried()
    rng = np.random.default_rng(seed)
    log = make_log(rng, 1500, int(rng.integers(1, 40)), 2, 60)
    time = START_MS + np.sort(rng.integers(0, span_ms, len(log)))
    label_time = time + (rng.exponential(0.2, len(log)) * span_ms).astype(np.int64)
    log = replace(log, event_time_ms=time, label_time_ms=label_time)
    served, histories = stream(log, np.sort(rng.integers(0, len(log), 40)).tolist(), again=3)
    assert_same_bits(served, compute_features(log))
    assert histories == fold_histories(known_by_the_end(log))
