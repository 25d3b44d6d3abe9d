"""Moments as the contract writes them: RFC 3339, UTC, to the millisecond; inside, milliseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,3})?(?:Z|\+00:00)"
"""How a moment is written; that the day exists is checked besides."""
EARLIEST_MS = 946_684_800_000
"""2000-01-01T00:00:00Z. Nothing of interest is older; what claims to be is a unit or clock mistake."""

_CANONICAL_LENGTH = len("2026-11-23T13:14:36.123Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_is_minute = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]").fullmatch
_SECONDS = {f":{second:02d}": second * 1_000 for second in range(60)}
_FRACTIONS = {"": 0} | {f".{n:0{digits}d}": n * 10 ** (3 - digits) for digits in (1, 2, 3) for n in range(10**digits)}
_ENDS = {fraction + zone: ms for fraction, ms in _FRACTIONS.items() for zone in ("Z", "+00:00")}


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
    minute, second, end = _minute_ms(text[:16]), _SECONDS.get(text[16:19]), _ENDS.get(text[19:])
    return None if minute is None or second is None or end is None else minute + second + end


# Payments of a batch share a few minutes: looking the minute up and adding the rest halves the time.
@lru_cache(maxsize=4_096)
def _minute_ms(text: str) -> int | None:
    # The pattern goes first: `fromisoformat` also reads week dates and, from Python 3.14, hour 24.
    if _is_minute(text) is None:
        return None
    try:
        since = datetime.fromisoformat(text).replace(tzinfo=UTC) - _EPOCH
    except ValueError:
        return None
    return (since.days * 86_400 + since.seconds) * 1_000


def from_epoch_ms(milliseconds: int) -> str:
    """Return the one canonical text of a moment.

    Examples
    --------
    >>> from_epoch_ms(1795439676123)
    '2026-11-23T13:14:36.123Z'
    """
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def canonical(text: str, milliseconds: int) -> str:
    """Return the one canonical text of a moment that was read from a text: mostly that text itself.

    Examples
    --------
    >>> canonical("2026-11-23T13:14:36+00:00", 1795439676000)
    '2026-11-23T13:14:36.000Z'
    """
    # Of what `to_epoch_ms` reads, only this form has so many characters and ends so.
    return text if len(text) == _CANONICAL_LENGTH and text.endswith("Z") else from_epoch_ms(milliseconds)
