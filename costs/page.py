"""The generated parts of docs/cost.md, and its chart."""

import re
from collections.abc import Callable
from pathlib import Path

from costs.chart import svg
from costs.facts import assumptions, prices
from costs.load import Load
from costs.words import bills, compared, itemised, price_table, surprises, table

DOCS = Path(__file__).parents[1] / "docs"
PAGE, CHART = DOCS / "cost.md", DOCS / "cost.svg"
_PART = re.compile(r"(<!-- costs:(\w+) -->\n)(.*?)(<!-- /costs -->)", re.DOTALL)


def _unconfirmed() -> str:
    names = [f"`{name}`" for name, price in prices().by_name.items() if price.status != "confirmed"]
    return (
        f"List prices of {prices().region}, looked up on {prices().date}. "
        f"Not confirmed at a page of AWS or its price list: {', '.join(names)}."
    )


def _surprises() -> str:
    loads = (Load(rate=1), Load(rate=50), Load(rate=1_000, endpoint="instances"))
    blocks = []
    for load in loads:
        lines = "\n".join(f"- {line}" for line in surprises(load))
        blocks.append(f"At {load.rate:,g} transactions a second, {load.endpoint}:\n\n{lines}")
    return "\n\n".join(blocks)


PARTS: dict[str, Callable[[], str]] = {
    "serverless": lambda: compared("serverless"),
    "instances": lambda: compared("instances"),
    "small": lambda: itemised(bills(Load(rate=1))),
    "large": lambda: itemised(bills(Load(rate=1_000))),
    "surprises": _surprises,
    "unconfirmed": _unconfirmed,
    "prices": price_table,
    "assumptions": lambda: table(
        ["assumption", "value"], [[f"`{name}`", f"{value:g}"] for name, value in assumptions().items()]
    ),
}


def filled(text: str) -> str:
    """Return the page with its generated parts made anew."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n\n{found[4]}", text)


def write() -> None:
    """Write page and chart."""
    PAGE.write_text(filled(PAGE.read_text()))
    CHART.write_text(svg())
