"""List answers: filtered, sorted and paged the way every List call of SageMaker is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.sagemaker.kinds import Kind
from local.sagemaker.records import Record, Records

_COMMON = ("CreationTime", "LastModifiedTime")


def list_resources(
    records: Records, kind: Kind, params: dict[str, Any], also: Callable[[Record], bool] = lambda _: True
) -> dict[str, Any]:
    """Return one page of summaries of ``kind``; ``NextToken`` is the position where the next page starts."""
    found = [record for record in records.every(kind) if _matches(kind, record, params) and also(record)]
    by_name = params.get("SortBy") == "Name"
    descending = params.get("SortOrder", "Descending" if kind.newest_first else "Ascending") == "Descending"
    found.sort(key=lambda record: record[f"{kind.name}Name" if by_name else "CreationTime"], reverse=descending)
    start = int(params.get("NextToken") or 0)
    end = start + int(params.get("MaxResults") or 10)
    answer: dict[str, Any] = {kind.list_key: [_summary(kind, record) for record in found[start:end]]}
    if end < len(found):
        answer["NextToken"] = str(end)
    return answer


def _matches(kind: Kind, record: Record, params: dict[str, Any]) -> bool:
    name = str(record[f"{kind.name}Name"])
    return (
        params.get("NameContains", "").lower() in name.lower()
        and params.get("StatusEquals") in (None, record.get(kind.status_key))
        and params.get("ModelApprovalStatus") in (None, record.get("ModelApprovalStatus"))
        and params.get("CreationTimeAfter", 0) <= record["CreationTime"]
        and record["CreationTime"] <= params.get("CreationTimeBefore", record["CreationTime"])
    )


def _summary(kind: Kind, record: Record) -> Record:
    members = (f"{kind.name}Name", f"{kind.name}Arn", kind.status_key, *_COMMON, *kind.listed)
    return {member: record[member] for member in members if member in record}
