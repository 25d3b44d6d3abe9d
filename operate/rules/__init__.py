"""The team's policy: checked, published, compared, taken back.

What reads a rules file (`reading`) is in the functions behind the console too, without the command.
"""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: `operate.rules.command`."""
    from operate.rules import command  # noqa: PLC0415 who wants the reading alone needs none of what this loads

    return command.main(arguments)
