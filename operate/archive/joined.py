"""How the names of the rules that fired stand in one text of a column."""

JOINED_BY = "\n"
"""Between two names, none of which has it."""
