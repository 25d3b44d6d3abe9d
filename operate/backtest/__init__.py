"""Backtest: a changed rules document on the archive, beside the present one, by the code of the stream.

What is counted and told (`evaluate`) needs numpy and the core alone.
"""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: `operate.backtest.command`."""
    from operate.backtest import command  # noqa: PLC0415 who wants the evaluation alone needs none of what this loads

    return command.main(arguments)
