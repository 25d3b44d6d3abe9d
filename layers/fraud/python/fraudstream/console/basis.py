"""What a decision was made by."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fraudstream.contract.decision import Moment


class BasisThresholds(Struct, frozen=True, kw_only=True):
    """Scores from which a transaction was reviewed and blocked: the model's own, or the team's."""

    review: float
    block: float
    source: Annotated[Literal["model", "policy"], Meta(description="policy: the team set one of them, or both.")]


class BasisModel(Struct, frozen=True, kw_only=True):
    """The model that scored."""

    model_version: str
    registered_at: Moment
    approval: str
    live: bool


class BasisPolicy(Struct, frozen=True, kw_only=True):
    """The policy that decided; of the one that ships, who, when and why are null."""

    version: str
    author: str | None
    at: Moment | None
    why: str | None


class Basis(Struct, frozen=True, kw_only=True):
    """What a decision was made by; null for what is not known (any more), or had no part in it."""

    thresholds: BasisThresholds | None
    model: BasisModel | None
    policy: BasisPolicy | None
