"""How far what was served has moved from what the model learned from."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from fraudstream.contract.decision import Moment


class DriftDay(Struct, frozen=True, kw_only=True):
    """A report in a line; figures are null where nothing could be measured."""

    until: Annotated[Moment, Meta(description="End of the 24 hours that were measured.")]
    model_version: str | None
    rows: int
    score_psi: float | None
    largest_psi: float | None
    largest: Annotated[str | None, Meta(description="The feature that moved most.")]
    drifted: Annotated[tuple[str, ...], Meta(description="What moved far, and not by chance.")]
    missing: Annotated[int | None, Meta(description="Features that are missing more or less often, not by chance.")]
    worse: Annotated[bool | None, Meta(description="Whether served scores rank worse than when evaluated.")]
    why_not: str


class DriftShown(Struct, frozen=True, kw_only=True):
    """The last report, and those before it in a line each."""

    report: Annotated[
        dict[str, Any] | None, Meta(description="As measure_drift writes it (docs/watching.md); null before the first.")
    ]
    history: Annotated[tuple[DriftDay, ...], Meta(description="The newest first, 30 at most.")]
