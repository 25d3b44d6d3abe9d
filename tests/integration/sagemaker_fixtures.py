"""The fixture of the tests of SageMaker: a pytest plugin, so that all modules share one running stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.sagemaker_stack import BUCKET, Sagemaker, aws_python, container_python


@pytest.fixture(scope="session")
def sagemaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sagemaker]:
    """One running stack for all tests of a session; every test uses names of its own."""
    if not (aws_python().exists() and container_python().exists()):
        pytest.skip("the environments of the embedded AWS and of the jobs are not installed")
    stack = Sagemaker(tmp_path_factory.mktemp("sagemaker"))
    try:
        stack.start()
        stack.client("s3").create_bucket(Bucket=BUCKET)
        yield stack
    finally:
        stack.stop()
