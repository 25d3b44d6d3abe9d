"""What is only known later shows, whatever it is disguised as; what merely helps does not."""

import numpy as np
import pandas as pd
import pytest
from dataset import Part, Schema
from leaks import LeakyColumnError, LeakyFeatureError, check_columns, check_features
from raw_data import FEEDING, to_transactions

from tests.unit.test_training_samples import START_MS, history, part


def with_feature(values: np.ndarray, sample: Part) -> Part:
    """The sample with its last feature replaced."""
    features = sample.features.copy()
    features[:, 2] = values
    return Part(**{name: getattr(sample, name) for name in Part.__dataclass_fields__} | {"features": features})


SAMPLE = part()
RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize(
    "values",
    [
        SAMPLE.fraud.astype(np.float32),
        1 - SAMPLE.fraud.astype(np.float32),
        np.where(SAMPLE.fraud, np.nan, RANDOM.normal(size=len(SAMPLE))),
        np.where(SAMPLE.fraud, RANDOM.normal(size=len(SAMPLE)), np.nan),
        np.where(SAMPLE.fraud, 10, 0) + RANDOM.random(len(SAMPLE)),
        np.where(SAMPLE.fraud, 5, RANDOM.choice([1, 9], len(SAMPLE))),
    ],
    ids=[
        "the label",
        "its opposite",
        "missing for frauds",
        "missing for the rest",
        "a shifted noise",
        "a secret value",
    ],
)
def test_a_feature_that_knows_the_label_is_refused(values: np.ndarray) -> None:
    """By its order, by being missing, or by its values."""
    with pytest.raises(LeakyFeatureError, match=r"^ratio alone separates frauds from the rest"):
        check_features(with_feature(values, SAMPLE))


def test_a_good_feature_is_no_leak() -> None:
    """A feature may tell a good deal, and an id of each row's own tells nothing."""
    assert check_features(SAMPLE) == []
    assert check_features(with_feature(np.arange(len(SAMPLE)), SAMPLE)) == []


def test_a_feature_that_nearly_knows_is_said_aloud() -> None:
    """From an AUC of .99 on somebody should look."""
    noise = RANDOM.random(len(SAMPLE)) < 0.004
    (warning,) = check_features(with_feature((SAMPLE.fraud ^ noise).astype(np.float32), SAMPLE))
    assert warning.startswith("ratio alone nearly separates")


def test_few_frauds_accuse_no_feature() -> None:
    """Nineteen frauds may be told apart by chance."""
    sample = part(frauds=0.004)
    assert 0 < sample.fraud.sum() < 20
    assert check_features(with_feature(sample.fraud.astype(np.float32), sample)) == []


def test_a_long_window_is_looked_at_in_part_and_judged_in_full() -> None:
    """Forty-one thousand rows: a leak in all but a few of those passed over is no leak."""
    rows = 100_000
    fraud = np.arange(rows) % 2 == 0
    leak = fraud.copy()
    leak[np.flatnonzero(fraud)[1::7]] = False  # wrong for one in seven
    sample = big(fraud, leak)
    assert check_features(sample) == []
    with pytest.raises(LeakyFeatureError):
        check_features(big(fraud, fraud))


def big(fraud: np.ndarray, feature: np.ndarray) -> Part:
    rows = len(fraud)
    ids = np.array(["x"] * rows, object)
    return Part(
        schema=Schema(feature_names=("a",), features_version="1", schema_hash="0"),
        features=feature.astype(np.float32)[:, None],
        fraud=fraud,
        transaction_id=ids,
        card_id=ids,
        event_time_ms=np.full(rows, START_MS),
        amount_minor=np.ones(rows, np.int64),
        currency=ids,
        card_reported=np.zeros(rows, bool),
    )


def uploaded(**columns: object) -> tuple[pd.DataFrame, np.ndarray]:
    """An uploaded history with further columns, and who is a fraud in it."""
    frame = history()
    fraud = (frame["label"] == "fraud").to_numpy()
    return frame.assign(**{name: make(fraud) for name, make in columns.items()}), fraud


@pytest.mark.parametrize(
    "disguise",
    [
        lambda fraud: np.where(fraud, "chargeback", "chip"),
        lambda fraud: np.where(fraud, "moto", np.array(["chip", "ecom", "swipe"])[np.arange(len(fraud)) % 3]),
        lambda fraud: np.where(fraud, None, "chip"),
        lambda fraud: np.where(fraud, [f"case {number}" for number in range(len(fraud))], None),
    ],
    ids=["said", "a value of its own", "left empty for frauds", "a case number of each fraud"],
)
def test_a_label_in_disguise_is_refused_in_a_column_that_features_use(disguise: object) -> None:
    """Whatever the column is called, and however many values it has."""
    with pytest.raises(LeakyColumnError, match="column entry_mode is the label in disguise"):
        check_columns(*uploaded(entry_mode=disguise))


def test_a_label_in_disguise_elsewhere_is_warned_of() -> None:
    """No feature reads the issuer's answer; a rule might."""
    (warning,) = check_columns(*uploaded(auth_response=lambda fraud: np.where(fraud, "43 stolen", "00")))
    assert warning.startswith("column auth_response is the label in disguise")


def test_coordinates_can_be_a_disguise_too() -> None:
    """A merchant whose place is filled in when the case is closed."""
    with pytest.raises(LeakyColumnError, match="merchant_lat"):
        check_columns(*uploaded(merchant_lat=lambda fraud: np.where(fraud, 48.5, np.nan)))


def test_ids_and_honest_columns_are_no_disguise() -> None:
    """Every transaction has an id of its own, and frauds may prefer a way to pay."""

    def honest(fraud: np.ndarray) -> np.ndarray:
        return np.where(fraud & (np.arange(len(fraud)) % 2 == 0), "ecom", "chip")

    frame, fraud = uploaded(entry_mode=honest, device_id=lambda fraud: [f"d{n}" for n in range(len(fraud))])
    assert check_columns(frame.assign(card_id=np.where(fraud, "f", "l")), fraud) == []


def test_what_feeds_features_is_what_the_engine_is_given() -> None:
    """The list of columns beside `to_transactions` is all that it reads, so that Spark brings it all."""
    frame = history(rows=50)
    filled = dict.fromkeys(FEEDING - {"currency"}, "1")
    full = to_transactions(frame.assign(**filled, auth_response="x"))
    given = {name for name in type(full).__slots__ if getattr(full, name) is not None}
    core = {"transaction_id", "card_id", "terminal_id", "event_time_ms", "amount_minor", "label", "label_time_ms"}
    assert given == FEEDING | core
