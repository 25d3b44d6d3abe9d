"""docs/model-quality.md: the prose of `model-quality.template.md`, the numbers of results.json."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.quality.places import PAGE, RESULTS
from benchmarks.quality.tables import TABLES
from benchmarks.quality.words import WORDS

_TEMPLATE = Path(__file__).parent / "model-quality.template.md"
_PLACE = re.compile(r"\{\{([a-z0-9_]+)\}\}")


class PageError(Exception):
    """The template asks for something that was not measured."""


def write() -> None:
    """Write the page of what was measured last."""
    PAGE.write_text(page(json.loads(RESULTS.read_text())))


def page(found: Mapping[str, Any], template: str | None = None) -> str:
    """Return the page.

    Raises
    ------
    PageError
        Where the template names a number or table that the results do not have.
    """

    def fill(match: re.Match[str]) -> str:
        make = TABLES.get(match[1]) or WORDS.get(match[1])
        if make is None:
            raise PageError(f"the template asks for {match[1]}, which nobody knows")
        try:
            return make(found)
        except KeyError as error:
            raise PageError(f"the template asks for {match[1]}, but {error} was not measured") from error

    return _PLACE.sub(fill, _TEMPLATE.read_text() if template is None else template)
