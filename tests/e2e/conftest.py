"""A deployed stack for each module, and one that several modules look at."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest
from rich.console import Console

from local.demo import show_system
from local.demo_data import simulated
from local.deployed import Deployed, deployed_stack
from local.screen import Screen
from local.summary import Summary

__all__ = ["Demo", "Deployed", "deployed", "deployed_stack"]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A stack that has seen no transaction yet; one for each module."""
    with deployed_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@dataclass
class Demo:
    """What `make demo` leaves behind, with costs of its own; made when somebody looks, gone when the last one has."""

    directory: Path
    sent: int = 5_000
    alert_minor: int = 700
    block_genuine_minor: int = 3_100
    _running: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def deployed(self) -> Deployed:
        """A stack with a model, decisions and some labels, once `summary` was looked at."""
        costs = {"AlertCostMinor": str(self.alert_minor), "BlockGenuineCostMinor": str(self.block_genuine_minor)}
        return self._running.enter_context(deployed_stack(self.directory, **costs))

    @cached_property
    def summary(self) -> Summary:
        """What the demo says of itself."""
        data = simulated(transactions=self.sent, seed=11)
        return show_system(self.deployed.client, self.deployed.outputs, data, Screen(console=Console(quiet=True)))

    def close(self) -> None:
        """Stop the stack, if there is one."""
        self._running.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One for the modules that `tests.dealing` keeps together; the last of them closes it."""
    demo = Demo(tmp_path_factory.mktemp("demo"))
    yield demo
    demo.close()
