"""The commands that the documentation shows: blocks fenced as `sh`, which must run, and `shell`, which cannot here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.processes import ROOT

LONG = (
    "demo|setup|local|stop|test|test-quick|reliability|soak|fuzz|bench|quality|spark|sdk|check|scenario|deploy|build|events|"
    "clean|lock|docs|sbom"
)
"""Make targets with tests of their own, or not for a test in a checkout: make is only asked what it would do."""
_FENCE = re.compile(r"^( *)```(sh|shell)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LONG = re.compile(rf"(^|&& |; )make (?=(?:[A-Z]+=\S+ )*(?:{LONG})(?:\s|$))", re.MULTILINE)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Commands as a page shows them."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        """Name page and line."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def runnable(self) -> str:
        """The commands, long make targets as `make -n`."""
        return _LONG.sub(r"\1make -n ", self.text)


def blocks(language: str) -> Iterator[Block]:
    """Yield all blocks of a language, page by page, in order."""
    for page in PAGES:
        content = page.read_text(encoding="utf-8")
        for match in _FENCE.finditer(content):
            indent, found, text = match.groups()
            if found == language:
                line = content.count("\n", 0, match.start()) + 2
                dedented = re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
                yield Block(page=page, line=line, language=found, text=dedented)
