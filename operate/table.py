"""Rows of text under each other."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return columns as wide as their widest text, the last as it is."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def figure(value: float | None) -> str:
    """Return a figure to three decimals, or a dash where there is none."""
    return f"{value:.3f}" if isinstance(value, int | float) else "-"
