"""Numbers as the page writes them."""

from collections.abc import Mapping


def plain(value: float) -> str:
    """Return a whole number, thousands apart."""
    return f"{value:,.0f}"


def short(value: float) -> str:
    """Return a number with three digits, more only where it is larger."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def times(value: float) -> str:
    """Return a ratio."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def with_spread(value: Mapping[str, float]) -> str:
    """Return a median and, in brackets, its quartiles."""
    return f"{short(value['median'])} ({short(value['low'])}-{short(value['high'])})"
