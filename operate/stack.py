"""A deployed stack, as whoever works on it knows it: its name, its outputs, and clients that reach it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class TargetError(Exception):
    """There is no such stack, or it cannot be reached; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A deployed stack.

    Attributes
    ----------
    client
        Gives the boto3 client of a service.
    where
        For people: which AWS this is.
    environment
        What makes another program use the same AWS, beside the environment that is there.
    """

    name: str
    outputs: Mapping[str, str]
    client: Callable[[str], Any]
    where: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def scoring_function(self) -> str:
        """Name of the scoring function, as the template gives it."""
        return f"{self.name}-score-transactions"

    def stream_arn(self, stream: str) -> str:
        """Return the ARN of a stream of the stack's account and region."""
        _, partition, _, region, account, _ = self.outputs["AlertTopicArn"].split(":")
        return f"arn:{partition}:kinesis:{region}:{account}:stream/{stream}"
