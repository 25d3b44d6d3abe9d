"""What is asked of the system, and how it is set up."""

from dataclasses import dataclass, field

from costs.facts import assumptions, whole

SHARD_RECORDS_PER_SECOND = 1_000
ON_DEMAND_SHARDS = 4
"""A stream on demand begins with as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A steady load; nothing varies by hour or season.

    Attributes
    ----------
    rate
        Transactions a second.
    batch
        Records of one call; None for what the rate gives.
    batch_size, window_seconds
        BatchSize and MaximumBatchingWindowInSeconds of the template.
    shards
        Of the stream; None for as many as the rate needs, 0 for on-demand capacity.
    endpoint
        serverless or instances.
    instances, instance_type
        At least so many, of a type of which `prices.toml` has the price.
    alert_rate, label_rate
        Alerts and labels for one transaction.
    archive_days, decision_days
        How long the archive and the items of decisions are kept; bills are those of a system as old as that.
    assumed
        Values of `assumptions.toml`.
    """

    rate: float
    batch: float | None = None
    batch_size: int = 1_000
    window_seconds: float = 1.0
    shards: int | None = None
    stream_retention_hours: int = 48
    endpoint: str = "serverless"
    instances: int = 2
    instance_type: str = "ml.c6i.large"
    alert_rate: float = 0.005
    label_rate: float = 0.002
    archive_days: int = 365
    decision_days: int = 180
    retrains_per_month: float = 4.35
    assumed: dict[str, float] = field(default_factory=assumptions)

    @property
    def seconds_per_month(self) -> float:
        """Of an average month."""
        return self.assumed["hours_per_month"] * 3600

    @property
    def transactions(self) -> float:
        """A month."""
        return self.rate * self.seconds_per_month

    @property
    def labels(self) -> float:
        """A month."""
        return self.transactions * self.label_rate

    @property
    def records(self) -> float:
        """Of the stream, a month: transactions and labels."""
        return self.transactions + self.labels

    @property
    def open_shards(self) -> int:
        """How many shards there are: given, or enough for the rate."""
        if self.shards:
            return self.shards
        per_second = self.rate * (1 + self.label_rate)
        enough = max(1, whole(per_second / (SHARD_RECORDS_PER_SECOND * self.assumed["shard_busy_at_most"])))
        return max(enough, ON_DEMAND_SHARDS) if self.shards == 0 else enough

    @property
    def records_per_call(self) -> float:
        """What a shard gathers within the window, at least one and at most the batch size."""
        if self.batch is not None:
            return self.batch
        gathered = self.rate * (1 + self.label_rate) / self.open_shards * self.window_seconds
        return min(max(1.0, gathered), float(self.batch_size))

    @property
    def instance_price(self) -> str:
        """Name of the price of the endpoint's instances."""
        return f"sagemaker_{self.instance_type.replace('.', '_').replace('-', '_')}_hour"

    @property
    def calls(self) -> float:
        """Of the function, a month."""
        return self.records / self.records_per_call
