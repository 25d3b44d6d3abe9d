"""Figures as people read them."""

from fraudstream.currency import exponent

UNKNOWN = "-"
"""Stands where nothing was measured."""


def share(value: float | None, digits: int = 1) -> str:
    """Return a share in percent; a dash for what was not measured."""
    return UNKNOWN if value is None else f"{value * 100:.{digits}f}%"


def figure(value: float | None, digits: int = 3) -> str:
    """Return a figure with its digits; a dash for what was not measured."""
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def count(value: int) -> str:
    """Return a whole number with separators."""
    return f"{value:,}"


def money(minor: float, currency: str) -> str:
    """Return minor units as money.

    Examples
    --------
    >>> money(123456, "EUR"), money(-500, "JPY")
    ('1,234.56 EUR', '-500 JPY')
    """
    digits = exponent(currency)
    return f"{minor / 10**digits:,.{digits}f} {currency}"


def rounded_money(minor: float, currency: str) -> str:
    """Return money without its small change."""
    return f"{whole_units(minor, currency)} {currency}"


def whole_units(minor: float, currency: str) -> str:
    """Return money without small change and currency, for axes."""
    return f"{minor / 10 ** exponent(currency):,.0f}"


def day(moment: str) -> str:
    """Return the date of an RFC 3339 time."""
    return moment[:10]


def many(number: int, one: str) -> str:
    """Return a number of things, in the plural where it is not one."""
    return f"{number:,} {one if number == 1 else one + 's'}"
