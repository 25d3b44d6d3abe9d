"""The Histories table, written twenty-five items a request, each write conditional: nobody's work is overwritten."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fraudstream.histories import CARD, TERMINAL, merge
from jobs import JobError

_INSERT = "INSERT INTO \"{}\" VALUE {{'entity':?,'packed':?,'version':?,'expires_at':?}}"
_UPDATE = 'UPDATE "{}" SET packed=? SET version=? SET expires_at=? WHERE entity=? AND version=?'
_TRIES = 10
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 2.0
_CONFLICTS = {"DuplicateItem", "ConditionalCheckFailed"}
_PASSING = {
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "ThrottlingError",
    "InternalServerError",
    "TransactionConflict",
}


class TableError(JobError):
    """The table does not take the writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of histories: new items, merged into items that were there, or there already; and requests made."""

    inserted: int = 0
    merged: int = 0
    unchanged: int = 0
    requests: int = 0

    @property
    def total(self) -> int:
        """How many histories are done."""
        return self.inserted + self.merged + self.unchanged

    def __add__(self, other: "Written") -> "Written":
        return Written(
            inserted=self.inserted + other.inserted,
            merged=self.merged + other.merged,
            unchanged=self.unchanged + other.unchanged,
            requests=self.requests + other.requests,
        )


class HistoriesTable:
    """Writes packed histories.

    Parameters
    ----------
    client
        A boto3 DynamoDB client.
    expires_at
        Epoch seconds after which an untouched item may be removed.
    sleep
        Called between tries; replaced in tests.
    """

    def __init__(
        self, client: Any, table: str, *, expires_at: int, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._expires_at = str(expires_at)
        self._sleep = sleep

    def write(self, histories: dict[str, bytes]) -> Written:
        """Write at most 25 histories, until each is in the table, alone or merged into what stood there.

        Raises
        ------
        TableError
            If a write is refused for good, or loses against others or throttling too often.
        """
        statements = {entity: self._insert(entity, packed) for entity, packed in histories.items()}
        written = Written()
        for attempt in range(_TRIES):
            outcomes = self._execute(statements)
            done = {entity for entity, code in outcomes.items() if code is None}
            inserted = sum(statements[entity]["Statement"].startswith("INSERT") for entity in done)
            written += Written(inserted=inserted, merged=len(done) - inserted, requests=1)
            left = {entity: statements[entity] for entity in statements if entity not in done}
            taken = [entity for entity in left if outcomes[entity] in _CONFLICTS]
            if taken:
                stored = self._read(taken)
                written += Written(requests=1)
                for entity in taken:
                    statement = self._merge(entity, histories[entity], stored.get(entity))
                    if statement is None:
                        del left[entity]
                        written += Written(unchanged=1)
                    else:
                        left[entity] = statement
            if not left:
                return written
            statements = left
            if attempt or len(taken) < len(left):
                self._wait(attempt)
        raise TableError(f"{len(statements)} histories could not be written in {_TRIES} tries; run again later")

    def _insert(self, entity: str, packed: bytes) -> dict[str, Any]:
        return {
            "Statement": _INSERT.format(self._table),
            "Parameters": [{"S": entity}, {"B": packed}, {"N": "1"}, {"N": self._expires_at}],
        }

    def _merge(self, entity: str, packed: bytes, stored: tuple[bytes, int] | None) -> dict[str, Any] | None:
        """Return the write that joins a history with the stored one; None if that has it all already."""
        if stored is None:  # expired between the two
            return self._insert(entity, packed)
        theirs, version = stored
        merged = merge(CARD if entity.startswith(CARD.prefix) else TERMINAL, theirs, packed)
        if merged == theirs:
            return None
        return {
            "Statement": _UPDATE.format(self._table),
            "Parameters": [
                {"B": merged},
                {"N": str(version + 1)},
                {"N": self._expires_at},
                {"S": entity},
                {"N": str(version)},
            ],
        }

    def _execute(self, statements: dict[str, dict[str, Any]]) -> dict[str, str | None]:
        """Send the statements in one request; return each one's error code, None where it was done."""
        answer = self._client.batch_execute_statement(Statements=list(statements.values()))
        codes = [response.get("Error", {}).get("Code") for response in answer["Responses"]]
        outcomes = dict(zip(statements, codes, strict=True))
        for entity, response in zip(statements, answer["Responses"], strict=True):
            code = outcomes[entity]
            if code is not None and code not in _CONFLICTS and code not in _PASSING:
                message = response["Error"].get("Message", "")
                raise TableError(f"table {self._table} refuses {entity}: {code} {message}")
        return outcomes

    def _read(self, entities: list[str]) -> dict[str, tuple[bytes, int]]:
        """Return packed bytes and version of the items that exist."""
        request: dict[str, Any] = {
            self._table: {
                "Keys": [{"entity": {"S": entity}} for entity in entities],
                "ConsistentRead": True,
                "ProjectionExpression": "entity, packed, version",
            }
        }
        found: dict[str, tuple[bytes, int]] = {}
        for attempt in range(_TRIES):
            answer = self._client.batch_get_item(RequestItems=request)
            for item in answer["Responses"].get(self._table, []):
                found[item["entity"]["S"]] = (bytes(item["packed"]["B"]), int(item["version"]["N"]))
            request = answer.get("UnprocessedKeys") or {}
            if not request:
                return found
            self._wait(attempt)
        raise TableError(f"table {self._table} leaves keys unread in {_TRIES} tries; run again later")

    def _wait(self, attempt: int) -> None:
        """Wait longer each time, up to a limit, at random, so that writers do not meet again."""
        longest = min(_FIRST_WAIT_SECONDS * 2**attempt, _LONGEST_WAIT_SECONDS)
        self._sleep(random.uniform(0, longest))  # noqa: S311 (not a secret)
