"""Features in words, for people: what an alert, a report and the API say of a value."""

import math
import re
from functools import cache

from fraudstream.sentences import SENTENCES
from fraudstream.showing import SHOWN, number

_ALTERNATIVE = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")


def in_words(feature: str, value: float | None, currency: str | None = None) -> str:
    """Return one feature and its value as a phrase; amounts in the currency, where it is given.

    A feature that has no sentence (of another version of this code) is said by its name.
    """
    sentence = SENTENCES.get(feature)
    if value is None or not math.isfinite(value):
        return (sentence and sentence.missing) or f"unknown: {feature.replace('_', ' ')}"
    if sentence is None:
        return f"{feature.replace('_', ' ')}: {number(value)}"
    if value == 0 and sentence.zero:
        return sentence.zero
    head, placeholder, tail = _parts(sentence.text, value == 1)
    return head + SHOWN[placeholder](value, currency) + tail if placeholder else head


@cache
def _parts(text: str, is_one: bool) -> tuple[str, str, str]:  # noqa: FBT001 - private, of two kinds of sentence
    """Return what stands before the placeholder, its name, and what stands behind it."""
    head, _, rest = _ALTERNATIVE.sub(r"\1" if is_one else r"\2", text).partition("{")
    placeholder, _, tail = rest.partition("}")
    return head, placeholder, tail
