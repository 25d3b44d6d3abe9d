"""Drift reports, as measure_drift keeps them: one a day."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aged import Aged
from fraudstream.adapters.calls import Calls
from fraudstream.console.drift import DriftDay, DriftShown
from fraudstream.drift.measuring import SCORE
from moments import canonical
from objects import Documents

_SHOWN = 30
_LOOKED_BACK_DAYS = 60
"""So that what is listed stays one page, however long the stack has been measured."""


@dataclass(frozen=True, slots=True)
class DriftReports:
    """The reports of the last weeks. A report under the same name and tag is the same."""

    documents: Documents
    calls: Calls
    kept: Aged[dict[str, Any] | None]

    def shown(self, now_seconds: float) -> DriftShown:
        """Return the last report, and the last ones in a line each.

        Raises
        ------
        StoreUnavailableError
            S3 is away.
        """
        day = time.strftime("%Y-%m-%d", time.gmtime(now_seconds - _LOOKED_BACK_DAYS * 86_400))
        listed = self.documents.listed("drift/", f"drift/{day}")[-_SHOWN:]
        found = self.calls.map(self._read, listed[::-1])
        reports = [report for report in found if report is not None]
        history = tuple(day_of(report) for report in reports)
        return DriftShown(report=reports[0] if reports else None, history=history)

    def _read(self, named: tuple[str, str]) -> dict[str, Any] | None:
        return self.kept.get(named, lambda: self.documents.read(named[0]))


def day_of(report: Mapping[str, Any]) -> DriftDay:
    """Return a report in a line."""
    drift = report.get("drift") or {}
    columns = drift.get("columns") or ()
    features = [column for column in columns if column["name"] != SCORE]
    score = [column["psi"] for column in columns if column["name"] == SCORE]
    largest = max(features, key=lambda column: column["psi"], default=None)
    return DriftDay(
        until=canonical(report["window"]["until"]),
        model_version=(report.get("champion") or {}).get("model_version"),
        rows=drift.get("rows", 0),
        score_psi=score[0] if score else None,
        largest_psi=largest["psi"] if largest else None,
        largest=largest["name"] if largest else None,
        drifted=tuple(report.get("drifted") or ()),
        missing=sum(bool(column["missing_drifted"]) for column in features) if features else None,
        worse=(report.get("labels") or {}).get("worse"),
        why_not=report.get("why_not", ""),
    )
