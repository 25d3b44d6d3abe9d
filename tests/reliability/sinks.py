"""Where something of a payment is kept in a world, opened and decoded."""

import io
import json
from base64 import b64decode
from typing import Any

import zstandard

from tests.reliability.traffic import PANS, grouped
from tests.reliability.world import World


def check_no_card_number(world: World) -> None:
    """11. No card number is in any table, object, message, record or log, nor in their names."""
    for where, content in sinks(world):
        for pan in PANS:
            for written in (pan, grouped(pan, " "), grouped(pan, "-")):
                assert written.encode() not in content, f"a card number is in {where}"


def sinks(world: World) -> list[tuple[str, bytes]]:
    """Return every place where something of a payment could be kept, opened and decoded."""
    found = [("the log", "".join(world.printed).encode())]
    for table in world.aws.tables:
        for key, item in world.items(table).items():
            found.append((f"{table}", repr((key, item)).encode()))
            found += [(f"{table}.{name}", value) for name, value in item.items() if isinstance(value, bytes)]
    for bucket, objects in world.aws.objects.items():
        for key, body in objects.items():
            found += [(f"a key of {bucket}", key.encode()), (f"{bucket}/{key}", _opened(key, body))]
    found += [("SNS", repr(message).encode()) for message in world.aws.published]
    found += [("Kinesis", put.data + put.key.encode()) for put in world.aws.stream]
    lines = quarantine_of(world).values()
    return found + [("quarantined bytes", b64decode(line["data_base64"])) for line in lines]


def quarantine_of(world: World) -> dict[str, dict[str, Any]]:
    """Return the quarantine's lines by source; lines of one record must be one and the same."""
    found: dict[str, dict[str, Any]] = {}
    for body in world.aws.objects["quarantine"].values():
        for text in body.splitlines():
            line = json.loads(text)
            source = f"{line['shard_id']}:{line['sequence_number']}"
            assert found.setdefault(source, line) == line, f"{source} is quarantined in two ways"
    return found


def archive_of(world: World) -> list[dict[str, Any]]:
    """Return the archive's lines."""
    bodies = (_opened(key, body) for key, body in world.aws.objects["archive"].items())
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def _opened(key: str, body: bytes) -> bytes:
    if not key.endswith(".zst"):
        return body
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body)).read()
