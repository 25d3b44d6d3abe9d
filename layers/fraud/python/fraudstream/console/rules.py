"""Versions of the rules: who published which, when and why."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from fraudstream.contract.decision import Moment

SHIPPED = "shipped"
"""What names the policy that ships with the functions; a published version cannot be called so and be meant."""


class RulesVersion(Struct, frozen=True, kw_only=True):
    """A publication; of the policy that ships, who, when and why are null."""

    version: Annotated[str, Meta(description=f"`{SHIPPED}`: the policy that decides where none was published.")]
    author: str | None
    at: Moment | None
    why: str | None
    replaces: str | None
    changes: Annotated[tuple[str, ...], Meta(description="What is different from the one it replaced, a line each.")]
    live: Annotated[bool, Meta(description="It decides now.")]


class RulesVersions(Struct, frozen=True, kw_only=True):
    """Publications, the newest first; the policy that ships comes last."""

    versions: tuple[RulesVersion, ...]


class RulesDocument(RulesVersion, frozen=True, kw_only=True):
    """A version with its document."""

    document: Annotated[dict[str, Any], Meta(description="Rules, lists, thresholds and snoozes: see docs/rules.md.")]
    yaml: Annotated[str, Meta(description="The text it was written as, with its comments; empty if it had none.")]
