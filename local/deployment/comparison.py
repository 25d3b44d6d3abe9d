"""The deployed template held against what the embedded AWS really made of it.

It drops some properties without a word. Where the system's behaviour needs one that is a fault, and the deployment
fails; the rest (what protects data in a cloud) is noted, so that nobody believes a laptop has it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from local.deployment import readers
from local.deployment.wanted import SOMETHING, Template, Wanted, agrees

_ALL = None  # every property that the reader knows

# Of each type: its reader, and the properties that the system's behaviour needs.
KNOWN: Mapping[str, tuple[Callable[..., Mapping[str, Any]], frozenset[str] | None]] = {
    "AWS::ApiGatewayV2::Api": (readers.http_api, _ALL),
    "AWS::ApiGatewayV2::Authorizer": (readers.http_authorizer, _ALL),
    "AWS::ApiGatewayV2::Integration": (readers.http_integration, _ALL),
    "AWS::ApiGatewayV2::Route": (readers.http_route, _ALL),
    "AWS::ApiGatewayV2::Stage": (readers.http_stage, frozenset({"AutoDeploy"})),
    "AWS::Chatbot::SlackChannelConfiguration": (readers.exists, frozenset()),
    "AWS::CloudFront::Distribution": (readers.distribution, _ALL),
    "AWS::CloudFront::OriginAccessControl": (readers.origin_access, _ALL),
    "AWS::CloudFront::ResponseHeadersPolicy": (readers.response_headers, _ALL),
    "AWS::CloudWatch::Alarm": (readers.alarm, _ALL),
    "AWS::CloudWatch::Dashboard": (readers.dashboard, frozenset()),
    "AWS::DynamoDB::Table": (
        readers.table,
        frozenset({"KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes"}),
    ),
    "AWS::Events::Rule": (readers.rule, frozenset({"EventPattern", "Targets", "State"})),
    "AWS::Glue::Job": (readers.exists, frozenset()),
    "AWS::Glue::SecurityConfiguration": (readers.exists, frozenset()),
    "AWS::IAM::Role": (readers.role, frozenset()),
    "AWS::IAM::Policy": (readers.exists, frozenset()),
    "AWS::KMS::Alias": (readers.key_alias, frozenset()),
    "AWS::KMS::Key": (readers.key, frozenset()),
    "AWS::Kinesis::Stream": (readers.stream, frozenset({"ShardCount"})),
    "AWS::Lambda::EventInvokeConfig": (readers.invoke_config, _ALL),
    "AWS::Lambda::EventSourceMapping": (
        readers.mapping,
        frozenset(
            {
                "BatchSize",
                "BisectBatchOnFunctionError",
                "DestinationConfig",
                "EventSourceArn",
                "FunctionName",
                "FunctionResponseTypes",
                "MaximumBatchingWindowInSeconds",
                "MaximumRecordAgeInSeconds",
                "MaximumRetryAttempts",
                "ParallelizationFactor",
                "StartingPosition",
            }
        ),
    ),
    "AWS::Lambda::Function": (
        readers.function,
        frozenset({"Runtime", "Handler", "MemorySize", "Timeout", "Environment", "Layers"}),
    ),
    "AWS::Lambda::LayerVersion": (readers.layer, frozenset()),
    "AWS::Lambda::Permission": (readers.exists, frozenset()),
    "AWS::Logs::LogGroup": (readers.log_group, frozenset()),
    "AWS::S3::Bucket": (readers.bucket, frozenset({"NotificationConfiguration"})),
    "AWS::S3::BucketPolicy": (readers.bucket_policy, frozenset()),
    "AWS::SNS::Subscription": (readers.subscription, frozenset({"FilterPolicy"})),
    "AWS::SNS::Topic": (readers.topic, frozenset()),
    "AWS::SNS::TopicPolicy": (readers.topic_policy, frozenset()),
    "AWS::SQS::Queue": (readers.queue, frozenset()),
    "AWS::SQS::QueuePolicy": (readers.exists, frozenset()),
    "AWS::SageMaker::ModelPackageGroup": (readers.package_group, frozenset()),
    "AWS::Scheduler::Schedule": (readers.schedule, frozenset({"ScheduleExpression", "State", "Target"})),
    "AWS::Scheduler::ScheduleGroup": (readers.schedule_group, frozenset()),
    "AWS::StepFunctions::StateMachine": (readers.machine, frozenset({"StateMachineType"})),
    "Custom::ConsoleFiles": (readers.console_files, frozenset()),
    "Custom::TrainingCode": (readers.training_code, frozenset()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One property of one resource that is not as the template says."""

    logical_id: str
    type: str
    property: str
    needed: bool
    detail: str


def compare(template: Template, client: Callable[[str], Any]) -> list[Difference]:
    """Return every difference between the template and what is there, in the template's order."""
    clients = cache(client)
    return [difference for wanted in template.resources() for difference in _compare_one(wanted, template, clients)]


def _compare_one(wanted: Wanted, template: Template, clients: Callable[[str], Any]) -> list[Difference]:
    def difference(name: str, detail: str, *, needed: bool = True) -> Difference:
        return Difference(logical_id=wanted.logical_id, type=wanted.type, property=name, needed=needed, detail=detail)

    physical_id = template.physical_ids.get(wanted.logical_id)
    if physical_id is None:
        return [difference("", "it was not created")]
    if wanted.type not in KNOWN:
        return [difference("", "nobody knows how to look at this type; give comparison.py a reader")]
    read, needs = KNOWN[wanted.type]
    try:
        found = read(clients, physical_id, wanted.properties)
    except (ClientError, readers.UnusableError) as error:
        return [difference("", str(error))]
    return [
        difference(name, f"wanted {_shown(value)}, found {_shown(found[name])}", needed=needs is _ALL or name in needs)
        for name, value in wanted.properties.items()
        if name in found and not agrees(value, found[name])
    ]


def notes(differences: list[Difference]) -> list[str]:
    """Return the differences nobody here depends on, one line for each property of each type.

    Examples
    --------
    >>> notes([Difference(logical_id="A", type="AWS::SNS::Topic", property="KmsMasterKeyId", needed=False, detail="")])
    ['KmsMasterKeyId (A)']
    """
    grouped: dict[tuple[str, str], list[str]] = {}
    for difference in differences:
        if not difference.needed:
            grouped.setdefault((difference.type, difference.property), []).append(difference.logical_id)
    return [f"{name} ({', '.join(ids)})" for (_, name), ids in grouped.items()]


def _shown(value: Any) -> str:
    text = "something" if value is SOMETHING else str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
