"""Tells the retraining machine whether the live endpoint serves exactly the model that was just evaluated."""

import boto3
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
        ``endpoint_name``, ``endpoint_config_name``, ``schema_hash``, ``model_version``, and ``golden_rows``, the
        ``s3://`` address of the rows with the scores that the evaluation saw.
    """
    endpoint = Endpoint(
        name=event["endpoint_name"],
        sagemaker=_SAGEMAKER,
        runtime=_RUNTIME,
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1000 - _SECONDS_TO_ANSWER,
    )
    expected = Expected(
        endpoint_config_name=event["endpoint_config_name"],
        schema_hash=event["schema_hash"],
        model_version=event["model_version"],
    )
    verdict = verify(endpoint, expected=expected, golden=read_golden_rows(event["golden_rows"], s3=_S3))
    _LOG.info("verdict", extra=verdict)
    return verdict
