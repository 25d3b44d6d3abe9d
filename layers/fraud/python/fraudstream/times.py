"""Moments as text."""

from datetime import UTC, datetime


def iso(moment_ms: int) -> str:
    """Return epoch milliseconds as RFC 3339 text in UTC with milliseconds, which sorts as it follows in time."""
    seconds, milliseconds = divmod(moment_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"
