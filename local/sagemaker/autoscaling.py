"""Application Auto Scaling's register: targets and policies are kept and shown; nothing here scales.

One server answers for a variant whatever its instance count, so there is nothing to scale; the register is
what a template and a state machine need in order to be the same here and on AWS.
"""

from __future__ import annotations

import zlib
from typing import Any

from local.sagemaker.errors import AwsError
from local.sagemaker.records import Records, now
from local.sagemaker.settings import Settings

_TARGETS, _POLICIES = "ScalableTargets", "ScalingPolicies"


class AutoScaling:
    """The calls of Application Auto Scaling that the system uses."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._settings: Settings = records.settings

    def register(self, params: dict[str, Any]) -> dict[str, Any]:
        """Register a target, or change its capacities."""
        key = _key(params)
        arn = self._arn(f"scalable-target/{zlib.crc32(key.encode()):08x}")
        members = {k: v for k, v in params.items() if k != "Tags" and v is not None}

        def change(targets: dict[str, Any]) -> Any:
            # Registering again changes what is given and leaves the rest.
            targets[key] = {"CreationTime": now(), "ScalableTargetARN": arn, **targets.get(key, {}), **members}
            return targets[key]["ScalableTargetARN"]

        return {"ScalableTargetARN": self._records.table(_TARGETS, change)}

    def deregister(self, params: dict[str, Any]) -> dict[str, Any]:
        """Forget a target and its policies."""
        key = _key(params)
        if self._records.table(_TARGETS, lambda targets: targets.pop(key, None)) is None:
            raise _missing("scalable target", params)
        self._records.table(_POLICIES, lambda policies: [policies.pop(k) for k in [*policies] if k.startswith(key)])
        return {}

    def describe(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the targets that were asked for."""
        wanted = params.get("ResourceIds")
        targets = self._matching(_TARGETS, params)
        return {"ScalableTargets": [t for t in targets if not wanted or t["ResourceId"] in wanted]}

    def put_policy(self, params: dict[str, Any]) -> dict[str, Any]:
        """Put a policy on a registered target."""
        target, key = _key(params), f"{_key(params)}|{params['PolicyName']}"
        if target not in self._records.table(_TARGETS, lambda targets: targets):
            raise _missing("scalable target", params)
        arn = self._arn(f"scalingPolicy:resource/{params['ResourceId']}:policyName/{params['PolicyName']}")

        def change(policies: dict[str, Any]) -> None:
            policies[key] = {"CreationTime": now(), **policies.get(key, {}), **params, "PolicyARN": arn, "Alarms": []}

        self._records.table(_POLICIES, change)
        return {"PolicyARN": arn, "Alarms": []}

    def describe_policies(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the policies that were asked for."""
        names = params.get("PolicyNames")
        policies = self._matching(_POLICIES, params)
        return {"ScalingPolicies": [p for p in policies if not names or p["PolicyName"] in names]}

    def delete_policy(self, params: dict[str, Any]) -> dict[str, Any]:
        """Delete a policy."""
        key = f"{_key(params)}|{params['PolicyName']}"
        if self._records.table(_POLICIES, lambda policies: policies.pop(key, None)) is None:
            raise _missing("scaling policy", params)
        return {}

    def _matching(self, table: str, params: dict[str, Any]) -> list[dict[str, Any]]:
        members = ("ServiceNamespace", "ResourceId", "ScalableDimension")
        every = self._records.table(table, lambda entries: list(entries.values()))
        return [e for e in every if all(params.get(member) in (None, e[member]) for member in members)]

    def _arn(self, what: str) -> str:
        service = "autoscaling" if what.startswith("scalingPolicy") else "application-autoscaling"
        return f"arn:aws:{service}:{self._settings.region}:{self._settings.account}:{what}"


def _key(params: dict[str, Any]) -> str:
    return f"{params['ResourceId']}|{params['ScalableDimension']}|{params['ServiceNamespace']}"


def _missing(what: str, params: dict[str, Any]) -> AwsError:
    return AwsError(
        "ObjectNotFoundException",
        f"No {what} found for service namespace: {params['ServiceNamespace']}, "
        f"resource ID: {params['ResourceId']}, scalable dimension: {params['ScalableDimension']}",
    )
