"""Quantities as people write them: no more digits than they hold, a unit that fits their size."""

from collections.abc import Callable

from fraudstream.currency import exponent

_UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))
_FLOAT32_DIGITS = 7


def number(value: float) -> str:
    """Return a number with separators, such as 12,400; with one decimal below 10, with two below 1, if it has any."""
    if value == round(value) or abs(value) >= 10:
        return f"{value:,.0f}"
    if abs(value) >= 1:
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:.2f}".rstrip("0").removesuffix(".") if abs(value) >= 0.01 else "less than 0.01"


def count(value: float) -> str:
    """Return how many there are, `no` for none."""
    return number(value) if value else "no"


def times(value: float) -> str:
    """Return how many times as large an amount is: 5 times (another), 0.25 times, about (the same)."""
    shown = number(value)
    return "about" if shown == "1" else f"{shown} times"


def percent(share: float) -> str:
    """Return a share in whole percent, which says 0% and 100% only of what is exactly that."""
    if 0 < share < 0.01:
        return "less than 1%"
    if 0.99 < share < 1:
        return "more than 99%"
    return f"{share:.0%}"


def money(value: float, currency: str | None) -> str:
    """Return an amount in whole units as its currency is written, such as 1,250.00 EUR.

    A feature is a float32, of seven digits: where they do not reach to the last decimal, decimals are left away.
    """
    decimals = exponent(currency) if currency else 2
    shown = f"{value:,.{decimals if abs(value) < 10 ** (_FLOAT32_DIGITS - decimals) else 0}f}"
    return f"{shown} {currency}" if currency else shown


def duration(seconds: float) -> str:
    """Return a time in the largest unit of which there are two, such as 90 minutes or 3 days."""
    if seconds < 1:
        return "less than a second"
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size), _UNITS[-1])
    whole = round(seconds / size)
    return f"{whole:,} {unit if whole != 1 else unit[:-1]}"


def speed(value: float) -> str:
    """Return km/h to two digits: it follows from a straight line between two addresses."""
    return f"about {_two_digits(value):,.0f} km/h" if value >= 1 else "less than 1 km/h"


def distance(value: float) -> str:
    """Return km, to the kilometre."""
    return f"{value:,.0f} km" if value >= 1 else "less than 1 km"


def deviations(value: float) -> str:
    """Return standard deviations and on which side, such as 2.5 standard deviations above."""
    shown = number(abs(value))
    noun = "standard deviation" if shown == "1" else "standard deviations"
    return f"{shown} {noun} {'above' if value > 0 else 'below'}"


def hour(value: float) -> str:
    """Return the hour that begins at a whole number of hours, such as 23:00 and 24:00."""
    return f"{value:02.0f}:00 and {value + 1:02.0f}:00"


def _two_digits(value: float) -> float:
    return value if value < 100 else float(f"{value:.1e}")


SHOWN: dict[str, Callable[[float, str | None], str]] = {
    "count": lambda value, _: count(value),
    "times": lambda value, _: times(value),
    "percent": lambda value, _: percent(value),
    "money": money,
    "time": lambda value, _: duration(value),
    "speed": lambda value, _: speed(value),
    "km": lambda value, _: distance(value),
    "deviations": lambda value, _: deviations(value),
    "hour": lambda value, _: hour(value),
}
"""What the placeholders of sentences stand for: each takes the value and, where there is one, the currency."""
