"""What outlives the SageMaker process, and what must not."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import BUCKET, Sagemaker, aws_python, container_python, until
from tests.integration.test_sagemaker_endpoints import _alive, ask, described, make_endpoint
from tests.integration.test_sagemaker_training import ended, request

pytestmark = pytest.mark.integration


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Sagemaker]:
    """A stack of the test's own, to be killed."""
    if not (aws_python().exists() and container_python().exists()):
        pytest.skip("the environments of the embedded AWS and of the jobs are not installed")
    stack = Sagemaker(tmp_path)
    try:
        stack.start()
        stack.client("s3").create_bucket(Bucket=BUCKET)
        yield stack
    finally:
        stack.stop()


def test_a_killed_process_leaves_nothing_behind_and_comes_back(own: Sagemaker) -> None:
    """SIGKILL ends its jobs and servers too; the next process knows every resource and serves every endpoint."""
    make_endpoint(own, "lasts", 3.0)
    client = own.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="lasts")
    server = int(ask(own, "lasts", "pid"))
    script = "import os, time\nprint('pid', os.getpid(), flush=True)\ntime.sleep(300)"
    client.create_training_job(**request(own, "cut-off", script))
    log = own.state / "logs/training-job/cut-off.log"
    job = int(until(lambda: log.exists() and log.read_text()).split()[1])

    cut_off = own.state / "endpoints/lasts/half-an-update"
    cut_off.mkdir()

    own.end("sagemaker", signal.SIGKILL)
    until(lambda: not _alive(server) and not _alive(job))
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        ask(own, "lasts", "1")

    own.start()
    assert until(lambda: _answer(own, "lasts", "1")) == "3.0"
    assert described(own, "lasts")["EndpointStatus"] == "InService"
    lost = ended(own, "cut-off")
    assert lost["FailureReason"] == "InternalServerError: We encountered an internal error. Please try again."
    assert not cut_off.exists()
    assert not (own.state / "jobs").exists()
    groups = client.list_model_package_groups()["ModelPackageGroupSummaryList"]
    assert [group["ModelPackageGroupName"] for group in groups] == ["lasts"]


def test_an_endpoint_comes_back_without_its_model_in_s3(own: Sagemaker) -> None:
    """What an endpoint runs is its own copy: it comes back after model, configuration and object are deleted."""
    make_endpoint(own, "alone", 3.0)
    client = own.client("sagemaker")
    client.delete_model(ModelName="alone-1")
    client.delete_endpoint_config(EndpointConfigName="alone-1")
    own.client("s3").delete_object(Bucket=BUCKET, Key="models/alone-1/model.tar.gz")
    own.end("sagemaker")
    own.start()
    assert until(lambda: _answer(own, "alone", "1")) == "3.0"


def _answer(stack: Sagemaker, name: str, body: str) -> Any:
    try:
        return ask(stack, name, body)
    except ClientError as error:
        # While an endpoint is brought back the runtime says so, and never that it does not exist.
        if error.response["Error"]["Code"] != "ServiceUnavailable":
            raise
        return None


def test_nothing_of_ours_listens_beyond_this_machine(own: Sagemaker) -> None:
    """Control route, runtime and model servers are on the loopback interface only."""
    make_endpoint(own, "local", 1.0)
    if not Path("/proc/net/tcp").exists():
        pytest.skip("needs /proc")
    ours = {int(own.url.rpartition(":")[2])}
    pid = int(ask(own, "local", "pid"))
    sockets = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        address, port = fields[1].split(":")
        listens = fields[3] == "0A"
        if listens and (int(port, 16) in ours or f"socket:[{fields[9]}]" in sockets):
            assert address == "0100007F"
