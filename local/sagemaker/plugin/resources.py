"""CloudFormation resources that live in the SageMaker process.

The embedded AWS calls these on its event loop; the process answers them without calling back, so each is
one short local request.
"""

from __future__ import annotations

from typing import Any

from local.sagemaker.plugin.forward import call

Created = tuple[str, dict[str, Any]]
_TARGET_MEMBERS = (
    "ServiceNamespace", "ResourceId", "ScalableDimension", "MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState",
)  # fmt: skip
_POLICY_KINDS = {
    "TargetTrackingScalingPolicyConfiguration": "TargetTrackingScaling",
    "StepScalingPolicyConfiguration": "StepScaling",
}
_NUMBERS = ("MinCapacity", "MaxCapacity")


def _done(target: str, params: dict[str, Any]) -> dict[str, Any]:
    status, answer = call(target, params)
    if status >= 400:
        raise ValueError(f"{answer['__type']}: {answer['message']}")
    return answer


def _gone(target: str, params: dict[str, Any]) -> None:
    """Delete; what is not there any more is deleted."""
    status, answer = call(target, params)
    missing = "does not exist" in answer.get("message", "") or answer.get("__type") == "ObjectNotFoundException"
    if status >= 400 and not missing:
        raise ValueError(f"{answer['__type']}: {answer['message']}")


def create_group(_logical_id: str, props: dict[str, Any], _stack: str) -> Created:
    """Create a model package group; Ref is its ARN."""
    arn = _done("SageMaker.CreateModelPackageGroup", props)["ModelPackageGroupArn"]
    return arn, _group_attributes(arn)


def update_group(physical_id: str, old: dict[str, Any], new: dict[str, Any], _stack: str) -> Created:
    """Change the tags; anything else would be a new group and needs a new name."""
    if {**old, "Tags": None} != {**new, "Tags": None}:
        raise ValueError("ModelPackageGroup: name and description cannot be changed; give it another name.")
    if new.get("Tags"):
        _done("SageMaker.AddTags", {"ResourceArn": physical_id, "Tags": new["Tags"]})
    return physical_id, _group_attributes(physical_id)


def delete_group(physical_id: str, _props: dict[str, Any]) -> None:
    """Delete a group."""
    _gone("SageMaker.DeleteModelPackageGroup", {"ModelPackageGroupName": physical_id})


def _group_attributes(arn: str) -> dict[str, Any]:
    shown = _done("SageMaker.DescribeModelPackageGroup", {"ModelPackageGroupName": arn})
    return {
        "ModelPackageGroupArn": arn,
        "ModelPackageGroupStatus": shown["ModelPackageGroupStatus"],
        "CreationTime": str(shown["CreationTime"]),
    }


def put_target(_logical_id: str, props: dict[str, Any], _stack: str) -> Created:
    """Register a scalable target, or change it; Ref is resource, dimension and namespace."""
    given = {k: int(v) if k in _NUMBERS else v for k, v in props.items() if k in _TARGET_MEMBERS}
    if unknown := set(props) - set(_TARGET_MEMBERS):
        raise ValueError(f"ScalableTarget: not done here: {', '.join(sorted(unknown))}")
    _done("AnyScaleFrontendService.RegisterScalableTarget", given)
    physical_id = f"{given['ResourceId']}|{given['ScalableDimension']}|{given['ServiceNamespace']}"
    return physical_id, {"Id": physical_id}


def delete_target(physical_id: str, _props: dict[str, Any]) -> None:
    """Deregister a target."""
    _gone("AnyScaleFrontendService.DeregisterScalableTarget", _named(physical_id))


def put_policy(_logical_id: str, props: dict[str, Any], _stack: str) -> Created:
    """Put a scaling policy on a target; Ref is its ARN."""
    named = _named(props["ScalingTargetId"]) if "ScalingTargetId" in props else {}
    configuration = {kind: props[kind] for kind in _POLICY_KINDS if kind in props}
    if not configuration:
        raise ValueError("ScalingPolicy: not done here: neither target tracking nor step scaling")
    members = ("PolicyName", "PolicyType", "ServiceNamespace", "ResourceId", "ScalableDimension")
    given = {**named, **{k: props[k] for k in members if k in props}, **configuration}
    given.setdefault("PolicyType", _POLICY_KINDS[next(iter(configuration))])
    arn = _done("AnyScaleFrontendService.PutScalingPolicy", given)["PolicyARN"]
    return arn, {"Arn": arn, "PolicyName": given["PolicyName"]}


def delete_policy(physical_id: str, _props: dict[str, Any]) -> None:
    """Delete a policy, found by its ARN."""
    resource, _, name = physical_id.partition("resource/")[2].partition(":policyName/")
    found = call("AnyScaleFrontendService.DescribeScalingPolicies", {"PolicyNames": [name], "ResourceId": resource})
    for policy in found[1].get("ScalingPolicies", []):
        members = ("PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension")
        _gone("AnyScaleFrontendService.DeleteScalingPolicy", {member: policy[member] for member in members})


def _named(target_id: str) -> dict[str, Any]:
    resource, dimension, namespace = target_id.split("|")
    return {"ResourceId": resource, "ScalableDimension": dimension, "ServiceNamespace": namespace}


HANDLERS: dict[str, dict[str, Any]] = {
    "AWS::SageMaker::ModelPackageGroup": {"create": create_group, "update": update_group, "delete": delete_group},
    "AWS::ApplicationAutoScaling::ScalableTarget": {"create": put_target, "delete": delete_target},
    "AWS::ApplicationAutoScaling::ScalingPolicy": {"create": put_policy, "delete": delete_policy},
}
