"""Calls the function, and tells its own errors from calls that did not reach it."""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .answers import Answer, NotInvoked
from .records import Record, event_payload

Invoker = Callable[[Sequence[Record]], Answer | NotInvoked]


def lambda_invoker(client: Any, function_arn: str) -> Invoker:
    """Return a call of one function by synchronous Invoke.

    Parameters
    ----------
    client : Lambda client
        With its own retries off and a read timeout above the function's: a repeated call would be a repeated
        delivery that nobody counts.
    function_arn : str
        With its qualifier, if the mapping has one.
    """

    def invoke(records: Sequence[Record]) -> Answer | NotInvoked:
        try:
            response = client.invoke(FunctionName=function_arn, Payload=event_payload(records).encode())
            payload = response["Payload"].read()
        except ClientError as error:
            # Throttled, not found, not ready, a fault of the service: the function has not run.
            return NotInvoked(reason=error.response["Error"]["Code"])
        except BotoCoreError as error:
            # The connection failed; whether the function ran is unknown, and running it again is allowed.
            return NotInvoked(reason=type(error).__name__)
        return Answer(
            request_id=response["ResponseMetadata"]["RequestId"],
            payload=payload,
            function_error=response.get("FunctionError"),
            executed_version=response.get("ExecutedVersion", "$LATEST"),
            status_code=response["StatusCode"],
        )

    return invoke
