"""Fixtures that several kinds of test share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from local.stack import EmbeddedStack

pytest_plugins = ["tests.reliability.report"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`, deal the longest files first."""
    from tests.dealing import Dealing

    return Dealing(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """The base of the embedded AWS, alone: tables, buckets, topics and queues, on a port of its own."""
    from local.stack import EmbeddedStack

    with EmbeddedStack(
        state_dir=tmp_path_factory.mktemp("aws"), port=0, services=("aws",), say=lambda _: None
    ) as stack:
        yield stack
