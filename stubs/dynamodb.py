"""DynamoDB's calls over tables in memory."""

from collections.abc import Callable
from typing import Any

import msgspec

from stubs.attributes import Item, size_of
from stubs.counts import Count, read_units, write_units
from stubs.expressions import condition_holds, updated
from stubs.querying import query
from stubs.statements import batch_execute_statement
from stubs.tables import Tables
from stubs.wire import RefusalError, Request, Response

_MOST_KEYS, _MOST_WRITES = 100, 25
_MOST_READ_BYTES = 16 * 1024 * 1024
_HEADERS = {"content-type": "application/x-amz-json-1.0"}
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def answer(tables: Tables, request: Request, count: Count) -> Response:
    """Answer one call.

    Raises
    ------
    RefusalError
        As DynamoDB names it.
    """
    operation = _OPERATIONS.get(request.operation)
    if operation is None:
        raise RefusalError("UnknownOperationException", f"the stub does not know {request.operation}")
    return Response(200, _encode(operation(tables, _decode(request.body), count)), _HEADERS)


def _create_table(tables: Tables, call: dict[str, Any], _: Count) -> dict[str, Any]:
    indexes = {index["IndexName"]: _key_names(index) for index in call.get("GlobalSecondaryIndexes", [])}
    tables.create(call["TableName"], *_key_names(call), indexes={name: (k[0], k[1]) for name, k in indexes.items()})
    return {"TableDescription": {"TableName": call["TableName"], "TableStatus": "ACTIVE"}}


def _key_names(schema: dict[str, Any]) -> list[str]:
    return [entry["AttributeName"] for entry in sorted(schema["KeySchema"], key=lambda entry: entry["KeyType"])]


def _get_item(tables: Tables, call: dict[str, Any], count: Count) -> dict[str, Any]:
    name = call["TableName"]
    item = tables.of(name).get(tables.key(name, call["Key"]))
    count.read_units += read_units(size_of(item or {}), consistent=call.get("ConsistentRead", False))
    return {"Item": item} if item else {}


def _put_item(tables: Tables, call: dict[str, Any], count: Count) -> dict[str, Any]:
    name, item = call["TableName"], call["Item"]
    table, key = tables.of(name), tables.key(name, item)
    _check(call, table.get(key), count)
    tables.put(name, key, item, count)
    return {}


def _update_item(tables: Tables, call: dict[str, Any], count: Count) -> dict[str, Any]:
    name = call["TableName"]
    table, key = tables.of(name), tables.key(name, call["Key"])
    _check(call, table.get(key), count)
    item = updated(call, table.get(key) or call["Key"])
    tables.put(name, key, item, count)
    return {"Attributes": item} if call.get("ReturnValues") == "ALL_NEW" else {}


def _check(call: dict[str, Any], standing: Item | None, count: Count) -> None:
    if not condition_holds(call, standing):
        count.write_units += write_units(size_of(standing or {}))
        raise RefusalError("ConditionalCheckFailedException", "The conditional request failed")


def _batch_get_item(tables: Tables, call: dict[str, Any], count: Count) -> dict[str, Any]:
    wanted = call["RequestItems"]
    if not 1 <= sum(len(part["Keys"]) for part in wanted.values()) <= _MOST_KEYS:
        raise RefusalError("ValidationException", f"Too many items requested: {_MOST_KEYS} are allowed")
    found: dict[str, list[Item]] = {}
    left: dict[str, Any] = {}
    size = 0
    for name, part in wanted.items():
        table, consistent = tables.of(name), part.get("ConsistentRead", False)
        keys = [tables.key(name, key) for key in part["Keys"]]
        if len(set(keys)) < len(keys):
            raise RefusalError("ValidationException", "Provided list of item keys contains duplicates")
        found[name] = []
        for position, key in enumerate(keys):
            item = table.get(key)
            item_size = size_of(item) if item else 0
            if size + item_size > _MOST_READ_BYTES:
                left[name] = part | {"Keys": part["Keys"][position:]}
                break
            size += item_size
            count.read_units += read_units(item_size, consistent=consistent)
            if item:
                found[name].append(item)
    return {"Responses": found, "UnprocessedKeys": left}


def _batch_write_item(tables: Tables, call: dict[str, Any], count: Count) -> dict[str, Any]:
    writes = [(name, write["PutRequest"]["Item"]) for name, some in call["RequestItems"].items() for write in some]
    if not 1 <= len(writes) <= _MOST_WRITES:
        raise RefusalError("ValidationException", f"Too many items requested: {_MOST_WRITES} are allowed")
    keyed = [(name, tables.key(name, item), item) for name, item in writes if tables.of(name) is not None]
    if len({(name, key) for name, key, _ in keyed}) < len(keyed):
        raise RefusalError("ValidationException", "Provided list of item keys contains duplicates")
    for name, key, item in keyed:
        tables.put(name, key, item, count)
    return {"UnprocessedItems": {}}


_OPERATIONS: dict[str, Callable[[Tables, dict[str, Any], Count], dict[str, Any]]] = {
    "BatchExecuteStatement": batch_execute_statement,
    "BatchGetItem": _batch_get_item,
    "BatchWriteItem": _batch_write_item,
    "CreateTable": _create_table,
    "GetItem": _get_item,
    "PutItem": _put_item,
    "Query": query,
    "UpdateItem": _update_item,
}
