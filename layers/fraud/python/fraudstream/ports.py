"""What the pipeline needs of the outside, as narrow protocols. Adapters raise the errors of `errors`, no others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from fraudstream.contract import Alert, Case, Decision, Disposition, Label
from fraudstream.scoring import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHistory:
    """A history as the table holds it; the version is what a conditional write names."""

    packed: bytes
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A decision as the table holds it.

    Attributes
    ----------
    features
        The served feature vector: float32, little-endian, in registry order.
    payload_hash
        Of the transaction decided upon; another payload under the same id is a conflict.
    source
        Shard and sequence number of the stream record that was decided: the same one is a retry, another a repeat.
    completed
        All effects of the decision are done; noted only of decisions for which nobody delivers a record again.
    disposition
        The label that joined the decision since, where it was read back from the table: no part of what was decided,
        and of no weight when two are compared.
    """

    decision: Decision
    features: bytes
    payload_hash: str
    source: str
    completed: bool = False
    disposition: Disposition | None = field(default=None, compare=False)


QueueOrder = Literal["risk", "age"]
"""What comes first in the review queue: the card most likely to be misused, or the case that waits longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCase:
    """A case as the table holds it; the version is what a conditional write names."""

    case: Case
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of the review queue; the cursor asks for the next one, None where this is the last."""

    cases: Sequence[Case]
    cursor: str | None


class Histories(Protocol):
    """Histories of cards and terminals."""

    def load(self, keys: Sequence[str]) -> dict[str, StoredHistory]:
        """Return the stored histories among the keys."""

    def save(self, packed: Mapping[str, bytes], versions: Mapping[str, int], now_ms: int) -> list[str]:
        """Write histories still at the given version (0: not there yet); return the keys of those that are not."""


class Decisions(Protocol):
    """Decisions, one a transaction, never changed."""

    def record(self, records: Sequence[DecisionRecord]) -> set[str]:
        """Write the decisions that do not exist yet; return the ids that already have one."""

    def read(self, transaction_ids: Collection[str]) -> dict[str, DecisionRecord]:
        """Return the decisions of the ids that have one."""

    def find(self, transaction_id: str) -> Decision | None:
        """Return the decision of one id with the label that joined it since, or None where nothing was decided."""

    def complete(self, transaction_ids: Sequence[str]) -> None:
        """Note on decisions that all their effects are done."""

    def label(self, labels: Sequence[Label]) -> int:
        """Note labels on their decisions, the latest holds; return how many found a decision to be noted on."""


class Cases(Protocol):
    """Cases, one a card: the latest, open or closed."""

    def load(self, card_ids: Sequence[str]) -> dict[str, StoredCase]:
        """Return the stored cases among the cards, by card."""

    def save(self, cases: Sequence[Case], versions: Mapping[str, int], now_ms: int) -> list[str]:
        """Write cases still at their card's version (0: not there yet); return the cards of those that are not."""

    def queue(self, order: QueueOrder, limit: int, cursor: str | None = None) -> QueuePage:
        """Return at most `limit` open cases, from where the cursor's page ended.

        A page may hold fewer and still not be the last.

        Raises
        ------
        CursorError
            The cursor was not given out for this order.
        """

    def recent(self, limit: int, *, now_ms: int, days: int) -> Sequence[Case]:
        """Return at most `limit` cases opened on the last `days` UTC days, today among them, the latest first.

        Open or closed; of a card its latest case. One opened a moment ago may not be among them yet.
        """


class Scorer(Protocol):
    """The model."""

    def score(self, features: NDArray[np.float32], explain: int) -> Scores:
        """Return scores of all rows, in one call.

        Raises
        ------
        EndpointMissingError
            There is no model yet.
        EndpointUnavailableError
            There is, but it did not answer usably in time.
        """


class ObjectStore(Protocol):
    """A bucket. Writing the same key twice leaves the later bytes."""

    def put(self, key: str, body: bytes) -> None:
        """Write one object."""


class Alerts(Protocol):
    """The topic."""

    def publish(self, alerts: Sequence[tuple[str, Alert]]) -> None:
        """Send alerts, each with its subject line."""


class EventStream(Protocol):
    """The stream that transactions and labels arrive on."""

    def put(self, data: bytes, key: str) -> None:
        """Append one record. Records of one key keep their order."""
