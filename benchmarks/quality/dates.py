"""The weeks that models are judged on, and what each of them may have learned from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

DELAY = timedelta(days=7)
"""After this an unreported transaction counts as legitimate."""
WEEK = timedelta(days=7)
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Fold:
    """One week of test, and the present from which everything in it has matured."""

    test: date

    @property
    def name(self) -> str:
        """Return the first day of test, as the fold is called."""
        return self.test.isoformat()

    @property
    def book_train(self) -> date:
        """Return the first day of the book's own train week, a week and the delay before test."""
        return self.test - WEEK - DELAY

    @property
    def test_until(self) -> date:
        """Return the first day after test."""
        return self.test + WEEK

    @property
    def as_of(self) -> str:
        """Return the last millisecond at which the labels of test have all come, RFC 3339."""
        day = self.test_until + DELAY - timedelta(days=1)
        return f"{day.isoformat()}T23:59:59.999Z"


def midnight_ms(day: date) -> int:
    """Return when a day begins, epoch milliseconds, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


BASELINE = Fold(date(2018, 8, 8))
"""The book's baseline split: train from 2018-07-25, test from 2018-08-08."""

FOLDS = tuple(Fold(date(2018, 8, 8) + WEEK * number) for number in range(4))
"""The book's four folds: train weeks that start on 2018-07-25, 08-01, 08-08 and 08-15."""

VALIDATION = tuple(Fold(date(2018, 7, 4) + WEEK * number) for number in range(4))
"""What parameters and features are chosen on: every label of these weeks has come before the first fold's test."""

SIMULATED_START = date(2026, 1, 5)
SIMULATED_DAYS = 110
SIMULATED = tuple(Fold(SIMULATED_START + timedelta(days=days)) for days in (72, 86))
"""Weeks of the project's own simulator, which starts its time at a fixed day."""
SIMULATED_SEEDS = (11, 12, 13)
