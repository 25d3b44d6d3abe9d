"""Histories in DynamoDB: one item each, versioned."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from fraudstream.adapters.calls import Calls
from fraudstream.adapters.dynamodb import Attribute, Binary, Found, Items, Number, Statement, Text, statement_text
from fraudstream.histories import RETENTION_MS
from fraudstream.ports import StoredHistory

_INSERT = "INSERT INTO \"{}\" VALUE {{'entity':?,'packed':?,'version':?,'expires_at':?}}"
_UPDATE = 'UPDATE "{}" SET packed=? SET version=? SET expires_at=? WHERE entity=? AND version=?'


class _Item(Struct, frozen=True):
    entity: Text
    packed: Binary
    version: Number


class HistoriesTable:
    """`ports.Histories` over a table with the key `entity`, a binary `packed`, a `version`, and `expires_at` (TTL)."""

    def __init__(self, client: Any, table: str, calls: Calls) -> None:
        self.client = client
        self.table = table
        self._items = Items(client, table, key="entity", found=Found[_Item], calls=calls)
        self._insert = statement_text(_INSERT.format(table))
        self._update = statement_text(_UPDATE.format(table))

    def load(self, keys: Sequence[str]) -> dict[str, StoredHistory]:
        """Return the stored histories among the keys, read consistently."""
        return {
            item.entity.value: StoredHistory(packed=item.packed.value, version=int(item.version.value))
            for item in self._items.read(keys)
        }

    def save(self, packed: Mapping[str, bytes], versions: Mapping[str, int], now_ms: int) -> list[str]:
        """Write what is still at the version given, or not there at version 0; return the keys that lost."""
        expires_at = {"N": str((now_ms + RETENTION_MS) // 1000)}
        statements = [self._write(key, blob, versions.get(key, 0), expires_at) for key, blob in packed.items()]
        held = self._items.write_conditionally(statements)
        return [key for key, written in zip(packed, held, strict=True) if not written]

    def _write(self, key: str, blob: bytes, version: int, expires_at: Attribute) -> Statement:
        entity, packed, following = {"S": key}, {"B": blob}, {"N": str(version + 1)}
        if version == 0:
            return Statement(self._insert, [entity, packed, following, expires_at])
        return Statement(self._update, [packed, following, expires_at, entity, {"N": str(version)}])
