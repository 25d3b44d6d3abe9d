"""Parameters of queries."""

from collections.abc import Mapping

from fraudstream.api.problems import Problem


def unknown_among(query: Mapping[str, str], known: tuple[str, ...]) -> Problem | None:
    """Return that a query has a parameter which its route does not know."""
    if set(known).issuperset(query):
        return None
    return Problem.parameter(f"unknown parameter; there are {', '.join(sorted(known))}" if known else "there is none")


def whole(query: Mapping[str, str], name: str, default: int, most: int) -> int | Problem:
    """Return a whole number from 1 on."""
    text = query.get(name, str(default))
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= most:
        return int(text)
    return Problem.parameter(f"{name}: 1 to {most}")
