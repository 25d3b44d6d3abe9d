"""Tables of DynamoDB: items in dictionaries."""

from dataclasses import dataclass, field

from stubs.attributes import Item, size_of
from stubs.counts import Count, write_units
from stubs.wire import RefusalError

Key = str | tuple[str, ...]
Indexes = dict[str, tuple[str, str]]
"""Partition and sort attribute of each global secondary index, by its name; of keys alone."""
_MOST_ITEM_BYTES = 400 * 1024


@dataclass(slots=True)
class Tables:
    """Tables by name; an item's key is its text, or a tuple of texts where the table has a sort key."""

    items: dict[str, dict[Key, Item]] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    indexes: dict[str, Indexes] = field(default_factory=dict)

    def create(self, name: str, *key: str, indexes: Indexes | None = None) -> None:
        """Make an empty table with the given key attributes, partition key first."""
        self.items[name], self.keys[name], self.indexes[name] = {}, key, indexes or {}

    def clear(self) -> None:
        """Empty every table; they stay."""
        for table in self.items.values():
            table.clear()

    def of(self, name: str) -> dict[Key, Item]:
        """Return a table's items.

        Raises
        ------
        RefusalError
            If there is no such table.
        """
        if name not in self.items:
            raise RefusalError("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
        return self.items[name]

    def key(self, name: str, item: Item) -> Key:
        """Return the key of an item (or of the part of it that is given).

        Raises
        ------
        RefusalError
            If some part of the key is missing.
        """
        names = self.keys[name]
        if any(part not in item for part in names):
            raise RefusalError("ValidationException", "The provided key element does not match the schema")
        values = [next(iter(item[part].values())) for part in names]
        return values[0] if len(values) == 1 else tuple(values)

    def put(self, name: str, key: Key, item: Item, count: Count) -> None:
        """Write an item; count the units for the larger of what was there and what is.

        Raises
        ------
        RefusalError
            For an item above 400 KB.
        """
        table, size = self.of(name), size_of(item)
        if size > _MOST_ITEM_BYTES:
            raise RefusalError("ValidationException", "Item size has exceeded the maximum allowed size")
        standing = table.get(key)
        count.write_units += write_units(max(size, size_of(standing) if standing else 0))
        for names in self.indexes[name].values():
            count.write_units += _index_units(names, self.keys[name], standing or {}, item)
        table[key] = item


def _index_units(names: tuple[str, str], key: tuple[str, ...], before: Item, after: Item) -> int:
    """Return the units that an index of keys takes: one to write, one to delete, two to move, none where it stays."""
    entries = [
        {name: item[name] for name in (*names, *key)} if all(name in item for name in names) else None
        for item in (before, after)
    ]
    return 0 if entries[0] == entries[1] else sum(entry is not None for entry in entries)
