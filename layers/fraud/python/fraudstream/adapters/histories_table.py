"""Histories in DynamoDB: one item each, versioned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fraudstream.adapters.calls import Calls
from fraudstream.adapters.dynamodb import Statement, read_items, write_conditionally
from fraudstream.histories import RETENTION_MS
from fraudstream.ports import StoredHistory

_INSERT = "INSERT INTO \"{}\" VALUE {{'entity':?,'packed':?,'version':?,'expires_at':?}}"
_UPDATE = 'UPDATE "{}" SET packed=? SET version=? SET expires_at=? WHERE entity=? AND version=?'


@dataclass(frozen=True, slots=True)
class HistoriesTable:
    """`ports.Histories` over a table with the key `entity`, a binary `packed`, a `version`, and `expires_at` (TTL)."""

    client: Any
    table: str
    calls: Calls

    def load(self, keys: Sequence[str]) -> dict[str, StoredHistory]:
        """Return the stored histories among the keys, read consistently."""
        return {
            item["entity"]["S"]: StoredHistory(packed=item["packed"]["B"], version=int(item["version"]["N"]))
            for item in read_items(self.client, self.calls, self.table, "entity", keys)
        }

    def save(self, packed: Mapping[str, bytes], versions: Mapping[str, int], now_ms: int) -> list[str]:
        """Write what is still at the version given, or not there at version 0; return the keys that lost."""
        expires_at = {"N": str((now_ms + RETENTION_MS) // 1000)}
        statements = [self._write(key, blob, versions.get(key, 0), expires_at) for key, blob in packed.items()]
        held = write_conditionally(self.client, self.calls, statements)
        return [key for key, written in zip(packed, held, strict=True) if not written]

    def _write(self, key: str, blob: bytes, version: int, expires_at: Mapping[str, str]) -> Statement:
        entity, packed, following = {"S": key}, {"B": blob}, {"N": str(version + 1)}
        if version == 0:
            return Statement(_INSERT.format(self.table), [entity, packed, following, expires_at])
        standing = {"N": str(version)}
        return Statement(_UPDATE.format(self.table), [packed, following, expires_at, entity, standing])
