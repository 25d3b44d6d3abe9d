"""Times: the hours that are measured, in UTC."""

from datetime import UTC, datetime

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def epoch_ms(text: str) -> int:
    """Return an RFC 3339 time in milliseconds since the epoch.

    Raises
    ------
    ValueError
        For anything else, a time without a zone included.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"as_of must say its zone, such as 2026-11-24T02:30:00Z, not {text}")
    return round(moment.timestamp() * 1000)


def iso(moment_ms: int) -> str:
    """Return a time as people read it, to the second."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(moment_ms: int) -> str:
    """Return the date of a time."""
    return iso(moment_ms)[:10]


def prefixes(from_ms: int, until_ms: int) -> list[str]:
    """Return where the archive keeps what arrived in each hour of a window of whole hours."""
    starts = (datetime.fromtimestamp(start / 1000, UTC) for start in range(from_ms, until_ms, HOUR_MS))
    return [f"archive/date={start:%Y-%m-%d}/hour={start:%H}/" for start in starts]
