"""How much of the past a history keeps."""

from dataclasses import dataclass

DAY_MS = 86_400_000
RETENTION_MS = 45 * DAY_MS
"""Nothing older than this, counted back from the newest event, is kept or looked at: the longest window is 35 days
(28 days of terminal risk behind 7 days of label delay), and 32 bits of milliseconds reach 49."""


GRACE_MS = 300_000
"""What is younger than this, counted back from the newest event, is not folded yet: shards and retries deliver out of
order, and a transaction as old as what is folded cannot be told from it."""
SLACK = 4
"""However young: more than this many times the bound is never kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one kind of history keeps exactly; what is older is folded into a count and a sum a day.

    `events` newest transactions stay whole, and `frauds` newest known frauds among the folded ones stay as markers, so
    that a terminal's risk survives however many transactions a day it sees. `SLACK` times as many of either may stay
    for a while: transactions of the last `GRACE_MS`, and frauds that no transaction has seen yet. Of the whole ones the
    `places` newest that have a place keep it: the last is what a speed is measured from, the others stand in for it
    where a transaction comes late. Where it is 0, nothing of merchants is kept.
    """

    prefix: str
    events: int
    frauds: int
    places: int


CARD = Bounds(prefix="card#", events=60, frauds=16, places=4)
"""60 events and the item's own names fit one write unit of 1 KB."""
TERMINAL = Bounds(prefix="terminal#", events=120, frauds=64, places=0)
