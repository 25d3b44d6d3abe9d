"""List answers: filtered, sorted and paged the way every List call of SageMaker is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from local.sagemaker.errors import invalid
from local.sagemaker.kinds import Kind
from local.sagemaker.records import Record, Records

_COMMON = ("CreationTime", "LastModifiedTime")
_MOST = 100


def list_resources(
    records: Records, kind: Kind, params: dict[str, Any], also: Callable[[Record], bool] = lambda _: True
) -> dict[str, Any]:
    """Return one page of summaries of ``kind``; ``NextToken`` is the position where the next page starts."""
    found = [record for record in records.every(kind) if _matches(kind, record, params) and also(record)]
    by = {"Name": f"{kind.name}Name", "Status": kind.status_key}.get(params.get("SortBy", ""), "CreationTime")
    descending = params.get("SortOrder", "Descending" if kind.newest_first else "Ascending") == "Descending"
    found.sort(key=lambda record: record.get(by, ""), reverse=descending)
    return page(kind.list_key, [_summary(kind, record) for record in found], params)


def page(list_key: str, summaries: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    """Return the page that ``NextToken`` and ``MaxResults`` ask for: 10 where nothing is said, 100 at most."""
    size = int(params.get("MaxResults") or 10)
    if not 1 <= size <= _MOST:
        raise invalid(
            f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: "
            f"Member must be between 1 and {_MOST}"
        )
    start = int(params.get("NextToken") or 0)
    answer: dict[str, Any] = {list_key: summaries[start : start + size]}
    if start + size < len(summaries):
        answer["NextToken"] = str(start + size)
    return answer


def _matches(kind: Kind, record: Record, params: dict[str, Any]) -> bool:
    name = str(record[f"{kind.name}Name"])
    return (
        params.get("NameContains", "").lower() in name.lower()
        and params.get("StatusEquals") in (None, record.get(kind.status_key))
        and params.get(kind.status_key) in (None, record.get(kind.status_key))
        and params.get("ModelApprovalStatus") in (None, record.get("ModelApprovalStatus"))
        and all(_within(record.get(time, record["CreationTime"]), time, params) for time in _COMMON)
    )


def _within(moment: float, name: str, params: dict[str, Any]) -> bool:
    after, before = params.get(f"{name}After"), params.get(f"{name}Before")
    return (after is None or _seconds(after) <= moment) and (before is None or moment <= _seconds(before))


def _seconds(time: float | str) -> float:
    """Return epoch seconds; Step Functions passes a time on as the text that the state gave."""
    return datetime.fromisoformat(time).timestamp() if isinstance(time, str) else float(time)


def _summary(kind: Kind, record: Record) -> Record:
    members = (f"{kind.name}Name", f"{kind.name}Arn", kind.status_key, *_COMMON, *kind.listed)
    return {member: record[member] for member in members if member in record}
