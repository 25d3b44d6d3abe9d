"""The metrics of a reading, by name."""

from fraudstream.chargebacks.reading import Tally
from fraudstream.chargebacks.table import FileRefused


def counts(result: Tally | FileRefused) -> dict[str, int]:
    """Return metric names and values; the same names whatever became of the file."""
    tally = Tally() if isinstance(result, FileRefused) else result
    return {
        "ChargebackLines": tally.lines,
        "ChargebacksSent": tally.sent,
        "ChargebacksUnchanged": tally.unchanged + tally.superseded,
        "ChargebacksUnmatched": tally.unmatched,
        "ChargebacksRefused": len(tally.problems) - tally.unmatched,
        "ChargebackFilesRefused": int(isinstance(result, FileRefused)),
    }
