"""What a story is, and what is left when it has been told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.proofs import Proof
from local.scenarios.figure import Figure
from local.scenarios.stage import Stage

ALARM_MINUTE_SECONDS = 10
"""How long a minute of the alarms lasts in a scenario, so that they ring and fall silent while somebody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a story: the expectations with what was seen, the picture, and the figures behind it."""

    proofs: Sequence[Proof]
    figure: Figure
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def happened(self) -> bool:
        """Whether everything that was expected was seen, and there was something to expect."""
        return bool(self.proofs) and all(proof.holds for proof in self.proofs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A scripted story.

    Attributes
    ----------
    name, about
        What it is called, and what it shows in one sentence.
    tell
        Tells it on a deployed stack.
    parameters
        Of the template, where the story needs others than the embedded stack's.
    """

    name: str
    about: str
    tell: Callable[[Stage], Told]
    parameters: Mapping[str, str] = field(default_factory=dict)
