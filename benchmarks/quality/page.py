"""docs/model-quality.md: the prose of `model-quality.template.md`, the numbers of results.json."""

import json
import re
import textwrap
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
        name = match[1]
        try:
            if name in WORDS:
                return WORDS[name](found)
            if name in TABLES:
                return TABLES[name](found)
        except KeyError as error:
            raise PageError(f"the template asks for {name}, but {error} was not measured") from error
        raise PageError(f"the template asks for {name}, which nobody knows")

    paragraphs = (_TEMPLATE.read_text() if template is None else template).split("\n\n")
    return "\n\n".join(_wrapped(_PLACE.sub(fill, paragraph)) for paragraph in paragraphs)


def _wrapped(paragraph: str) -> str:
    """Return a paragraph of prose in lines of a page's width, since numbers differ in length; all else as it is."""
    if paragraph.startswith(("#", "|", "!", "```")):
        return paragraph
    end = "\n" if paragraph.endswith("\n") else ""
    return textwrap.fill(" ".join(paragraph.split()), 120, break_long_words=False, break_on_hyphens=False) + end
