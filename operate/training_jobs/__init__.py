"""Training jobs for people: launched from a laptop or notebook, listed, and the images they run in.

What needs Amazon's SDK (`with_sdk`, `image_map`) runs in an environment of its own and imports nothing else of ours.
"""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    from operate.training_jobs.command import main as command  # noqa: PLC0415 - the SDK's environment lacks its packages

    return command(arguments)
