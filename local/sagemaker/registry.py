"""The model registry: groups, and versioned packages with their approval."""

from __future__ import annotations

from typing import Any

from local.sagemaker.errors import AwsError, invalid, not_done
from local.sagemaker.kinds import PACKAGE, PACKAGE_GROUP
from local.sagemaker.listing import list_resources
from local.sagemaker.records import Record, Records, public

_BY = {"UserProfileArn": "", "UserProfileName": "", "DomainId": ""}
_APPROVALS = ("Approved", "Rejected", "PendingManualApproval")


class Registry:
    """Model package groups and their packages."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create_group(self, params: dict[str, Any]) -> dict[str, Any]:
        """Create a group, without versions yet."""
        record = {**params, "ModelPackageGroupStatus": "Completed", "CreatedBy": _BY, "_versions": 0}
        return {"ModelPackageGroupArn": self._records.add(PACKAGE_GROUP, params["ModelPackageGroupName"], record)}

    def delete_group(self, params: dict[str, Any]) -> dict[str, Any]:
        """Delete a group that is empty."""
        group = self._records.get(PACKAGE_GROUP, params["ModelPackageGroupName"])["ModelPackageGroupName"]
        if any(package["ModelPackageGroupName"] == group for package in self._records.every(PACKAGE)):
            raise AwsError("ConflictException", f"Cannot delete Model Package Group: {group} contains packages.")
        self._records.remove(PACKAGE_GROUP, group)
        return {}

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        """Register the next version of a group."""
        if "ModelPackageGroupName" not in params:
            raise not_done("A model package outside a group")
        group = self._records.get(PACKAGE_GROUP, params["ModelPackageGroupName"])
        name = group["ModelPackageGroupName"]
        approval = params.get("ModelApprovalStatus", "PendingManualApproval")
        _check_approval(approval)
        version = self._next_version(name)
        record = {
            **params,
            "ModelPackageGroupName": name,
            "ModelPackageVersion": version,
            "ModelApprovalStatus": approval,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
            "CreatedBy": _BY,
        }
        # The version's name holds a slash, which no name given by a caller may.
        return {"ModelPackageArn": self._records.add(PACKAGE, f"{name}/{version}", record, checked=False)}

    def describe(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return one version, by its ARN."""
        return _versioned(public(self._records.get(PACKAGE, params["ModelPackageName"])))

    def list(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the packages of one group, or of all."""
        wanted = dict(params)
        group = self._records.short_name(PACKAGE_GROUP, wanted.pop("ModelPackageGroupName", ""))
        if group:
            self._records.get(PACKAGE_GROUP, group)
        answer = list_resources(
            self._records, PACKAGE, wanted, lambda record: group in ("", record["ModelPackageGroupName"])
        )
        return {**answer, PACKAGE.list_key: [_versioned(summary) for summary in answer[PACKAGE.list_key]]}

    def update(self, params: dict[str, Any]) -> dict[str, Any]:
        """Approve or reject a package, or change its properties."""
        package = self._records.get(PACKAGE, params["ModelPackageArn"])
        changed = {
            key: value for key, value in params.items() if key in ("ApprovalDescription", "SourceUri", "ModelCard")
        }
        if approval := params.get("ModelApprovalStatus"):
            _check_approval(approval)
            changed["ModelApprovalStatus"] = approval
        properties = package.get("CustomerMetadataProperties", {}) | params.get("CustomerMetadataProperties", {})
        for name in params.get("CustomerMetadataPropertiesToRemove", []):
            properties.pop(name, None)
        self._records.change(
            PACKAGE,
            package["ModelPackageName"],
            **changed,
            CustomerMetadataProperties=properties,
            LastModifiedBy=_BY,
        )
        return {"ModelPackageArn": package["ModelPackageArn"]}

    def delete(self, params: dict[str, Any]) -> dict[str, Any]:
        """Delete one version; its number is not given again."""
        self._records.remove(PACKAGE, self._records.short_name(PACKAGE, params["ModelPackageName"]))
        return {}

    def _next_version(self, group: str) -> int:
        """Count up: no number is given twice, also after its version was deleted."""

        def count(groups: dict[str, Any]) -> int:
            groups[group]["_versions"] += 1
            return int(groups[group]["_versions"])

        return int(self._records.table(PACKAGE_GROUP.name, count))


def _check_approval(status: str) -> None:
    if status not in _APPROVALS:
        raise invalid(
            f"1 validation error detected: Value '{status}' at 'modelApprovalStatus' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(_APPROVALS)}]"
        )


def _versioned(record: Record) -> Record:
    """Return the record without a name: answers name a version by its group and number."""
    return {key: value for key, value in record.items() if key != "ModelPackageName"}
