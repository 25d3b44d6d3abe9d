"""The policy that decides now, as people are told of it."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from msgspec import Meta, Struct

from fraudstream.contract.decision import Moment, Name
from fraudstream.policy import Policies, canonical_json


class LiveRules(Struct, frozen=True, kw_only=True):
    """A policy document with who made it live, when and why: null of the one that is shipped."""

    version: Name
    author: str | None
    at: Moment | None
    why: str | None
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="Of the document in its canonical form.")]
    document: Annotated[dict[str, Any], Meta(description="Rules, lists, thresholds and snoozes: see docs/rules.md.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Tells the live policy, as this process has it: what it decides by."""

    policies: Policies

    def live(self, now_ms: int) -> LiveRules:
        """Return the policy of a moment."""
        compiled = self.policies.current(now_ms)
        document, origin = canonical_json(compiled.policy), compiled.origin
        return LiveRules(
            version=compiled.version,
            author=origin.author if origin else None,
            at=origin.at if origin else None,
            why=origin.why if origin else None,
            sha256=origin.sha256 if origin else sha256(document).hexdigest(),
            document=json.loads(document),
        )
