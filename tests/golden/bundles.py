"""A model's bundle as `train.py` writes it, and what the endpoint with that model is asked and answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from bundle import BASELINE, GOLDEN_ROWS, METADATA, MODEL, load, read_golden_rows
from fraudstream import scoring
from inference import transform_fn
from train import main

from tests.unit.test_training_samples import part, write_data

FILES = (MODEL, METADATA, GOLDEN_ROWS, BASELINE)
ROUNDS = 4


def write_bundle(directory: Path, scratch: Path) -> None:
    """Train a few small trees on made-up rows, and keep the bundle without its code."""
    data = write_data(scratch / "data", train=part(seed=1), validation=part(800, seed=2))
    paths = ["--train", str(data / "train"), "--validation", str(data / "validation")]
    options = ["--rounds", str(ROUNDS), "--max_depth", "2", "--model_version", "golden", "--threads", "1"]
    assert main([*paths, "--model_dir", str(scratch / "model"), *options]) == 0
    for name in FILES:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes((scratch / "model" / name).read_bytes())


def form(value: Any) -> Any:
    """Return a document's form: its keys and the types at them, whatever the values."""
    if isinstance(value, dict):
        return {key: form(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [form(value[0])] if value else []
    return "number" if isinstance(value, int | float) else type(value).__name__


def forms(directory: Path) -> dict[str, Any]:
    """Return the form of every document of a bundle."""
    return {str(name): form(json.loads((directory / name).read_text())) for name in FILES if name != MODEL}


@contextmanager
def speaking_as(directory: Path) -> Iterator[None]:
    """Have the caller's side compute the features that a bundle was made for."""
    told = json.loads((directory / METADATA).read_text())
    with (
        patch.object(scoring, "SCHEMA_HASH", told["schema_hash"]),
        patch.object(scoring, "FEATURE_NAMES", tuple(told["feature_names"])),
    ):
        yield


def request(directory: Path) -> bytes:
    """Return what the scoring function sends for a bundle's first golden rows and the last, which has no value."""
    rows, _ = read_golden_rows(directory)
    with speaking_as(directory):
        return scoring.request_body(scoring.json_rows(np.concatenate([rows[:3], rows[-3:]])), 2)


def answer(directory: Path, body: bytes) -> bytes:
    """Return what the endpoint with a bundle's model answers."""
    content, _ = transform_fn(load(directory), body, scoring.CONTENT_TYPE, "application/json")
    return content.encode()
