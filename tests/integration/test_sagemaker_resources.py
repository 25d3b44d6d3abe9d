"""CloudFormation resources that live in the SageMaker process, and the register of Application Auto Scaling."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import Sagemaker, waited

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration


def template(capacity: int) -> str:
    resource_id = "endpoint/scaled/variant/AllTraffic"
    dimension = "sagemaker:variant:DesiredInstanceCount"
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": resource_id,
        "ScalableDimension": dimension,
        "MinCapacity": 1,
        "MaxCapacity": capacity,
    }
    tracking = {
        "TargetValue": 1000.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    }
    policy = {
        "PolicyName": "invocations",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": "Target"},
        "TargetTrackingScalingPolicyConfiguration": tracking,
    }
    group = {"ModelPackageGroupName": "of-a-stack", "ModelPackageGroupDescription": "champions"}
    return json.dumps(
        {
            "Resources": {
                "Group": {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": group},
                "Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": target},
                "Policy": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": policy},
            },
            "Outputs": {
                "GroupArn": {"Value": {"Ref": "Group"}},
                "GroupStatus": {"Value": {"Fn::GetAtt": ["Group", "ModelPackageGroupStatus"]}},
                "TargetId": {"Value": {"Ref": "Target"}},
                "PolicyArn": {"Value": {"Ref": "Policy"}},
            },
        }
    )


def test_a_stack_creates_updates_and_deletes_them(sagemaker: Sagemaker) -> None:
    """What the template says is what the APIs show afterwards, and nothing is left after deletion."""
    formation, client = sagemaker.client("cloudformation"), sagemaker.client("sagemaker")
    scaling = sagemaker.client("application-autoscaling")
    formation.create_stack(StackName="resources", TemplateBody=template(2))
    waited(formation, "stack_create_complete", StackName="resources")
    (stack,) = formation.describe_stacks(StackName="resources")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    group = client.describe_model_package_group(ModelPackageGroupName="of-a-stack")
    assert outputs["GroupArn"] == group["ModelPackageGroupArn"]
    assert outputs["GroupStatus"] == "Completed"
    assert outputs["TargetId"] == "endpoint/scaled/variant/AllTraffic|sagemaker:variant:DesiredInstanceCount|sagemaker"
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 2)
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert policy["PolicyARN"] == outputs["PolicyArn"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 1000.0

    formation.update_stack(StackName="resources", TemplateBody=template(4))
    waited(formation, "stack_update_complete", StackName="resources")
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert target["MaxCapacity"] == 4

    formation.delete_stack(StackName="resources")
    waited(formation, "stack_delete_complete", StackName="resources")
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []
    with pytest.raises(ClientError, match="does not exist"):
        client.describe_model_package_group(ModelPackageGroupName="of-a-stack")


def test_a_policy_needs_its_target(sagemaker: Sagemaker) -> None:
    """A policy for what was never registered is refused, as AWS does."""
    scaling = sagemaker.client("application-autoscaling")
    with pytest.raises(scaling.exceptions.ObjectNotFoundException, match="No scalable target found"):
        scaling.put_scaling_policy(
            PolicyName="lost",
            ServiceNamespace="sagemaker",
            ResourceId="endpoint/none/variant/AllTraffic",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 1.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
            },
        )


def test_every_patch_point_is_as_expected(sagemaker: Sagemaker) -> None:
    """The embedded AWS started with the plugin, which checks its patch points; unknown calls are refused loudly."""
    client = sagemaker.client("sagemaker")
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client.create_notebook_instance(
            NotebookInstanceName="later", InstanceType="ml.t3.medium", RoleArn="arn:aws:iam::000000000000:role/tests"
        )
