"""Which models there are, how good they were, and what became of them."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from fraudstream.contract.decision import Moment

EventKind = Literal["registered", "live", "rolled_back", "refused", "failed"]
ModelVersion = Annotated[str | None, Meta(description="As decisions name it; null if it never had one.")]


class ModelThresholds(Struct, frozen=True, kw_only=True):
    """Scores from which the model has transactions reviewed and blocked."""

    review: float
    block: float


class ModelMetrics(Struct, frozen=True, kw_only=True):
    """Figures of the model's own evaluation, on its own window; null for what that does not tell."""

    average_precision: float | None = None
    auc: float | None = None
    recall_at_budget: float | None = None
    card_precision_at_k: float | None = None
    saved_minor: Annotated[float | None, Meta(description="Minor units, against approving everything.")] = None
    currency: str | None = None
    rows: int | None = None
    frauds: int | None = None


class Model(Struct, frozen=True, kw_only=True):
    """A version of the registry; or a challenger that was not better, and was not registered."""

    model_version: ModelVersion
    number: Annotated[int | None, Meta(description="Of the registry; null for what is not in it.")]
    registered_at: Annotated[Moment, Meta(description="Of what is not registered, when that was decided.")]
    approval: Annotated[str, Meta(description="Approved, Rejected, PendingManualApproval; or NotRegistered.")]
    remark: Annotated[str, Meta(description="Why it was approved, rejected or not registered; may be empty.")]
    run: Annotated[str | None, Meta(description="The retraining that made it.")]
    live: Annotated[bool, Meta(description="It scores now.")]
    thresholds: ModelThresholds | None
    metrics: ModelMetrics | None
    has_report: Annotated[bool, Meta(description="Its evaluation is kept: it is, for a year.")]


class ModelEvent(Struct, frozen=True, kw_only=True):
    """Something that became of a model."""

    at: Moment
    kind: EventKind
    model_version: ModelVersion
    text: str


class Models(Struct, frozen=True, kw_only=True):
    """The models, and what became of them; the newest first."""

    champion: Annotated[str | None, Meta(description="The version that scores; null: rules alone decide.")]
    models: tuple[Model, ...]
    events: tuple[ModelEvent, ...]


class ModelReport(Model, frozen=True, kw_only=True):
    """A model with its evaluation."""

    evaluation: Annotated[
        dict[str, Any] | None,
        Meta(description="As training writes it: verdict, figures of both models, curves, what explains them."),
    ]
