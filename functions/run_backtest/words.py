"""Why there is no report, for who waits for it."""

import errno

from archive import TimeUpError
from fraudstream.errors import PolicyError

from operate.archive.errors import ArchiveError
from operate.backtest.trying import NoRowsError


def explained(error: Exception, days: int) -> tuple[str, bool]:
    """Return what to tell, and whether it was to be expected: else operators are to hear of it."""
    period = "day" if days == 1 else f"{days} days"
    if isinstance(error, NoRowsError):
        return f"No transaction was decided in the last {period}: choose a longer period.", True
    if isinstance(error, TimeUpError):
        return (
            f"The archive of the last {period} cannot be read in the fifteen minutes that there are. Choose fewer "
            "days, or use the command line: make backtest. Started again soon, it goes on where it ended."
        ), True
    if isinstance(error, PolicyError):
        return "The live rules, or these, are not valid for the version that is deployed: check them again.", True
    if isinstance(error, ArchiveError):
        return f"The archive cannot be read: {error}.", True
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"The archive of the last {period} is larger than the function's disk: choose fewer days.", True
    return "It failed for a reason that nobody expected: operators find it in the log of run_backtest.", False
