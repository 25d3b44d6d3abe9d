"""A file that was dropped, from its bytes to its report."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fraudstream.chargebacks.reading import Reading, Tally
from fraudstream.chargebacks.report import INCOMING, as_csv, as_json, as_notice, report_key
from fraudstream.chargebacks.table import MAX_BYTES, FileRefused, read_table, too_large
from fraudstream.ports import ObjectStore


class DroppedFiles(Protocol):
    """The bucket that files are dropped in."""

    def read(self, key: str, limit_bytes: int) -> bytes | int | None:
        """Return a file's bytes; its size if that is above the limit; None if it is gone."""


class Notices(Protocol):
    """The topic that tells people."""

    def send(self, subject: str, text: str) -> None:
        """Send one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chargebacks:
    """Reads dropped files. Every step can be repeated: the report of the last reading stands."""

    files: DroppedFiles
    reports: ObjectStore
    notices: Notices
    reading: Reading
    bucket: str

    def read(self, key: str, *, now_ms: int, time_left_ms: Callable[[], int]) -> Tally | FileRefused | None:
        """Read one file; None where there is none under that key, or it is none of ours.

        Raises
        ------
        StoreUnavailableError, OutOfTimeError
            Not all is done: the file is to be read again.
        """
        if not key.startswith(INCOMING) or key.endswith("/"):
            return None
        body = self.files.read(key, MAX_BYTES)
        if body is None:
            return None
        table = too_large(body) if isinstance(body, int) else read_table(body)
        result: Tally | FileRefused
        if isinstance(table, FileRefused):
            result = table
        else:
            result = self.reading.run(table, now_ms=now_ms, time_left_ms=time_left_ms)
        self.reports.put(report_key(key) + ".csv", as_csv(result))
        self.reports.put(report_key(key) + ".json", as_json(key, result))
        self.notices.send(*as_notice(key, result, self.bucket))
        return result
