"""HTML as a value: what is not markup is escaped, always."""

from collections.abc import Iterable, Sequence
from html import escape

from html_report.style import STYLE

Cell = str | float | int | None


class Markup(str):
    """Text that is markup already; any other text is escaped where it is put."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Return a value as markup, escaped unless it is markup already."""
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def tag(name: str, *content: object, **attributes: object) -> Markup:
    """Return an element; `class_` and `for_` lose their underscore, other underscores become hyphens.

    Examples
    --------
    >>> tag("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    shown = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return Markup(f"<{name}{shown}>{join(content)}</{name}>")


def join(parts: Iterable[object]) -> Markup:
    """Return parts one after another."""
    return Markup("".join(text(part) for part in parts))


def table(head: Sequence[object], rows: Iterable[Sequence[object]], *, caption: str, words: int = 0) -> Markup:
    """Return a table that scrolls by itself on a narrow screen; a row's first cell is its heading, its last are words.

    Parameters
    ----------
    words
        How many of the last columns are text rather than figures.
    """
    first = len(head) - words
    kinds = [{"class_": "words"} if column >= first else {} for column in range(len(head))]
    top = tag("tr", *(tag("th", cell, scope="col", **kind) for cell, kind in zip(head, kinds, strict=True)))
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(tag("td", cell, **kind) for cell, kind in zip(row[1:], kinds[1:], strict=True)),
        )
        for row in rows
    ]
    whole = tag("table", tag("caption", caption), tag("thead", top), tag("tbody", *body))
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def section(title: str, *content: object) -> Markup:
    """Return a section with its heading."""
    return tag("section", tag("h2", title), *content)


def page(title: str, *content: object) -> str:
    """Return a whole document."""
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><main>{join(content)}</main></body></html>\n'
