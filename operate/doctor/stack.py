"""A deployed stack held against the template of this directory, and against what it ought to be doing."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.doctor.findings import Check, Finding, Part
from operate.doctor.template import Template
from operate.target import Target

_PART = Part("stack")
_SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
_SHOWN = 5
_MANY = 1000


def parameters_of(target: Target) -> dict[str, str]:
    """Return the stack's parameters."""
    (found,) = target.client("cloudformation").describe_stacks(StackName=target.name)["Stacks"]
    return {entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in found.get("Parameters", ())}


def look(target: Target, template: Template) -> Iterator[Finding]:
    """Look at everything; what may not be asked is said, and the rest is looked at all the same."""
    checks: Mapping[str, Check] = {
        "the stack itself": lambda: _itself(target, template),
        "alarms": lambda: _alarms(target),
        "subscriptions": lambda: _subscriptions(target),
        "champion and endpoint": lambda: _champion(target),
        "the reading of the stream": lambda: _mapping(target),
        "the quarantine": lambda: _quarantine(target),
    }
    for name, check in checks.items():
        try:
            yield from check()
        except (BotoCoreError, ClientError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            yield _PART.warn(f"{name} could not be looked at: {code}", "allow the call to these credentials")


def _itself(target: Target, template: Template) -> Iterator[Finding]:
    (found,) = target.client("cloudformation").describe_stacks(StackName=target.name)["Stacks"]
    status = found["StackStatus"]
    if status in _SETTLED:
        yield _PART.ok(f"{target.name} is {status}")
    else:
        yield _PART.fail(f"{target.name} is {status}", "look at its events in CloudFormation; then make deploy")
    deployed = {entry["ParameterKey"] for entry in found.get("Parameters", ())}
    outputs = {entry["OutputKey"] for entry in found.get("Outputs", ())}
    for what, wanted, there in (("parameters", template.parameters, deployed), ("outputs", template.outputs, outputs)):
        lacking = sorted(wanted - there)
        if lacking:
            yield _PART.warn(f"the template has {what} that the stack has not: {_list(lacking)}", "make deploy")
        else:
            yield _PART.ok(f"{what} are those of the template")


def _alarms(target: Target) -> Iterator[Finding]:
    pages = (
        target.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=f"{target.name}-", StateValue="ALARM")
    )
    ringing = [alarm for page in pages for alarm in page.get("MetricAlarms", ())]
    for alarm in ringing[:_SHOWN]:
        yield _PART.fail(f"alarm {alarm['AlarmName']} sounds", alarm.get("AlarmDescription", "").strip())
    if not ringing:
        yield _PART.ok("no alarm sounds")


def _subscriptions(target: Target) -> Iterator[Finding]:
    for output in ("AlertTopicArn", "OperationsTopicArn"):
        topic = target.outputs[output]
        pages = target.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        found = [entry for page in pages for entry in page.get("Subscriptions", ())]
        waiting = [entry for entry in found if entry["SubscriptionArn"] == "PendingConfirmation"]
        name = topic.rsplit(":", 1)[1]
        if waiting:
            yield _PART.warn(f"{len(waiting)} subscribers of {name} have not confirmed", "they have a mail from AWS")
        elif not found:
            yield _PART.warn(f"nobody is subscribed to {name}", "subscribe a queue, an address or OperationsEmail")
        else:
            yield _PART.ok(f"{len(found)} subscribers of {name}")


def _champion(target: Target) -> Iterator[Finding]:
    paused = _parameter(target, "paused")
    champion = json.loads(_parameter(target, "champion") or "{}")
    status, config = _endpoint(target)
    if paused:
        yield _PART.warn(f"the stack is {json.loads(paused).get('phase', 'paused')}", "make resume")
    if not champion:
        yield _PART.warn("no model scores yet: rules alone decide", "upload a history, then make retrain")
    elif status == "missing" and not paused:
        yield _PART.fail("there is a champion, and no endpoint", "start RetrainStateMachineArn: it puts it back")
    elif status not in {"InService", "missing"}:
        yield _PART.warn(f"the endpoint is {status}", "wait for the deployment; if it is Failed, read its log")
    elif status == "InService" and config != champion.get("endpoint_config_name"):
        served = f"the endpoint serves {config}, the champion is {champion.get('endpoint_config_name')}"
        yield _PART.fail(served, "start DeployStateMachineArn with the champion's package, see make models")
    elif status == "InService":
        yield _PART.ok(f"the endpoint serves the champion, {champion.get('model_version')}")


def _mapping(target: Target) -> Iterator[Finding]:
    found = target.client("lambda").list_event_source_mappings(FunctionName=target.scoring_function)
    states = [mapping["State"] for mapping in found["EventSourceMappings"]]
    if states == ["Enabled"]:
        yield _PART.ok("the stream is read")
    else:
        yield _PART.fail(
            f"the stream is not read: its mapping is {', '.join(states) or 'missing'}",
            "make resume, if somebody paused; else make deploy. The stream forgets after StreamRetentionHours",
        )


def _quarantine(target: Target) -> Iterator[Finding]:
    for prefix, what in (("aws/lambda/", "batches were given up"), ("quarantine/", "objects of refused records wait")):
        found = target.client("s3").list_objects_v2(
            Bucket=target.outputs["QuarantineBucketName"], Prefix=prefix, MaxKeys=_MANY
        )
        count = found.get("KeyCount", 0)
        number = f"{count:,} or more" if found.get("IsTruncated") else f"{count:,}"
        if count:
            yield _PART.warn(
                f"{number} {what}", "make redrive ARGS=--dry-run counts them; mend the cause, make redrive"
            )
        else:
            yield _PART.ok(f"no {what.replace('were given up', 'that were given up').replace(' wait', '')}")


def _parameter(target: Target, name: str) -> str:
    try:
        value: str = target.client("ssm").get_parameter(Name=f"/{target.name}/{name}")["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return ""
        raise
    return value


def _endpoint(target: Target) -> tuple[str, Any]:
    try:
        found = target.client("sagemaker").describe_endpoint(EndpointName=target.outputs["EndpointName"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationException":
            return "missing", ""
        raise
    return found["EndpointStatus"], found.get("EndpointConfigName")


def _list(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
