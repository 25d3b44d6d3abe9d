"""Features of transactions: one engine, called by the stream with a few histories and by training with a year."""

from fraudstream.features.engine import compute
from fraudstream.features.registry import (
    FEATURE_NAMES,
    FEATURES_VERSION,
    LABEL_DELAY_SECONDS,
    REGISTRY,
    SCHEMA_HASH,
    Feature,
)
from fraudstream.features.targets import Targets

__all__ = [
    "FEATURES_VERSION",
    "FEATURE_NAMES",
    "LABEL_DELAY_SECONDS",
    "REGISTRY",
    "SCHEMA_HASH",
    "Feature",
    "Targets",
    "compute",
]
