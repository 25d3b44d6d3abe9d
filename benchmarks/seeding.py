"""Puts the past of a workload where each contestant looks for it."""

import json
import pickle
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.names import CARDS, HISTORIES, TERMINALS
from benchmarks.peers.past import Event, Past
from benchmarks.places import SEED_FILE
from benchmarks.stub import Stub
from benchmarks.workload import Workload

_WRITES = 25
Item = dict[str, dict[str, Any]]


def seed(stub: Stub, workload: Workload, state: str) -> None:
    """Store the past in the form that a contestant keeps; see `Contestant.state`."""
    if state == "histories":
        put_items(stub, HISTORIES, (history_item(key, blob) for key, blob in workload.packed.items()))
    elif state == "memory":
        SEED_FILE.parent.mkdir(parents=True, exist_ok=True)
        SEED_FILE.write_bytes(pickle.dumps((workload.cards, workload.terminals)))
    elif state in ("text", "documents"):
        put_items(stub, CARDS, _items("card_id", workload.cards, state))
        put_items(stub, TERMINALS, _items("terminal_id", workload.terminals, state))


def history_item(key: str, blob: bytes) -> Item:
    """Return a history as the product stores it."""
    return {
        "entity": {"S": key},
        "packed": {"B": b64encode(blob).decode()},
        "version": {"N": "1"},
        "expires_at": {"N": "1900000000"},
    }


def put_items(stub: Stub, table: str, items: Iterable[Item]) -> None:
    """Write items, 25 a call; without boto3, which would take longer than everything measured."""
    rest = iter(items)
    headers = {"x-amz-target": "DynamoDB_20120810.BatchWriteItem"}
    while some := [{"PutRequest": {"Item": item}} for item in islice(rest, _WRITES)]:
        body = json.dumps({"RequestItems": {table: some}}).encode()
        urlopen(Request(stub.url, body, headers)).close()  # noqa: S310 - our own address


def attribute(value: str | int | Decimal | list[Any] | dict[str, Any]) -> dict[str, Any]:
    """Return a plain value as DynamoDB's JSON has it."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int | Decimal):
        return {"N": str(value)}
    if isinstance(value, list):
        return {"L": [attribute(inner) for inner in value]}
    return {"M": {name: attribute(inner) for name, inner in value.items()}}


def _items(key: str, pasts: Mapping[str, Sequence[Event]], state: str) -> Iterator[Item]:
    for name, events in pasts.items():
        past = Past(events=list(events))
        values = past.as_document() if state == "documents" else {"state": past.as_text()}
        yield {column: attribute(value) for column, value in ({key: name} | values).items()}
