"""How the system does: throughput, rates with their usual band, cost and alarms."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from fraudstream.contract.decision import Moment

Seconds = Annotated[int, Meta(description="Seconds since 1970, UTC: where a step begins.")]
Counted = Annotated[tuple[float | None, ...], Meta(description="One for each step, 0 where nothing was.")]
Measured = Annotated[
    tuple[float | None, ...], Meta(description="One for each step, null where nothing was measured in it.")
]
Share = Annotated[tuple[float | None, ...], Meta(description="Shares, 0 to 1, one for each hour; null where unknown.")]
Dollars = Annotated[float | None, Meta(description="US dollars; null where nothing was measured to reckon with.")]
State = Literal["ALARM", "INSUFFICIENT_DATA", "OK"]


class Series(Struct, frozen=True, kw_only=True):
    """What was counted and measured, by stream and API together where both decide."""

    decided: Counted
    approved: Counted
    reviewed: Counted
    blocked: Counted
    rules_only: Counted
    quarantined: Counted
    alerts: Counted
    fraud_labels: Counted
    iterator_age_ms: Measured
    endpoint_p50_ms: Measured
    endpoint_p99_ms: Measured
    api_p99_ms: Measured


class Rate(Struct, frozen=True, kw_only=True):
    """How often something happens, beside what is usual at that hour."""

    rate: Share
    usual: Share
    low: Annotated[Share, Meta(description="An ordinary hour is below this in one of a hundred.")]
    high: Annotated[Share, Meta(description="An ordinary hour is above this in one of a hundred.")]
    spike: Annotated[tuple[bool, ...], Meta(description="At least twice the usual, and not by chance.")]
    why_not: Annotated[str, Meta(description="Why nothing is said of the last hour; empty if something is.")]


class Rates(Struct, frozen=True, kw_only=True):
    """Rates by the hour; the last hour ends where the overview does, to five minutes."""

    times: tuple[Seconds, ...]
    alert: Rate
    fraud: Rate


class CostParts(Struct, frozen=True, kw_only=True):
    """What each part cost."""

    stream: Dollars
    functions: Dollars
    tables: Dollars
    endpoint: Dollars
    objects: Dollars


class Cost(Struct, frozen=True, kw_only=True):
    """What was used this month, times list prices."""

    since: Moment
    dollars: Dollars
    by: CostParts
    note: Annotated[str, Meta(description="What the figure is, and what it leaves out.")]


class Alarm(Struct, frozen=True, kw_only=True):
    """An alarm of the stack."""

    name: str
    state: State
    since: Moment
    reason: str
    what: Annotated[str, Meta(description="What happened, and what to do.")]
    runbook: Annotated[str | None, Meta(description="Its page, as a path in the repository.")]


class Overview(Struct, frozen=True, kw_only=True):
    """How the system does."""

    from_: Moment = field(name="from")
    until: Moment
    step_seconds: Literal[60, 300, 3600]
    times: tuple[Seconds, ...]
    series: Series
    rates: Rates
    cost: Cost
    alarms: Annotated[tuple[Alarm, ...], Meta(description="Those that ring first.")]
