"""Features of transactions: one engine, called by the stream with a few histories and by training with a year."""

from fraudstream.features.registry import (
    FEATURE_NAMES,
    FEATURES_VERSION,
    LABEL_DELAY_SECONDS,
    REGISTRY,
    SCHEMA_HASH,
    Feature,
)

__all__ = [
    "FEATURES_VERSION",
    "FEATURE_NAMES",
    "LABEL_DELAY_SECONDS",
    "REGISTRY",
    "SCHEMA_HASH",
    "Feature",
]
