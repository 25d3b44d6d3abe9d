"""A stack in memory, as pause and resume see it; any call may be the last before an interruption."""

# ruff: noqa: ARG004 - every deed is called alike

import argparse
import copy
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from operate.target import Target


class ProcessEndedError(Exception):
    """The process ended here."""


def error(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")


@dataclass
class FakeAws:
    """What there is, and how many calls are left before the process ends."""

    mapping: str = "Enabled"
    endpoint: str | None = "c1"
    configs: set[str] = field(default_factory=lambda: {"c1"})
    scaling: dict[str, Any] | None = field(default_factory=lambda: {"MinCapacity": 1, "MaxCapacity": 3})
    policies: dict[str, Any] = field(default_factory=lambda: {"by-load": {"TargetValue": 300.0}})
    schedules: dict[str, str] = field(default_factory=lambda: {"retrain": "ENABLED", "off": "DISABLED"})
    rules: dict[str, str] = field(default_factory=lambda: {"fraudstream-clock": "ENABLED"})
    parameters: dict[str, str] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    retention_hours: int = 48
    record_age_seconds: int = 86_400
    on_demand: bool = False
    calls_left: int | None = None
    log: list[str] = field(default_factory=list)

    def state(self) -> Any:
        """All that a pause may change."""
        kept = (self.mapping, self.endpoint, self.scaling, self.policies, self.schedules, self.rules, self.parameters)
        return copy.deepcopy(kept)

    def target(self) -> Target:
        return Target(
            name="fraudstream",
            outputs={
                "TransactionStreamName": "fraudstream-transactions",
                "EndpointName": "fraudstream",
                "RetrainStateMachineArn": "arn:retrain",
                "DeployStateMachineArn": "arn:deploy",
                "AlertTopicArn": "arn:aws:sns:eu-west-1:1:a",
            },
            client=lambda name: Client(self, name.replace("-", "_")),
            where="a test",
        )


@dataclass
class Client:
    """One service; each call is counted before it is done."""

    aws: FakeAws
    service: str

    @property
    def meta(self) -> Any:
        members = {"GroupName", "Name", "State", "ScheduleExpression", "ClientToken"}
        shape = argparse.Namespace(input_shape=argparse.Namespace(members=members))
        return argparse.Namespace(service_model=argparse.Namespace(operation_model=lambda _: shape))

    def get_paginator(self, name: str) -> Any:
        return argparse.Namespace(paginate=lambda **arguments: [getattr(self, name)(**arguments)])

    def __getattr__(self, name: str) -> Any:
        def call(**given: Any) -> Any:
            if self.aws.calls_left is not None:
                self.aws.calls_left -= 1
                if self.aws.calls_left < 0:
                    raise ProcessEndedError
            self.aws.log.append(name)
            return getattr(Deeds, name)(self.aws, given)

        return call


class Deeds:
    """What each call does."""

    @staticmethod
    def list_event_source_mappings(aws: FakeAws, given: Any) -> Any:
        assert given["FunctionName"] == "fraudstream-score-transactions"
        other = {"EventSourceArn": "arn:k:stream/other", "UUID": "x", "State": "Enabled"}
        ours = {"EventSourceArn": "arn:k:stream/fraudstream-transactions", "UUID": "u1", "State": aws.mapping}
        return {"EventSourceMappings": [other, ours | {"MaximumRecordAgeInSeconds": aws.record_age_seconds}]}

    @staticmethod
    def get_event_source_mapping(aws: FakeAws, given: Any) -> Any:
        assert given["UUID"] == "u1"
        aws.mapping = {"Disabling": "Disabled", "Enabling": "Enabled"}.get(aws.mapping, aws.mapping)
        return {"State": aws.mapping}

    @staticmethod
    def update_event_source_mapping(aws: FakeAws, given: Any) -> None:
        aws.mapping = "Enabling" if given["Enabled"] else "Disabling"

    @staticmethod
    def get_function_configuration(aws: FakeAws, given: Any) -> Any:
        return {"Timeout": 0}

    @staticmethod
    def describe_stream_summary(aws: FakeAws, given: Any) -> Any:
        mode = {"StreamMode": "ON_DEMAND" if aws.on_demand else "PROVISIONED"}
        summary = {"RetentionPeriodHours": aws.retention_hours, "OpenShardCount": 2, "StreamModeDetails": mode}
        return {"StreamDescriptionSummary": summary}

    @staticmethod
    def list_executions(aws: FakeAws, given: Any) -> Any:
        return {"executions": [{"name": name} for name in aws.running]}

    @staticmethod
    def list_stack_resources(aws: FakeAws, given: Any) -> Any:
        names = [("AWS::Scheduler::Schedule", name) for name in aws.schedules]
        names += [("AWS::Events::Rule", name) for name in (*aws.rules, "fraudstream-approved")]
        return {"StackResourceSummaries": [{"ResourceType": t, "PhysicalResourceId": n} for t, n in names]}

    @staticmethod
    def list_schedules(aws: FakeAws, given: Any) -> Any:
        found = [{"GroupName": "fraudstream", "Name": n, "State": s} for n, s in aws.schedules.items()]
        return {"Schedules": [*found, {"GroupName": "fraudstream-other", "Name": "theirs", "State": "ENABLED"}]}

    @staticmethod
    def get_schedule(aws: FakeAws, given: Any) -> Any:
        if given["Name"] not in aws.schedules:
            raise error("ResourceNotFoundException")
        return {**given, "State": aws.schedules[given["Name"]], "ScheduleExpression": "rate(1 day)", "Arn": "arn:s"}

    @staticmethod
    def update_schedule(aws: FakeAws, given: Any) -> None:
        assert set(given) == {"GroupName", "Name", "State", "ScheduleExpression"}
        aws.schedules[given["Name"]] = given["State"]

    @staticmethod
    def list_rules(aws: FakeAws, given: Any) -> Any:
        pattern = {"Name": "fraudstream-approved", "State": "ENABLED", "EventPattern": "{}"}
        clock = [{"Name": n, "State": s, "ScheduleExpression": "rate(5 minutes)"} for n, s in aws.rules.items()]
        return {"Rules": [pattern, *clock]}

    @staticmethod
    def enable_rule(aws: FakeAws, given: Any) -> None:
        aws.rules[given["Name"]] = "ENABLED"

    @staticmethod
    def disable_rule(aws: FakeAws, given: Any) -> None:
        aws.rules[given["Name"]] = "DISABLED"

    @staticmethod
    def describe_endpoint(aws: FakeAws, given: Any) -> Any:
        if aws.endpoint is None:
            raise error("ValidationException", "Could not find endpoint")
        return {"EndpointStatus": "InService", "EndpointConfigName": aws.endpoint}

    @staticmethod
    def delete_endpoint(aws: FakeAws, given: Any) -> None:
        aws.endpoint, aws.scaling, aws.policies = None, None, {}

    @staticmethod
    def create_endpoint(aws: FakeAws, given: Any) -> None:
        if given["EndpointConfigName"] not in aws.configs:
            raise error("ValidationException", 'Could not find endpoint configuration "c1".')
        aws.endpoint = given["EndpointConfigName"]

    @staticmethod
    def describe_scalable_targets(aws: FakeAws, given: Any) -> Any:
        return {"ScalableTargets": [aws.scaling] if aws.scaling else []}

    @staticmethod
    def describe_scaling_policies(aws: FakeAws, given: Any) -> Any:
        key = "TargetTrackingScalingPolicyConfiguration"
        return {"ScalingPolicies": [{"PolicyName": n, key: p} for n, p in aws.policies.items()]}

    @staticmethod
    def register_scalable_target(aws: FakeAws, given: Any) -> None:
        aws.scaling = {"MinCapacity": given["MinCapacity"], "MaxCapacity": given["MaxCapacity"]}

    @staticmethod
    def put_scaling_policy(aws: FakeAws, given: Any) -> None:
        aws.policies[given["PolicyName"]] = given["TargetTrackingScalingPolicyConfiguration"]

    @staticmethod
    def get_parameter(aws: FakeAws, given: Any) -> Any:
        if given["Name"] not in aws.parameters:
            raise error("ParameterNotFound")
        return {"Parameter": {"Value": aws.parameters[given["Name"]]}}

    @staticmethod
    def put_parameter(aws: FakeAws, given: Any) -> None:
        assert len(given["Value"]) <= 4096
        aws.parameters[given["Name"]] = given["Value"]

    @staticmethod
    def delete_parameter(aws: FakeAws, given: Any) -> None:
        del aws.parameters[given["Name"]]
