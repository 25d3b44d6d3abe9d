"""The account of the credentials: who asks, where, and whether quotas allow what the template wants."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.doctor.findings import Finding, Part
from operate.doctor.template import Template

_PART = Part("account")
_CONCURRENCY_COMFORTABLE = 100
DEFAULTS: Mapping[str, str] = {
    "ProcessingInstanceType": "ml.m5.2xlarge",
    "TrainingInstanceType": "ml.m5.2xlarge",
    "EndpointKind": "serverless",
    "EndpointInstanceType": "ml.c6i.large",
    "EndpointMaxInstanceCount": "6",
    "EndpointMaxConcurrency": "20",
}
"""Of the parameters that quotas bound; the stack's own values hold where there is a stack."""
Clients = Callable[[str], Any]


def look(client: Clients, region: str | None, template: Template, parameters: Mapping[str, str]) -> Iterator[Finding]:
    """Look at identity, region and quotas; what may not be asked is said, and is no failure."""
    try:
        caller = client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        yield _PART.fail(f"the credentials are not accepted: {_brief(error)}", "log in again, as for any AWS tool")
        return
    yield _PART.ok(f"{caller['Arn']} of account {caller['Account']}")
    if region in template.regions:
        yield _PART.ok(f"region {region} has the XGBoost image")
    else:
        yield _PART.fail(
            f"region {region or '(none)'} is not among those the template maps",
            f"set AWS_REGION to one of {', '.join(sorted(template.regions)[:4])}, ..., or give XgboostImageUri",
        )
    yield from _lambda(client)
    yield from _sagemaker(client, {**DEFAULTS, **parameters})


def _lambda(client: Clients) -> Iterator[Finding]:
    try:
        limits = client("lambda").get_account_settings()["AccountLimit"]
    except (BotoCoreError, ClientError) as error:
        yield _unknown("Lambda's limits", error)
        return
    free, most = limits.get("UnreservedConcurrentExecutions", 0), limits.get("ConcurrentExecutions", 0)
    what = f"Lambda may run {most:,} at once, {free:,} of them unreserved"
    if free < _CONCURRENCY_COMFORTABLE:
        yield _PART.warn(
            what,
            "scoring takes one for each shard and the API one for each request: ask for more (Service Quotas, Lambda, "
            "Concurrent executions) or lower ApiRequestsPerSecond",
        )
    else:
        yield _PART.ok(what)


def _sagemaker(client: Clients, parameters: Mapping[str, str]) -> Iterator[Finding]:
    wanted = [
        (f"{parameters['ProcessingInstanceType']} for processing job usage", 1),
        (f"{parameters['TrainingInstanceType']} for training job usage", 1),
    ]
    if parameters["EndpointKind"] == "instances":
        most = int(parameters["EndpointMaxInstanceCount"])
        wanted.append((f"{parameters['EndpointInstanceType']} for endpoint usage", most))
    try:
        pages = client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
        quotas = {quota["QuotaName"]: quota["Value"] for page in pages for quota in page["Quotas"]}
    except (BotoCoreError, ClientError, KeyError) as error:
        yield _unknown("SageMaker's quotas", error)
        return
    for name, least in wanted:
        yield _quota(name, quotas.get(name), least)
    if parameters["EndpointKind"] == "serverless":
        # Several quotas bound serverless endpoints, and their names have changed: all are shown by the least.
        known = [(v, n) for n, v in quotas.items() if "serverless" in n.lower() and "concurrency" in n.lower()]
        value, name = min(known, default=(None, "the concurrency of serverless endpoints"))
        yield _quota(name, value, int(parameters["EndpointMaxConcurrency"]))


def _quota(name: str, value: float | None, least: int) -> Finding:
    if value is None:
        return _PART.warn(f"quota of {name}: not listed", "look it up under Service Quotas, SageMaker")
    what = f"quota of {name}: {value:g}, {least} wanted"
    if value < least:
        return _PART.fail(what, "ask for more under Service Quotas, SageMaker, or choose smaller parameters")
    return _PART.ok(what)


def _unknown(what: str, error: Exception) -> Finding:
    return _PART.warn(f"{what} are unknown: {_brief(error)}", "allow the call, or look them up in the console")


def _brief(error: Exception) -> str:
    """Return the error's kind: its message may name more than a screen should show."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
