"""What a policy says about rows: outcomes with all its rules, without one of them, with a shadow rule live."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from fraudstream.policy import CompiledPolicy, Evaluated, ThresholdChoice, Voice
from fraudstream.scoring import Thresholds
from numpy.typing import NDArray

from operate.archive.joined import JOINED_BY

Outcomes = NDArray[np.int64]
_BEYOND_ALL = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A policy on rows that one model scored, or none.

    Attributes
    ----------
    evaluated
        By the code of the stream.
    score
        Shape (n,); None where rules alone decide.
    """

    evaluated: Evaluated
    score: NDArray[np.float64] | None
    thresholds: Thresholds | None

    def outcome(self) -> Outcomes:
        """Return what is done with each row."""
        return self.evaluated.outcomes(self.score, self.thresholds)

    def by_itself(self, voice: int) -> tuple[NDArray[np.int64], Callable[[], tuple[Outcomes, Outcomes]]]:
        """Return the rows on which a rule or list fires, and what gives their outcomes without it and with it.

        A shadow rule has no say: with it means as if it were live.
        """
        rows = np.flatnonzero(self.evaluated.matrix[:, voice])

        def outcomes() -> tuple[Outcomes, Outcomes]:
            some = self.evaluated.matrix[rows]
            score = None if self.score is None else self.score[rows]
            live = _live(self.evaluated.compiled, voice)
            with_it = Evaluated(compiled=live, matrix=some).outcomes(score, self.thresholds)
            silent = some.copy()
            silent[:, voice] = False
            return Evaluated(compiled=live, matrix=silent).outcomes(score, self.thresholds), with_it

        return rows, outcomes

    def reviewing(self, from_score: float) -> Outcomes:
        """Return outcomes with another review threshold, the block threshold as it is."""
        compiled = self.evaluated.compiled
        limits = compiled.thresholds(self.thresholds)
        block = _BEYOND_ALL if limits is None else limits.block
        choice = ThresholdChoice(review=from_score, block=block)
        other = replace(compiled, policy=msgspec.structs.replace(compiled.policy, thresholds=choice))
        return Evaluated(compiled=other, matrix=self.evaluated.matrix).outcomes(self.score, self.thresholds)

    def never_and_always(self) -> tuple[Outcomes, Outcomes]:
        """Return outcomes with a review threshold that no score reaches, and with one that each reaches."""
        return self.reviewing(_BEYOND_ALL), self.reviewing(-_BEYOND_ALL)

    def fired(self) -> tuple[NDArray[np.int64], list[tuple[str, str]]]:
        """Return for each row which combination of rules fired, and each combination's names: live, and in the shadow.

        Names are joined as the archive's columns hold them.
        """
        packed = np.ascontiguousarray(np.packbits(self.evaluated.matrix, axis=1))
        if not packed.shape[1]:
            return np.zeros(len(packed), np.int64), [("", "")]
        whole = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
        _, first, combination = np.unique(whole, return_index=True, return_inverse=True)
        names = [
            (JOINED_BY.join(self.evaluated.names(row)), JOINED_BY.join(self.evaluated.shadow_names(row)))
            for row in first.tolist()
        ]
        return combination.astype(np.int64), names


def _live(compiled: CompiledPolicy, voice: int) -> CompiledPolicy:
    if not compiled.voices[voice].shadow:
        return compiled
    voices: list[Voice] = list(compiled.voices)
    voices[voice] = replace(voices[voice], shadow=False)
    return replace(compiled, voices=tuple(voices))
