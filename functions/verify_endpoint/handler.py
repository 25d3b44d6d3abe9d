"""Tells the deployment machine whether an artefact, and the endpoint that serves it, are what was registered."""

from typing import Any

import boto3
from artefact import doubt_about
from aws_lambda_powertools import Logger
from botocore.config import Config
from endpoint import Endpoint
from golden import read_golden_rows
from verification import Expected, verify

_SECONDS_TO_ANSWER = 15.0

_LOG = Logger()
_S3 = boto3.client("s3")
_SAGEMAKER = boto3.client("sagemaker")
# A serverless endpoint may take a minute to wake; retries are ours, because they end with the time that is left.
_RUNTIME = boto3.client("sagemaker-runtime", config=Config(read_timeout=65, retries={"total_max_attempts": 1}))


@_LOG.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    """Return a verdict; raise only if the question could not be asked.

    Parameters
    ----------
    event
        ``model_data_url`` and ``artefact_sha256``, as registered. With ``endpoint_name`` the endpoint is asked too:
        ``endpoint_config_name``, ``schema_hash``, ``model_version``, and ``golden_rows``, the ``s3://`` address of the
        rows with the scores that the evaluation saw.
    """
    verdict = _verdict(event, lambda: context.get_remaining_time_in_millis() / 1000 - _SECONDS_TO_ANSWER)
    _LOG.info("verdict", extra=verdict)
    return verdict


def _verdict(event: dict, seconds_left: Any) -> dict[str, Any]:
    doubt = doubt_about(event["model_data_url"], registered_sha256=event["artefact_sha256"], s3=_S3)
    if doubt:
        return {"verified": False, "reason": doubt}
    if "endpoint_name" not in event:
        return {"verified": True, "reason": "the artefact is the one that was registered"}
    endpoint = Endpoint(name=event["endpoint_name"], sagemaker=_SAGEMAKER, runtime=_RUNTIME, seconds_left=seconds_left)
    expected = Expected(
        endpoint_config_name=event["endpoint_config_name"],
        schema_hash=event["schema_hash"],
        model_version=event["model_version"],
    )
    return verify(endpoint, expected=expected, golden=read_golden_rows(event["golden_rows"], s3=_S3))
