"""A policy ready to be evaluated, and what it says about a batch."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fraudstream.policy.columns import Columns
from fraudstream.policy.document import OUTCOMES, Effect, Policy
from fraudstream.policy.precedence import Verdicts, severities
from fraudstream.policy.texts import Now, Truths
from fraudstream.scoring import Thresholds

SHADOW_PREFIX = "shadow:"
"""Before a shadow rule's name where both kinds share a place, as in the table of decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What has a say in a decision: a rule, or a list with an effect."""

    name: str
    because: str
    outcome: Effect | str
    is_list: bool
    shadow: bool
    holds: Truths


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who published a policy, when (RFC 3339) and why."""

    author: str
    at: str
    why: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPolicy:
    """A policy that can be evaluated.

    Attributes
    ----------
    voices
        The rules in document order, then the lists that have an effect: one column of `Evaluated.matrix` each.
    origin
        None for the policy that ships with the layer.
    snoozed_until
        What is snoozed, as `card_id:<value>`, `terminal_id:<value>` or `rule:<name>`, until which epoch millisecond.
    """

    policy: Policy
    voices: tuple[Voice, ...]
    snoozed_until: dict[str, int]
    origin: Origin | None = None

    @property
    def version(self) -> str:
        """The document's version: a decision's `rules_version`."""
        return self.policy.version

    def thresholds(self, of_model: Thresholds | None) -> Thresholds | None:
        """Return the thresholds that hold: the team's where it has chosen, else the model's; None where neither."""
        chosen = self.policy.thresholds
        review = (of_model.review if of_model else None) if isinstance(chosen.review, str) else chosen.review
        block = (of_model.block if of_model else None) if isinstance(chosen.block, str) else chosen.block
        return None if review is None or block is None else Thresholds(review=review, block=block)

    def evaluate(self, columns: Columns, now_ms: Now) -> "Evaluated":
        """Return which rules and lists speak for each row.

        Parameters
        ----------
        columns
            Transactions in columns.
        now_ms
            Epoch milliseconds: when lists are looked into, for all rows or for each its own.
        """
        matrix = np.zeros((columns.rows, len(self.voices)), np.bool_, order="F")
        for position, voice in enumerate(self.voices):
            matrix[:, position] = voice.holds(columns, now_ms)
        return Evaluated(compiled=self, matrix=matrix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What a policy says about n rows: `matrix` has shape (n, voices), in the order of `compiled.voices`."""

    compiled: CompiledPolicy
    matrix: NDArray[np.bool_]
    _rows: list[bytes] = field(default_factory=list, repr=False)
    _named: dict[bytes, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict, repr=False)

    def names(self, row: int) -> tuple[str, ...]:
        """Return the names of the rules and lists that fired on a row, shadow rules aside."""
        return self._names(row)[0]

    def shadow_names(self, row: int) -> tuple[str, ...]:
        """Return the names of the shadow rules that fired on a row."""
        return self._names(row)[1]

    def outcomes(self, scores: NDArray[np.float64] | None, thresholds: Thresholds | None) -> NDArray[np.int64]:
        """Return the outcome of each row as its position in `OUTCOMES`, shape (n,).

        Parameters
        ----------
        scores
            The model's, NaN for a row that it did not score; None where it scored none.
        thresholds
            The model's; the policy's own choice goes before them. Needed where there are scores.
        """
        return severities(
            Verdicts(
                block_list=self._any(lambda voice: voice.is_list and voice.outcome == "block"),
                block_rule=self._any(lambda voice: not voice.is_list and voice.outcome == "block"),
                approve_list=self._any(lambda voice: voice.is_list and voice.outcome == "approve"),
                review_rule=self._any(lambda voice: not voice.is_list and voice.outcome == "review"),
                approve_rule=self._any(lambda voice: not voice.is_list and voice.outcome == "approve"),
            ),
            scores,
            self.compiled.thresholds(thresholds),
        )

    def _any(self, speaks: Callable[[Voice], bool]) -> NDArray[np.bool_]:
        chosen = [not voice.shadow and speaks(voice) for voice in self.compiled.voices]
        if not any(chosen):
            return np.zeros(len(self.matrix), np.bool_)
        return np.asarray(self.matrix[:, chosen].any(axis=1))

    def _names(self, row: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        # Few combinations occur in a batch: each is put into names once.
        if not self._rows and len(self.matrix):
            packed = np.packbits(self.matrix, axis=1)
            width, text = packed.shape[1], packed.tobytes()
            self._rows.extend(text[at * width : (at + 1) * width] for at in range(len(packed)))
        key = self._rows[row]
        found = self._named.get(key)
        if found is None:
            fired = [voice for voice, holds in zip(self.compiled.voices, self.matrix[row], strict=True) if holds]
            found = self._named[key] = (
                tuple(voice.name for voice in fired if not voice.shadow),
                tuple(voice.name for voice in fired if voice.shadow),
            )
        return found


__all__ = ["OUTCOMES", "SHADOW_PREFIX", "CompiledPolicy", "Evaluated", "Origin", "Voice"]
