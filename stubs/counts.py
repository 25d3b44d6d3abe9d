"""What was asked of the stub: requests, bytes, and the units DynamoDB would charge."""

from collections import defaultdict
from dataclasses import dataclass, field

_WRITE_UNIT_BYTES, _READ_UNIT_BYTES = 1024, 4096


@dataclass(slots=True)
class Count:
    """One operation's sums. Bytes are of bodies; units are DynamoDB's."""

    requests: int = 0
    request_bytes: int = 0
    response_bytes: int = 0
    write_units: int = 0
    read_units: float = 0.0


@dataclass(slots=True)
class Counts:
    """Sums by operation, named `service.Operation`."""

    by_operation: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))

    def clear(self) -> None:
        """Forget everything."""
        self.by_operation.clear()

    def of(self, name: str) -> Count:
        """Return the sums of one operation."""
        return self.by_operation[name]

    def as_dict(self) -> dict[str, dict[str, float]]:
        """Return plain numbers, for JSON."""
        return {
            name: {column: getattr(count, column) for column in Count.__slots__}
            for name, count in sorted(self.by_operation.items())
        }


def write_units(item_bytes: int) -> int:
    """Return the units of writing an item of that size: one a KB, at least one."""
    return max(1, -(-item_bytes // _WRITE_UNIT_BYTES))


def read_units(item_bytes: int, *, consistent: bool) -> float:
    """Return the units of reading an item of that size: one for 4 KB, half of it if eventually consistent."""
    units = max(1, -(-item_bytes // _READ_UNIT_BYTES))
    return float(units) if consistent else units / 2
