"""What keeps a decision from being explained."""


class ExplainError(Exception):
    """Something is not there or not whole; the message says what to do."""
