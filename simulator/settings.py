"""How large the simulated world is, and how it behaves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How the world changes on a day of it, counted from 0; what each figure does is in simulator/shift.py."""

    from_day: int
    amount_factor: float = 1.0
    online_share: float = 0.0
    takeover_share: float = 0.0
    testing_bursts: int = 0

    def __post_init__(self) -> None:
        if self.from_day < 0 or self.amount_factor <= 0 or self.testing_bursts < 0:
            raise ValueError("from_day and testing_bursts must not be negative, and amount_factor must be above 0")
        if not (0 <= self.online_share <= 1 and 0 <= self.takeover_share <= 1):
            raise ValueError("online_share and takeover_share must be within 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole input of a simulation: equal settings give equal bytes.

    Parameters
    ----------
    seed
        Of every random choice.
    start
        First moment of the simulated time, aware and UTC. The default is fixed: a simulation never reads the clock.
    days
        Length of the simulated time.
    cards, terminals, online_shops
        Sizes of the world; `terminals` stand in shops, `online_shops` have one terminal each.
    daily_transactions
        Mean number of genuine transactions a day, all cards together.
    fraud_share
        Share of all transactions that are fraud, about; below 0.01.
    median_report_days
        Half of the reported frauds are known after this time.
    never_reported_share
        Frauds that nobody ever reports.
    cleared_share
        Genuine transactions that an analyst looks at and clears.
    shift
        How the world changes on a day; None for a world that stays as it is.
    """

    seed: int = 7
    start: datetime = field(default=datetime(2026, 1, 5, tzinfo=UTC))
    days: int = 75
    cards: int = 5_000
    terminals: int = 2_000
    online_shops: int = 250
    daily_transactions: int = 2_500
    fraud_share: float = 0.0085
    median_report_days: float = 5.0
    never_reported_share: float = 0.05
    cleared_share: float = 0.004
    shift: Shift | None = None

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.start.utcoffset() != UTC.utcoffset(None):
            raise ValueError("start must be a UTC time with its zone, such as 2026-01-05T00:00:00+00:00")
        for name in ("days", "cards", "terminals", "online_shops", "daily_transactions"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 0 <= self.fraud_share < 0.01:
            raise ValueError("fraud_share must be at least 0 and below 0.01")
        for name in ("never_reported_share", "cleared_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be within 0 and 1")
        if self.seed < 0 or self.median_report_days <= 0:
            raise ValueError("seed must not be negative and median_report_days must be above 0")
        if self.shift and self.shift.from_day >= self.days:
            raise ValueError("the shift's from_day must be within the simulated days")

    @property
    def start_ms(self) -> int:
        """First moment, epoch milliseconds."""
        return int(self.start.timestamp()) * 1000

    @property
    def duration_ms(self) -> int:
        """Length of the simulated time in milliseconds."""
        return self.days * DAY_MS
