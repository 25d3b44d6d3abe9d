"""The limits of what is taken from a stream."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a record may be at most.

    Attributes
    ----------
    max_record_bytes
        The size of a record.
    max_future_ms
        How far a producer's clock may be ahead of ours.
    max_event_age_ms
        How long ago a transaction may have happened when it arrives; None: any time since 2000. Labels come late by
        nature and are not bound by it.
    """

    max_record_bytes: int = 262_144
    max_future_ms: int = 300_000
    max_event_age_ms: int | None = None
