"""Histories of cards and terminals: bounded sets of past events, packed to a few bytes an event."""

from fraudstream.histories.entries import Entries
from fraudstream.histories.ledger import Ledger, merge
from fraudstream.histories.policy import CARD, RETENTION_MS, TERMINAL, Bounds

__all__ = ["CARD", "RETENTION_MS", "TERMINAL", "Bounds", "Entries", "Ledger", "merge"]
