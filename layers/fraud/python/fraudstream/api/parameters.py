"""Parameters of a query: what is not known, or none of what it may be, is refused and never passed over."""

from collections.abc import Collection, Mapping

from fraudstream.api.problems import Problem

_LONGEST_NUMBER = 9


def unknown(query: Mapping[str, str], known: Collection[str]) -> Problem | None:
    """Return that a query has a parameter that the route does not: an answer without regard to it would be wrong."""
    if set(known).issuperset(query):
        return None
    return Problem.parameter(f"unknown parameter; there are {', '.join(sorted(known))}")


def whole(text: str, *, least: int = 1, most: int) -> int | None:
    """Return a whole number in ASCII digits within bounds, both of which it may be; None for anything else.

    Examples
    --------
    >>> whole("25", most=100), whole("0", most=100), whole("1.5", most=100)
    (25, None, None)
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        return None
    return int(text) if least <= int(text) <= most else None
