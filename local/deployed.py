"""A deployed stack: the real template in an embedded AWS of its own, for tests and scenarios."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.clients import Clients, clients_for
from local.deploy import STACK_NAME, deploy
from local.stack import EmbeddedStack


@dataclass(frozen=True)
class Deployed:
    """What a user of a deployed stack has: clients, and the stack's outputs."""

    client: Clients
    outputs: dict[str, str]
    stack: EmbeddedStack
    stack_name: str = STACK_NAME


@contextmanager
def deployed_stack(directory: Path, **parameters: str) -> Iterator[Deployed]:
    """Start, deploy with some parameters of the template set, and stop at the end."""
    with EmbeddedStack(state_dir=directory, port=0, say=lambda _: None) as stack:
        outputs = deploy(stack, say=lambda _: None, parameters=parameters, again=True)
        yield Deployed(clients_for(stack.endpoint_url, stack.info.region), outputs, stack)
