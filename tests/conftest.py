"""Fixtures that several kinds of test share."""

from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.reliability.report"]


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator["EmbeddedStack"]:  # noqa: F821
    """The base of the embedded AWS, alone: tables, buckets, topics and queues, on a port of its own."""
    from local.stack import EmbeddedStack

    with EmbeddedStack(
        state_dir=tmp_path_factory.mktemp("aws"), port=0, services=("aws",), say=lambda _: None
    ) as stack:
        yield stack
