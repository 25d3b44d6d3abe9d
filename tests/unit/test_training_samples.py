"""Small histories and datasets with something to learn, shared by the tests of training."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zstandard
from dataset import Part, Schema, write_part
from moments import from_epoch_ms
from windows import DAY_MS

START_MS = 1_700_006_400_000  # midnight
SCHEMA = Schema(feature_names=("amount", "count", "ratio"), features_version="1", schema_hash="00112233aabbccdd")


def history(
    rows: int = 3_000, days: float = 60, *, fraud_share: float = 0.1, delay_days: float = 7, seed: int = 0
) -> pd.DataFrame:
    """Return transactions in contract columns; frauds are large, and everything is labelled `delay_days` later."""
    random = np.random.default_rng(seed)
    event_ms = START_MS + np.sort(random.integers(0, int(days * DAY_MS), rows))
    fraud = random.random(rows) < fraud_share
    amount = np.where(fraud, random.integers(5_000, 90_000, rows), random.integers(100, 20_000, rows))
    return pd.DataFrame(
        {
            "transaction_id": [f"tx-{number:06d}" for number in range(rows)],
            "event_time": from_epoch_ms(event_ms),
            "card_id": [f"c{number}" for number in random.integers(0, 40, rows)],
            "terminal_id": [f"t{number}" for number in random.integers(0, 30, rows)],
            "amount_minor": amount,
            "currency": ["EUR"] * rows,
            "label": np.where(fraud, "fraud", "legitimate"),
            "label_time": from_epoch_ms(event_ms + int(delay_days * DAY_MS)),
        }
    )


def part(rows: int = 2_000, *, frauds: float = 0.1, seed: int = 0, schema: Schema = SCHEMA) -> Part:
    """Return labelled rows in which the second feature tells a good deal and some values are missing."""
    random = np.random.default_rng(seed)
    fraud = random.random(rows) < frauds
    features = random.normal(size=(rows, len(schema.feature_names))).astype(np.float32)
    features[:, 1] += 2 * fraud
    features[random.random(features.shape) < 0.1] = np.nan
    return Part(
        schema=schema,
        features=features,
        fraud=fraud,
        transaction_id=np.array([f"tx{i}" for i in range(rows)], object),
        card_id=np.array([f"c{i}" for i in random.integers(0, 200, rows)], object),
        event_time_ms=START_MS + np.sort(random.integers(0, 7 * DAY_MS, rows)),
        amount_minor=random.integers(100, 50_000, rows),
        currency=np.array(["EUR"] * rows, object),
        card_reported=random.random(rows) < 0.1,
    )


def write_data(directory: Path, **parts: Part) -> Path:
    """Write parts as `prepare.py` does."""
    for name, each in parts.items():
        write_part(directory / name, each)
    return directory


def transaction_line(
    number: int, event_time: str, features: list[float | None], *, version: str = "1", **fields: Any
) -> dict[str, Any]:
    """Return an archive line of a transaction."""
    transaction = {
        "schema_version": 1,
        "transaction_id": f"tx-{number:06d}",
        "event_time": event_time,
        "card_id": "c1",
        "terminal_id": "t1",
        "amount_minor": 100 + number,
        "currency": "EUR",
    }
    decision = {"decision": "approve", "scored_by": "endpoint", "fraud_score": 0.25, "features_version": version}
    return {
        "kind": "transaction",
        "transaction": transaction | fields,
        "decision": decision | {"model_version": "m1"},
        "features": features,
    }


def label_line(number: int, label: str, label_time: str) -> dict[str, Any]:
    """Return an archive line of a label."""
    fields = {"transaction_id": f"tx-{number:06d}", "label": label, "label_time": label_time, "source": "analyst"}
    return {"kind": "label", "label": fields}


def write_object(directory: Path, name: str, lines: list[dict[str, Any]]) -> Path:
    """Write an archive object."""
    path = directory / "date=2024-01-01" / "hour=00" / "shard-0" / f"{name}.jsonl.zst"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    return path


def test_samples_have_both_classes_and_gaps() -> None:
    """Tests that use them rest on this."""
    assert set(history()["label"]) == {"fraud", "legitimate"}
    sample = part()
    assert 0 < sample.fraud.mean() < 0.5
    assert np.isnan(sample.features).any()
