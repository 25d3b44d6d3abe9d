"""What `sam deploy` uploaded and submitted for a build, kept, and submitted again without it.

Tests deploy the same build some thirty times, and each time the SAM CLI would take five seconds of a processor to pack
and parse what it packed and parsed before. `make demo` and `make local` always run `sam deploy`.
"""

import shutil
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.clients import Clients
from local.deployment.samcli import DeployError

_DIRECTORY = "submitted"
_TEMPLATE_ENDING = ".template"
_POLL_SECONDS = 0.1
_GIVE_UP_SECONDS = 300.0


def keep(build: Path, client: Clients, bucket: str) -> None:
    """Keep what was uploaded for a build, beside it; `bucket` holds that and nothing else.

    Of two processes that keep at once, one does.
    """
    target = build / _DIRECTORY
    if target.is_dir():
        return
    unfinished = build / f"unfinished-{uuid.uuid4().hex}"
    unfinished.mkdir()
    s3 = client("s3")
    for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
        s3.download_file(bucket, entry["Key"], str(unfinished / entry["Key"]))
    try:
        unfinished.rename(target)
    except OSError:
        shutil.rmtree(unfinished)


def was_kept(build: Path) -> bool:
    """Return whether a build was deployed before."""
    return (build / _DIRECTORY).is_dir()


def submit(build: Path, client: Clients, bucket: str, *, stack_name: str, parameters: Mapping[str, str]) -> None:
    """Upload what was kept, and create the stack from it.

    Raises
    ------
    DeployError
        If it cannot be created; with what CloudFormation says of the resources that failed.
    """
    s3, cloudformation = client("s3"), client("cloudformation")
    files = sorted((build / _DIRECTORY).iterdir())
    for file in files:
        s3.put_object(Bucket=bucket, Key=file.name, Body=file.read_bytes())
    [template] = (file.name for file in files if file.name.endswith(_TEMPLATE_ENDING))
    try:
        cloudformation.create_stack(
            StackName=stack_name,
            TemplateURL=f"{s3.meta.endpoint_url}/{bucket}/{template}",
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            DisableRollback=True,
        )
    except ClientError as error:
        raise DeployError(f"the stack cannot be created: {error}") from error
    _wait(cloudformation, stack_name)


def _wait(cloudformation: Any, stack_name: str) -> None:
    deadline = time.monotonic() + _GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        status = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]["StackStatus"]
        if status == "CREATE_COMPLETE":
            return
        if not status.endswith("IN_PROGRESS"):
            events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
            failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
            reasons = [f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed]
            raise DeployError("\n".join([f"the stack is {status}:", *reasons]))
        time.sleep(_POLL_SECONDS)
    raise DeployError(f"the stack was not created within {_GIVE_UP_SECONDS:.0f} s")
