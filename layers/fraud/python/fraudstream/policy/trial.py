"""A policy tried on a few rows before it decides: a mistake of ours must not stop the stream."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import PolicyError
from fraudstream.policy.columns import Coded, coded
from fraudstream.policy.compiled import CompiledPolicy
from fraudstream.scoring import Thresholds

_NUMBERS = (np.nan, 0.0, 1.0, -1.0, 1e300, np.inf)
_TEXTS = (None, "", "a", "card_a", "FR", "chip")


class _Rows:
    """Rows of every kind of number and text, missing ones among them."""

    rows = len(_NUMBERS)

    def number(self, name: str) -> NDArray[np.float64]:
        """Return the numbers, whatever the name."""
        del name
        return np.array(_NUMBERS)

    def text(self, name: str) -> Coded:
        """Return the texts, whatever the name."""
        del name
        return coded(_TEXTS)


def tried(compiled_policy: Callable[[], CompiledPolicy]) -> CompiledPolicy:
    """Compile a policy and return it, if it can be evaluated on anything.

    Raises
    ------
    PolicyError
        If it is not valid; or if compiling or evaluating it fails: then the check of documents has a hole.
    """
    try:
        compiled = compiled_policy()
        evaluated = compiled.evaluate(_Rows(), 0)
        for scores in (None, np.linspace(0, 1, _Rows.rows)):
            evaluated.outcomes(scores, Thresholds(review=0.5, block=0.9))
    except PolicyError:
        raise
    except Exception as error:
        raise PolicyError(f"policy: it reads well and cannot be evaluated ({type(error).__name__})") from error
    return compiled
