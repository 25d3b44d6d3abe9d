"""DynamoDB in batches: 100 reads a call, and 25 conditional writes a call, each with its own outcome."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from fraudstream.adapters.calls import ROUNDS, Calls, chunks, store_errors
from fraudstream.adapters.wire import JsonCall
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
Attribute = Mapping[str, str | bytes]
Item = TypeVar("Item")
_encode = msgspec.json.Encoder().encode


class Text(Struct, frozen=True):
    """An attribute of an item that is text."""

    value: str = msgspec.field(name="S")


class Number(Struct, frozen=True):
    """An attribute of an item that is a number, in decimal digits."""

    value: str = msgspec.field(name="N")


class Binary(Struct, frozen=True):
    """An attribute of an item that is binary."""

    value: bytes = msgspec.field(name="B")


class Statement(Struct, frozen=True):
    """A PartiQL write of one item: its text, see `statement_text`, and an attribute for each question mark."""

    text: msgspec.Raw = msgspec.field(name="Statement")
    parameters: list[Attribute] = msgspec.field(name="Parameters")


class _Keys(Struct, rename="pascal"):
    keys: list[dict[str, Text]]


class Found(Struct, Generic[Item], rename="pascal"):
    """Answer of BatchGetItem: the items that exist, by table, and the keys that were not looked at."""

    responses: dict[str, list[Item]]
    unprocessed_keys: dict[str, _Keys] = {}


class _Error(Struct, rename="pascal"):
    code: str


class _Outcome(Struct, rename="pascal"):
    error: _Error | None = None


class _Written(Struct, rename="pascal"):
    responses: list[_Outcome]


class Items(Generic[Item]):
    """The items of one table.

    Parameters
    ----------
    key
        Name of the partition key, which is text; there is no sort key.
    found
        `Found` of the type of the items.
    """

    def __init__(self, client: Any, table: str, *, key: str, found: type[Found[Item]], calls: Calls) -> None:
        self._table = table
        self._key = key
        self._calls = calls
        write, read = {"Statements": [{"Statement": "?"}]}, {"RequestItems": {table: {"Keys": [{key: {"S": "?"}}]}}}
        self._write: JsonCall[_Written] = JsonCall(client, "BatchExecuteStatement", write, _Written)
        self._read: JsonCall[Found[Item]] = JsonCall(client, "BatchGetItem", read, found)

    def write_conditionally(self, statements: Sequence[Statement]) -> list[bool]:
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
            codes = self._codes([statements[position] for position in waiting])
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
            self._calls.pause(round_number)
        raise StoreUnavailableError(f"{len(waiting)} conditional writes were refused {ROUNDS} times")

    def _codes(self, statements: Sequence[Statement]) -> list[str | None]:
        def call(some: Sequence[Statement]) -> list[_Outcome]:
            with store_errors("BatchExecuteStatement"):
                outcomes = self._write(_encode({"Statements": some})).responses
            if len(outcomes) != len(some):
                raise StoreUnavailableError(f"{len(outcomes)} outcomes of {len(some)} conditional writes")
            return outcomes

        answers = self._calls.map(call, chunks(statements, STATEMENTS))
        return [outcome.error.code if outcome.error else None for answer in answers for outcome in answer]

    def read(self, keys: Sequence[str]) -> list[Item]:
        """Return the items of the given keys that exist, 100 keys a call, consistently.

        Raises
        ------
        StoreUnavailableError
            Where keys stay unprocessed beyond `ROUNDS` rounds.
        """

        def call(some: Sequence[str]) -> Found[Item]:
            wanted = {"Keys": [{self._key: {"S": key}} for key in some], "ConsistentRead": True}
            with store_errors("BatchGetItem"):
                return self._read(_encode({"RequestItems": {self._table: wanted}}))

        items: list[Item] = []
        waiting = keys
        for round_number in range(ROUNDS):
            answers = self._calls.map(call, chunks(waiting, READS))
            items += [item for answer in answers for item in answer.responses.get(self._table, [])]
            left = [answer.unprocessed_keys[self._table] for answer in answers if answer.unprocessed_keys]
            waiting = [key[self._key].value for unprocessed in left for key in unprocessed.keys]
            if not waiting:
                return items
            self._calls.pause(round_number)
        raise StoreUnavailableError(f"{len(waiting)} keys of {self._table} were left unprocessed {ROUNDS} times")


def statement_text(text: str) -> msgspec.Raw:
    """Return a statement's text as JSON, to be made once and sent with every item."""
    return msgspec.Raw(_encode(text))
