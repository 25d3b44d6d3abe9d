"""Moments as the contract writes them: RFC 3339, UTC, to the millisecond; inside, milliseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta

PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,3})?(?:Z|\+00:00)"
EARLIEST_MS = 946_684_800_000
"""2000-01-01T00:00:00Z. Nothing of interest is older; what claims to be is a unit or clock mistake."""

_written_as_agreed = re.compile(PATTERN).fullmatch
_from_iso = datetime.fromisoformat
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_epoch_ms(text: str) -> int | None:
    """Return the moment in milliseconds since 1970, or None where the text is not such a moment.

    Finer digits are refused rather than cut off: one text means one millisecond to every reader of the archive.

    Examples
    --------
    >>> to_epoch_ms("2026-11-23T13:14:36.123Z")
    1795439676123
    >>> to_epoch_ms("2026-02-30T00:00:00Z") is None
    True
    """
    # The pattern goes first: `fromisoformat` also reads week dates, other offsets and, from Python 3.14, hour 24.
    if _written_as_agreed(text) is None:
        return None
    try:
        since = _from_iso(text) - _EPOCH
    except ValueError:
        return None
    return (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000


def from_epoch_ms(milliseconds: int) -> str:
    """Return the one canonical text of a moment.

    Examples
    --------
    >>> from_epoch_ms(1795439676123)
    '2026-11-23T13:14:36.123Z'
    """
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1_000:03d}Z"
