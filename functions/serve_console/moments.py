"""Moments as AWS and reports give them, as the contract writes them."""

from datetime import datetime

from fraudstream.contract.instants import from_epoch_ms, to_epoch_ms


def text_of(moment: datetime) -> str:
    """Return a moment as the contract writes it."""
    return from_epoch_ms(round(moment.timestamp() * 1000))


def text_at(seconds: float) -> str:
    """Return a moment in seconds since 1970 as the contract writes it."""
    return from_epoch_ms(round(seconds * 1000))


def canonical(text: str) -> str:
    """Return a moment that some document has, to the millisecond."""
    milliseconds = to_epoch_ms(text)
    return text if milliseconds is None else from_epoch_ms(milliseconds)
