"""DynamoDB in batches: 100 reads a call, and 25 conditional writes a call, each with its own outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fraudstream.adapters.calls import ROUNDS, Calls, chunks, store_errors
from fraudstream.errors import StoreUnavailableError

READS = 100
STATEMENTS = 25
_CONDITION_FAILED = frozenset({"ConditionalCheckFailed", "DuplicateItem"})
_TRY_AGAIN = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingError",
        "TransactionConflict",
    }
)
Attribute = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """A PartiQL write of one item: its text, and a DynamoDB attribute for each question mark."""

    text: str
    parameters: Sequence[Attribute]


def write_conditionally(client: Any, calls: Calls, statements: Sequence[Statement]) -> list[bool]:
    """Run writes, 25 a call; return for each whether its condition held (and it was written).

    A statement repeated because its answer was lost meets its own write and counts as not held: callers read what
    stands, so nothing is done twice.

    Raises
    ------
    StoreUnavailableError
        Where the table refuses (throttles, faults) beyond `ROUNDS` rounds, or a statement is wrong.
    """
    held = [False] * len(statements)
    waiting = list(range(len(statements)))
    for round_number in range(ROUNDS):
        codes = _run(client, calls, [statements[position] for position in waiting])
        again = []
        for position, code in zip(waiting, codes, strict=True):
            if code is None:
                held[position] = True
            elif code in _TRY_AGAIN:
                again.append(position)
            elif code not in _CONDITION_FAILED:
                raise StoreUnavailableError(f"conditional write failed: {code}")
        if not again:
            return held
        waiting = again
        calls.pause(round_number)
    raise StoreUnavailableError(f"{len(waiting)} conditional writes were refused {ROUNDS} times")


def _run(client: Any, calls: Calls, statements: Sequence[Statement]) -> list[str | None]:
    def call(some: Sequence[Statement]) -> list[str | None]:
        with store_errors("BatchExecuteStatement"):
            answer = client.batch_execute_statement(
                Statements=[{"Statement": s.text, "Parameters": s.parameters} for s in some]
            )
        return [response.get("Error", {}).get("Code") for response in answer["Responses"]]

    return [code for codes in calls.map(call, chunks(statements, STATEMENTS)) for code in codes]


def read_items(client: Any, calls: Calls, table: str, key: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """Return the items of the given keys that exist, 100 keys a call, consistently.

    Raises
    ------
    StoreUnavailableError
        Where keys stay unprocessed beyond `ROUNDS` rounds.
    """

    def call(some: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
        request = {table: {"Keys": [{key: {"S": value}} for value in some], "ConsistentRead": True}}
        with store_errors("BatchGetItem"):
            answer = client.batch_get_item(RequestItems=request)
        left = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        return answer["Responses"].get(table, []), [item[key]["S"] for item in left]

    items: list[dict[str, Any]] = []
    waiting: Sequence[str] = values
    for round_number in range(ROUNDS):
        answers = calls.map(call, chunks(waiting, READS))
        items += [item for found, _ in answers for item in found]
        waiting = [value for _, left in answers for value in left]
        if not waiting:
            return items
        calls.pause(round_number)
    raise StoreUnavailableError(f"{len(waiting)} keys of {table} were left unprocessed {ROUNDS} times")
