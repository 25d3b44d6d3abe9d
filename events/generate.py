"""Writes the sample events: `python -m events.generate [--now]`.

Each file is one batch as Lambda hands it over from Kinesis, for `sam local invoke -e` and for tests. The bytes are the
same at every run. With `--now` the batches carry the present time and go to events/generated/, as does the largest one
always, and the environment of events/local-env.json filled in with what `make local` deployed.
"""

import argparse
import json
import random
import sys
import time
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

HERE = Path(__file__).parent
GENERATED = HERE / "generated"
OUTPUTS = HERE.parent / ".local" / "outputs.json"
THEN_MS = 1_768_478_400_000
"""2026-01-15T12:00:00Z, when the committed batches arrived."""

LARGEST_PAYLOAD_BYTES = 6 * 1024 * 1024
_SHOPS = (("5411", "Paris", "FR", 48.8566, 2.3522), ("5812", "Orléans", "FR", 47.9029, 1.9093))
_CARD_NUMBER = "4111111111111111"  # the number that every payment company publishes for tests

Payload = dict[str, Any]
Keyed = tuple[str, bytes]
"""A partition key and a record's bytes."""


class Samples:
    """Payloads around one moment, the same for the same moment."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self._random = random.Random(7)  # noqa: S311 samples need to repeat, not to be secret

    def transaction(self, **fields: Any) -> Payload:
        """Return a valid transaction, a few seconds old."""
        mcc, city, country, latitude, longitude = self._random.choice(_SHOPS)
        return {
            "schema_version": 1,
            "type": "transaction",
            "transaction_id": str(UUID(int=self._random.getrandbits(128), version=4)),
            "event_time": _iso(self.now_ms - self._random.randrange(1_000, 30_000)),
            "card_id": f"card_{self._random.randbytes(8).hex()}",
            "amount_minor": self._random.randrange(100, 20_000),
            "currency": "EUR",
            "terminal_id": f"terminal_{self._random.randrange(10_000)}",
            "transaction_type": "purchase",
            "mcc": mcc,
            "entry_mode": self._random.choice(("chip", "contactless")),
            "merchant_country": country,
            "merchant_city": city,
            "merchant_lat": latitude,
            "merchant_lon": longitude,
            "card_country": "FR",
        } | fields

    def label(self, transaction: Payload, label: str, source: str) -> Payload:
        """Return the label of a transaction, known by now."""
        return {
            "schema_version": 1,
            "type": "label",
            "transaction_id": transaction["transaction_id"],
            "label": label,
            "label_time": _iso(self.now_ms),
            "source": source,
            "card_id": transaction["card_id"],
            "terminal_id": transaction["terminal_id"],
            "event_time": transaction["event_time"],
        }

    def garbage(self) -> list[Keyed]:
        """Return a record for every reason that a record by itself is refused for; the reason is its partition key."""
        good = _bytes(self.transaction())
        label = self.label(self.transaction(), "fraud", "customer")
        future = _iso(self.now_ms + 200 * 365 * 86_400_000)
        return [
            ("not_utf8", b"\xff\xfe" + good),
            ("not_json", good[: len(good) // 2]),
            ("not_an_object", b"[" + good + b"]"),
            ("duplicate_key", good[:-1] + b',"amount_minor":1}'),
            ("too_deep", good[:-1] + b',"deep":' + b"[" * 20 + b"]" * 20 + b"}"),
            ("number_invalid", good[:-1] + b',"ratio":NaN}'),
            ("character_forbidden", _bytes(self.transaction(merchant_city="Paris\u202e"))),
            ("card_number_in_card_id", _bytes(self.transaction(card_id=_CARD_NUMBER))),
            ("card_number_in_payload", _bytes(self.transaction(attributes={"note": f"card {_CARD_NUMBER}"}))),
            ("type_unknown", _bytes(self.transaction(type="authorisation"))),
            ("schema_version_unsupported", _bytes(self.transaction(schema_version=2))),
            ("field_missing", _bytes(_without(self.transaction(), "amount_minor"))),
            ("field_invalid", _bytes(self.transaction(mcc="541"))),
            ("transaction_id_invalid", _bytes(self.transaction(transaction_id=""))),
            ("card_id_invalid", _bytes(self.transaction(card_id="card 1"))),
            ("terminal_missing", _bytes(_without(self.transaction(), "terminal_id"))),
            ("terminal_invalid", _bytes(self.transaction(terminal_id="merchant#1"))),
            ("amount_invalid", _bytes(self.transaction(amount_minor=-100))),
            ("currency_unknown", _bytes(self.transaction(currency="euro"))),
            ("event_time_invalid", _bytes(self.transaction(event_time=self.now_ms))),
            ("event_time_in_future", _bytes(self.transaction(event_time=future))),
            ("event_time_too_old", _bytes(self.transaction(event_time="1999-12-31T23:59:59.999Z"))),
            ("label_on_transaction", _bytes(self.transaction(is_fraud=False))),
            ("label_invalid", _bytes(label | {"label": "maybe"})),
            ("label_time_invalid", _bytes(label | {"label_time": "yesterday"})),
            ("label_time_in_future", _bytes(label | {"label_time": future})),
            ("label_before_event", _bytes(label | {"label_time": _iso(self.now_ms - 86_400_000)})),
        ]


def batches(now_ms: int) -> dict[str, dict[str, Any]]:
    """Return the small sample events by file name."""
    samples = Samples(now_ms)
    normal = [samples.transaction() for _ in range(10)]
    labels = [
        samples.label(transaction, label, source)
        for transaction, label, source in zip(
            normal,
            ("fraud", "legitimate", "fraud", "legitimate"),
            ("chargeback", "analyst", "customer", "analyst"),
            strict=False,
        )
    ]
    first, second, garbage = normal[0], normal[1], samples.garbage()
    too_large = ("too_large", _bytes(samples.transaction(attributes={"note": "x" * 262_144})))
    conflict = ("id_conflict", _bytes(first | {"amount_minor": first["amount_minor"] + 1}))
    mixed = [*_keyed(normal[:2]), *garbage[:13], *_keyed(labels[2:3]), *garbage[13:], too_large, *_keyed(normal[2:3])]
    repeats = [*_keyed([first, first, dict(reversed(first.items())), second]), conflict, *_keyed([second])]
    contents = {
        "normal-batch": _keyed(normal),
        "labels": _keyed(labels),
        "mixed-garbage": [*mixed, conflict],
        "all-garbage": garbage,
        "duplicates": repeats,
    }
    return {f"{name}.json": kinesis_event(records, now_ms) for name, records in contents.items()}


def largest_batch(now_ms: int, records: int = 1_000) -> dict[str, Any]:
    """Return a batch of as many records as the template allows, which fills Lambda's payload of 6 MB."""
    samples = Samples(now_ms)
    transactions = [samples.transaction() for _ in range(records)]
    spare = LARGEST_PAYLOAD_BYTES - len(compact(kinesis_event(_keyed(transactions), now_ms)))
    # Base64 makes four bytes of three; some room is left for rounding and for the padding's own key.
    padding = {"note": "x" * (spare // records * 3 // 4 - 40)}
    return kinesis_event(_keyed([transaction | {"attributes": padding} for transaction in transactions]), now_ms)


def kinesis_event(records: Sequence[Keyed], now_ms: int) -> dict[str, Any]:
    """Return records of one shard as Lambda delivers them."""
    shard, stream = "shardId-000000000000", "arn:aws:kinesis:us-east-1:000000000000:stream/fraudstream-transactions"
    start = 49_668_899_999_999_999_999_999_999_999_999_999_999_999_999_999_999_999_970
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": key,
                    "sequenceNumber": str(start + 1_208_925_819_614_629_174 * position),
                    "data": b64encode(data).decode(),
                    "approximateArrivalTimestamp": (now_ms + position) / 1_000,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"{shard}:{start + 1_208_925_819_614_629_174 * position}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::000000000000:role/fraudstream-score-transactions",
                "awsRegion": "us-east-1",
                "eventSourceARN": stream,
            }
            for position, (key, data) in enumerate(records)
        ]
    }


def local_env(template: dict[str, dict[str, str]], outputs: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the environment for `sam local invoke --env-vars`, given what `make local` deployed."""
    port = outputs["endpoint_url"].rpartition(":")[2]
    values = outputs | {"endpoint_url": f"http://host.docker.internal:{port}"}
    return {
        function: {name: value.format_map(values) for name, value in variables.items()}
        for function, variables in template.items()
    }


def compact(event: dict[str, Any]) -> bytes:
    """Return an event as Lambda counts it."""
    return json.dumps(event, separators=(",", ":")).encode()


def _keyed(payloads: Sequence[Payload]) -> list[Keyed]:
    return [(payload["card_id"], _bytes(payload)) for payload in payloads]


def _bytes(payload: Payload) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def _without(payload: Payload, name: str) -> Payload:
    return {key: value for key, value in payload.items() if key != name}


def _iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1_000:03d}Z"


def main(arguments: Sequence[str]) -> None:
    """Write the events, and the local environment if there is a local stack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--now", action="store_true", help="stamp with the present time, into events/generated/")
    now = parser.parse_args(arguments).now
    now_ms = time.time_ns() // 1_000_000 if now else THEN_MS
    GENERATED.mkdir(exist_ok=True)
    for name, event in batches(now_ms).items():
        ((GENERATED if now else HERE) / name).write_text(json.dumps(event, indent=2) + "\n")
    (GENERATED / "largest-batch.json").write_bytes(compact(largest_batch(now_ms)))
    if OUTPUTS.exists():
        template = json.loads((HERE / "local-env.json").read_text())
        filled = local_env(template, json.loads(OUTPUTS.read_text()))
        (GENERATED / "local-env.json").write_text(json.dumps(filled, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
