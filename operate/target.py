"""Which stack is meant, and how to reach it: the embedded one if it runs, otherwise one of CloudFormation's."""

import json
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.deploy import STACK_NAME
from local.stack import DEFAULT_STATE, EmbeddedStack
from operate.stack import Target, TargetError

_FUNCTION_SECONDS = 60  # Timeout of the scoring function
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=_FUNCTION_SECONDS + 30,
    retries={"mode": "standard", "total_max_attempts": 5},
)


def find_target(stack: str | None, *, state_dir: Path = DEFAULT_STATE) -> Target:
    """Return the named stack by CloudFormation; without a name the embedded one, or if none runs, `fraudstream`.

    CloudFormation is asked with the credentials, region and `AWS_ENDPOINT_URL` of the environment.

    Raises
    ------
    TargetError
        If there is no such stack, or AWS cannot be asked.
    """
    embedded = EmbeddedStack(state_dir=state_dir)
    if stack is None and embedded.info is not None and embedded.paths.outputs.exists():
        outputs = json.loads(embedded.paths.outputs.read_text())
        client = cache(partial(embedded.info.client, config=_CONFIG))
        return Target(
            name=STACK_NAME,
            outputs=outputs,
            client=client,
            where=f"embedded AWS, {outputs['endpoint_url']}",
            environment=embedded.info.environment,
        )
    return _of_cloudformation(stack or STACK_NAME)


def _of_cloudformation(name: str) -> Target:
    session = boto3.Session()
    try:
        cloudformation = session.client("cloudformation", config=_CONFIG)
        (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"the stack {name} was not found: {error}\n"
            "Name the stack with --stack and give credentials and a region as for any AWS tool; "
            "or start the embedded one with `make local`."
        ) from error
    outputs: dict[str, Any] = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    if "QuarantineBucketName" not in outputs:
        raise TargetError(f"the stack {name} is not a Fraudstream stack: it has no output QuarantineBucketName")
    return Target(
        name=name,
        outputs=outputs,
        client=cache(partial(session.client, config=_CONFIG)),
        where=cloudformation.meta.endpoint_url,
    )
