"""Text that came from outside, made harmless before people read it: nothing in it is a link, a mention or a format.

A terminal's name may be chosen by whoever runs the terminal. It is shown, and can do nothing.
"""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d]|\d+\.\d)")  # of a domain or an address, not of 12.50
_LINKING = str.maketrans({"@": " at ", "\\": "/"})
_FORMATTING = re.compile(r"[*~`|\[\]!#]|(?<!\w)_|_(?!\w)")


def plain(text: str, longest: int = 80) -> str:
    """Return text for a mail: one line in which no program finds an address to make a link of.

    Examples
    --------
    >>> plain("Shop http://pay.example/?x")
    'Shop http: pay(.)example/?x'
    """
    shown = _CONTROL.sub(" ", text).replace("://", ": ").translate(_LINKING)
    shown = " ".join(_DOT.sub("(.)", shown).split())
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."


def chat(text: str, longest: int = 80) -> str:
    """Return text for a chat, where `<` begins links and mentions and other marks begin formats.

    Examples
    --------
    >>> chat("<!channel> *now* & @here")
    '&lt;channel&gt; now &amp; at here'
    """
    shown = plain(_FORMATTING.sub("", text), longest)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def ascii_line(text: str, longest: int = 100) -> str:
    r"""Return text for a subject line: ASCII, no line breaks, bounded.

    Examples
    --------
    >>> ascii_line("caf\u00e9\nx")
    'caf? x'
    """
    shown = " ".join(_CONTROL.sub(" ", text).encode("ascii", "replace").decode().split())
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."
