"""Reading back what a contestant stored."""

from collections.abc import Sequence
from typing import Any

from benchmarks.names import TABLES
from benchmarks.stub import Stub


def read_items(stub: Stub, table: str, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the items of the given keys that are there, by key."""
    client, name = stub.client("dynamodb"), TABLES[table]
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(keys), 100):
        wanted = {table: {"Keys": [{name: {"S": key}} for key in keys[start : start + 100]]}}
        for item in client.batch_get_item(RequestItems=wanted)["Responses"][table]:
            found[item[name]["S"]] = item
    return found
