"""Peer (b) as DynamoDB's documentation shows it: the state is a document of maps and lists, by boto3's resource."""

from collections.abc import Callable
from typing import Any

from benchmarks.contestants import with_state
from benchmarks.peers.past import Past


class Documents(with_state.Texts):
    """Pasts of one kind, an item each, an event a map."""

    def encode(self, past: Past) -> dict[str, Any]:
        """Return the item's attributes."""
        return past.as_document()

    def decode(self, item: dict[str, Any]) -> Past:
        """Return the past of an item."""
        return Past.of_document(item)


def make_handler() -> Callable[[dict[str, Any], object], Any]:
    """Return the handler."""
    return with_state.make_handler(Documents)
