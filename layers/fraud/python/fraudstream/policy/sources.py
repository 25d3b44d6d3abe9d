"""Where the pipeline takes its policy from, batch by batch."""

from dataclasses import dataclass, field
from typing import Protocol

from fraudstream.policy.building import default_policy
from fraudstream.policy.compiled import CompiledPolicy


class Policies(Protocol):
    """The policy that is live. It may change between batches, never within one."""

    def current(self, now_ms: int) -> CompiledPolicy:
        """Return the policy to decide by at a moment (epoch milliseconds). Never fails: the last good one stays."""

    def troubles(self) -> "list[Trouble]":
        """Return what went wrong since it was last asked: to be counted and logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why the live document is not what decides.

    Attributes
    ----------
    metric
        `RulesRefused` for a document that is not valid, `RulesStale` where it could not be read.
    reason
        With the place, for a log line.
    """

    metric: str
    reason: str


@dataclass(frozen=True, slots=True)
class FixedPolicy:
    """`Policies` that never change: of tests, benchmarks and replays."""

    compiled: CompiledPolicy = field(default_factory=default_policy)

    def current(self, now_ms: int) -> CompiledPolicy:  # noqa: ARG002 (a policy for all time)
        """Return the policy."""
        return self.compiled

    def troubles(self) -> list[Trouble]:
        """Return nothing."""
        return []
