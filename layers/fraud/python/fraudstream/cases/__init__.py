"""Cases: flagged transactions of one card that belong together, until each is disposed of.

A case is a set of transactions with what each turned out to be, so merging is a union and adding twice changes nothing.
"""

from fraudstream.cases.keeping import keep, snooze
from fraudstream.cases.merging import MOST_LISTED, QUIET, disposition_of, flagged, is_milestone, merge
from fraudstream.cases.reading import is_snoozed, place, risk

__all__ = [
    "MOST_LISTED",
    "QUIET",
    "disposition_of",
    "flagged",
    "is_milestone",
    "is_snoozed",
    "keep",
    "merge",
    "place",
    "risk",
    "snooze",
]
