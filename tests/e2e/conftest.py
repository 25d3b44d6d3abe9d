"""A deployed stack for each module."""

from collections.abc import Iterator

import pytest

from local.deployed import Deployed, deployed_stack

__all__ = ["Deployed", "deployed", "deployed_stack"]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A stack that has seen no transaction yet; one for each module."""
    with deployed_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
