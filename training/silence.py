"""Until when labels arrived: who says nothing any more has not said that all is well."""

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000
_EXPECTED = 10
"""Labels that would have come in a silence: none by chance happens once in 20,000 times (Poisson)."""


def horizon(label_ms: NDArray[np.int64], as_of_ms: int, delay_ms: int) -> int:
    """Return `as_of_ms`, or the last label's time where labels have stopped coming since.

    They have stopped where none came for longer than the label delay though, at the pace before, ten or more should
    have. What happened after is neither fraud nor legitimate: nobody has said so, and silence says nothing.

    Parameters
    ----------
    label_ms
        When each label became known.

    Examples
    --------
    >>> days = np.arange(20, dtype=np.int64) * DAY_MS
    >>> horizon(days, 25 * DAY_MS, 7 * DAY_MS) // DAY_MS, horizon(days, 40 * DAY_MS, 7 * DAY_MS) // DAY_MS
    (25, 19)
    """
    if not len(label_ms):
        return as_of_ms
    first, last = int(label_ms.min()), int(label_ms.max())
    silence = as_of_ms - last
    expected = len(label_ms) / max(last - first, DAY_MS) * silence
    return last if silence > delay_ms and expected > _EXPECTED else as_of_ms
