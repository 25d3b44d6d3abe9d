"""The labelled dataset between the jobs: Parquet files that say which features they hold."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
from jobs import JobError
from numpy.typing import NDArray

_KEY = b"fraudstream"


class DatasetError(JobError):
    """A dataset is missing, or not one that `prepare` wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Which features, in which order, of which version."""

    feature_names: tuple[str, ...]
    features_version: str
    schema_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows of one window, in order of time.

    Attributes
    ----------
    features
        float32, shape (n, features), NaN for missing.
    fraud
        The matured truth.
    card_reported
        Whether a recent fraud of the card was known before the row's day began: its holder has been called already.
    """

    schema: Schema
    features: NDArray[np.float32]
    fraud: NDArray[np.bool_]
    transaction_id: NDArray[np.object_]
    card_id: NDArray[np.object_]
    event_time_ms: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    currency: NDArray[np.object_]
    card_reported: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.fraud)


def write_part(directory: Path, part: Part) -> None:
    """Write a part as `data.parquet` in a directory."""
    columns = {
        name: pa.array(part.features[:, position]) for position, name in enumerate(part.schema.feature_names)
    } | {
        "label": pa.array(part.fraud.astype(np.int8)),
        "transaction_id": pa.array(part.transaction_id, pa.string()),
        "card_id": pa.array(part.card_id, pa.string()),
        "event_time_ms": pa.array(part.event_time_ms),
        "amount_minor": pa.array(part.amount_minor),
        "currency": pa.array(part.currency, pa.string()),
        "card_reported": pa.array(part.card_reported),
    }
    schema = {
        "feature_names": list(part.schema.feature_names),
        "features_version": part.schema.features_version,
        "schema_hash": part.schema.schema_hash,
    }
    directory.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns).replace_schema_metadata({_KEY: json.dumps(schema).encode()})
    pa_parquet.write_table(table, directory / "data.parquet", compression="zstd")


def read_part(directory: Path) -> Part:
    """Read what `write_part` wrote.

    Raises
    ------
    DatasetError
        If there is nothing, or something else.
    """
    path = directory / "data.parquet"
    try:
        table = pa_parquet.read_table(path)
        schema = json.loads(table.schema.metadata[_KEY])
    except (OSError, KeyError, TypeError, ValueError) as error:  # pa.ArrowInvalid is a ValueError
        raise DatasetError(f"{path} is not a dataset of prepare.py") from error
    names = tuple(schema["feature_names"])
    features = np.empty((table.num_rows, len(names)), np.float32)
    for position, name in enumerate(names):
        features[:, position] = table.column(name).to_numpy()

    def column(name: str) -> NDArray:
        return table.column(name).to_numpy()

    return Part(
        schema=Schema(
            feature_names=names, features_version=schema["features_version"], schema_hash=schema["schema_hash"]
        ),
        features=features,
        fraud=column("label") > 0,
        transaction_id=column("transaction_id"),
        card_id=column("card_id"),
        event_time_ms=column("event_time_ms"),
        amount_minor=column("amount_minor"),
        currency=column("currency"),
        card_reported=column("card_reported"),
    )
