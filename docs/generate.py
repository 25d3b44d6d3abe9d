"""Generates the documentation that follows from the code: `python -m docs.generate`."""

from pathlib import Path

from fraudstream.contract import schemas
from fraudstream.features import FEATURES_VERSION, LABEL_DELAY_SECONDS, REGISTRY, SCHEMA_HASH
from fraudstream.histories import CARD, TERMINAL

from docs import console_files, security_page
from docs.openapi import document as openapi
from docs.openapi import page as routes
from docs.reliability_page import reliability_page

_HEAD = """# Features

Generated from the registry by `make docs`; do not edit. Version {version}, schema hash `{schema}`, {count} features,
label delay {days} days. A feature of a transaction uses strictly earlier transactions, and labels known strictly
before it. "Kept" means the newest transactions that a history keeps whole: {card} of a card, {terminal} of a terminal
(see [the decision](decisions/2026-11-23-bounded-histories.md)). A feature that is undefined is missing, never 0.

| feature | unit | window | meaning |
|---|---|---|---|
"""


def features_page() -> str:
    """Return docs/features.md."""
    head = _HEAD.format(
        version=FEATURES_VERSION,
        schema=SCHEMA_HASH,
        count=len(REGISTRY),
        days=LABEL_DELAY_SECONDS // 86_400,
        card=CARD.events,
        terminal=TERMINAL.events,
    )
    return head + "".join(f"| `{f.name}` | {f.unit} | {f.window} | {f.meaning} |\n" for f in REGISTRY)


def main() -> None:
    """Write every generated page."""
    here = Path(__file__).parent
    (here / "features.md").write_text(features_page())
    (here / "reliability.md").write_text(reliability_page())
    schemas.write(here / "schemas")
    console_files.write()
    security_page.FILE.write_text(security_page.page(security_page.FILE.read_text()))
    openapi.FILE.write_text(openapi.rendered())
    routes.FILE.write_text(routes.page(routes.FILE.read_text()))


if __name__ == "__main__":
    main()
