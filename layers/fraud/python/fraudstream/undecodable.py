"""What the JSON decoder raises on bytes that are not what was agreed."""

import msgspec

UNDECODABLE = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)
"""Beside its own errors: broken UTF-8 inside a text, a number beyond 64 bits, nesting beyond the stack."""
