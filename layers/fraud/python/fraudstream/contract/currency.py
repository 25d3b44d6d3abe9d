"""Which currencies an amount can be in, and how many decimals each has (ISO 4217, tables A.1 and A.3)."""

from fraudstream.currency import KNOWN, exponent

EXPONENT: dict[str, int] = {code: exponent(code) for code in sorted(KNOWN)}
"""Decimals of every accepted currency: 2 for EUR, 0 for JPY, 3 for KWD. Metals, tests and "no currency" are not money
that a card can be charged in, and are not accepted."""
