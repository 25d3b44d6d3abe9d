"""BatchExecuteStatement: up to twenty-five conditional writes, each with its own outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stubs.attributes import Item, size_of
from stubs.counts import Count, write_units
from stubs.partiql import Insert, StatementError, Update, holds, parse
from stubs.tables import Key, Tables
from stubs.wire import RefusalError

_MOST_STATEMENTS = 25
_FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
_DUPLICATE = {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}
_AS_CODES = {"ValidationException": "ValidationError", "ResourceNotFoundException": "ResourceNotFound"}
Error = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Write:
    """A statement understood: the item it is about, and what carries it out and returns its error, if any."""

    table: str
    key: Key
    run: Callable[[], Error | None]


def batch_execute_statement(tables: Tables, call: dict[str, Any], count: Count) -> dict[str, Any]:
    """Run the statements of one call.

    Raises
    ------
    RefusalError
        For the whole call: too many statements, or two about one item.
    """
    statements = call["Statements"]
    if not 1 <= len(statements) <= _MOST_STATEMENTS:
        raise RefusalError("ValidationException", f"Member must have length of 1 to {_MOST_STATEMENTS}")
    writes = [_understood(tables, statement, count) for statement in statements]
    keys = [(write.table, write.key) for write in writes if isinstance(write, _Write)]
    if len(set(keys)) < len(keys):
        raise RefusalError("ValidationException", "Provided list of item keys contains duplicates")
    return {"Responses": [_outcome(write) for write in writes]}


def _understood(tables: Tables, statement: dict[str, Any], count: Count) -> _Write | Error:
    try:
        return _prepare(tables, parse(statement["Statement"]), statement.get("Parameters", []), count)
    except StatementError as error:
        return {"Code": "ValidationError", "Message": str(error)}
    except RefusalError as refusal:
        return {"Code": _AS_CODES.get(refusal.code, refusal.code), "Message": refusal.message}


def _prepare(tables: Tables, parsed: Insert | Update, parameters: list[dict[str, Any]], count: Count) -> _Write:
    name = parsed.table
    table = tables.of(name)
    conditions, removed = ((), ()) if isinstance(parsed, Insert) else (parsed.conditions, parsed.removed)
    if len(parameters) != len(parsed.names) + len(conditions):
        raise StatementError("Number of parameters in request and statement don't match.")
    values = dict(zip(parsed.names, parameters, strict=False))
    if isinstance(parsed, Insert):
        key = tables.key(name, values)
        return _Write(name, key, lambda: _insert(tables, name, key, values, count))
    wanted = [
        (attribute, compare, value)
        for (attribute, compare), value in zip(conditions, parameters[len(values) :], strict=True)
    ]
    key = tables.key(name, {attribute: value for attribute, compare, value in wanted if compare == "="})

    def update() -> Error | None:
        item = table.get(key)
        if item is None or not all(holds(item.get(attribute), compare, value) for attribute, compare, value in wanted):
            count.write_units += write_units(size_of(item or {}))
            return _FAILED
        kept = {attribute: value for attribute, value in item.items() if attribute not in removed}
        tables.put(name, key, kept | values, count)
        return None

    return _Write(name, key, update)


def _insert(tables: Tables, name: str, key: Key, item: Item, count: Count) -> Error | None:
    standing = tables.of(name).get(key)
    if standing is not None:
        count.write_units += write_units(max(size_of(item), size_of(standing)))
        return _DUPLICATE
    tables.put(name, key, item, count)
    return None


def _outcome(write: _Write | Error) -> dict[str, Any]:
    if not isinstance(write, _Write):
        return {"Error": write}
    try:
        error = write.run()
    except RefusalError as refusal:
        error = {"Code": "ValidationError", "Message": refusal.message}
    return {"TableName": write.table, "Error": error} if error else {"TableName": write.table}
