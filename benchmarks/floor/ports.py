"""The pipeline's ports over sockets. What is written is byte for byte what the adapters write."""

from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

import msgspec
import numpy as np
from fraudstream.adapters.topic import ENTRIES, entry_of
from fraudstream.contract import Alert, Label
from fraudstream.histories import RETENTION_MS
from fraudstream.policy import SHADOW_PREFIX
from fraudstream.ports import DecisionRecord, StoredHistory
from fraudstream.scoring import Scores, json_rows, read_answer, request_body
from numpy.typing import NDArray

from benchmarks.floor.services import Objects, Service
from benchmarks.floor.sockets import FloorError

_READS, _STATEMENTS = 100, 25
_KEEP_SECONDS = 400 * 86_400
_encode = msgspec.json.Encoder().encode
_FAILED = b'"Error"'
_INSERT = 'INSERT INTO "{}" VALUE {{{}}}'


class _Text(msgspec.Struct):
    value: str = msgspec.field(name="S")


class _Bytes(msgspec.Struct):
    value: bytes = msgspec.field(name="B")


class _Number(msgspec.Struct):
    value: str = msgspec.field(name="N")


class _History(msgspec.Struct):
    entity: _Text
    packed: _Bytes
    version: _Number


class _Found(msgspec.Struct):
    responses: dict[str, list[_History]] = msgspec.field(name="Responses")
    unprocessed: dict[str, Any] = msgspec.field(name="UnprocessedKeys", default_factory=dict)


_decode_found = msgspec.json.Decoder(_Found).decode


class FloorHistories:
    """`ports.Histories`."""

    def __init__(self, reads: Service, writes: Service, table: str) -> None:
        self._reads, self._writes, self._table = reads, writes, table
        insert = f"INSERT INTO \"{table}\" VALUE {{'entity':?,'packed':?,'version':?,'expires_at':?}}"
        update = f'UPDATE "{table}" SET packed=? SET version=? SET expires_at=? WHERE entity=? AND version=?'  # noqa: S608 - our own name
        self._insert = b'{"Statement":%b,"Parameters":[' % _encode(insert)
        self._update = b'{"Statement":%b,"Parameters":[' % _encode(update)

    def load(self, keys: Sequence[str]) -> dict[str, StoredHistory]:
        """Return the stored histories among the keys."""
        found: dict[str, StoredHistory] = {}
        for start in range(0, len(keys), _READS):
            wanted = b",".join([b'{"entity":{"S":%b}}' % _encode(key) for key in keys[start : start + _READS]])
            body = b'{"RequestItems":{"%b":{"Keys":[%b],"ConsistentRead":true}}}' % (self._table.encode(), wanted)
            answer = _decode_found(self._reads.post(b"/", body))
            if answer.unprocessed:
                raise FloorError("keys were left unprocessed")
            for item in answer.responses[self._table]:
                history = StoredHistory(packed=item.packed.value, version=int(item.version.value))
                found[item.entity.value] = history
        return found

    def save(self, packed: Mapping[str, bytes], versions: Mapping[str, int], now_ms: int) -> list[str]:
        """Write histories still at the given version; the floor does not expect another writer."""
        expires = b'{"N":"%d"}' % ((now_ms + RETENTION_MS) // 1000)
        statements = []
        for key, blob in packed.items():
            version = versions.get(key, 0)
            entity, content = _encode(key), b64encode(blob)
            if version:
                statement = b'%b{"B":"%b"},{"N":"%d"},%b,{"S":%b},{"N":"%d"}]}' % (
                    self._update,
                    content,
                    version + 1,
                    expires,
                    entity,
                    version,
                )
            else:
                statement = b'%b{"S":%b},{"B":"%b"},{"N":"1"},%b]}' % (self._insert, entity, content, expires)
            statements.append(statement)
        _write(self._writes, statements)
        return []


class FloorDecisions:
    """`ports.Decisions`."""

    def __init__(self, writes: Service, table: str) -> None:
        self._writes = writes
        names = (
            *("transaction_id", "card_id", "terminal_id", "event_time", "currency", "decision", "scored_by"),
            *("rules_version", "features_version", "decided_at", "model_version", "fraud_score", "amount_minor"),
            *("reasons", "rules_fired", "features", "payload_hash", "source", "label_time", "expires_at"),
        )
        self._insert, self._insert_flagged = (
            b'{"Statement":%b,"Parameters":[' % _encode(_INSERT.format(table, ",".join(f"'{name}':?" for name in some)))
            for some in (names, (*names, "payment"))
        )

    def record(self, records: Sequence[DecisionRecord]) -> set[str]:
        """Write decisions; the floor does not expect one to stand already."""
        if not records:
            return set()
        decided_at = records[0].decision.decided_at
        expires = int(datetime.fromisoformat(decided_at).timestamp()) + _KEEP_SECONDS
        statements = []
        for record in records:
            decision = record.decision
            reasons = _encode(_encode(decision.reasons).decode()) if decision.reasons else b'"[]"'
            names = decision.rules_fired + tuple(SHADOW_PREFIX + name for name in decision.shadow_rules_fired)
            fired = _encode(_encode(names).decode()) if names else b'"[]"'
            statements.append(
                b'%b{"S":%b},{"S":%b},{"S":%b},{"S":"%b"},{"S":"%b"},{"S":"%b"},{"S":"%b"},{"S":%b},{"S":"%b"},'
                b'{"S":"%b"},{"S":%b},{"N":"%a"},{"N":"%d"},{"S":%b},{"S":%b},{"B":"%b"},{"S":"%b"},{"S":"%b"},'
                b'{"S":""},{"N":"%d"}%b]}'
                % (
                    self._insert if decision.payment is None else self._insert_flagged,
                    _encode(decision.transaction_id),
                    _encode(decision.card_id),
                    _encode(decision.terminal_id),
                    decision.event_time.encode(),
                    decision.currency.encode(),
                    decision.decision.encode(),
                    decision.scored_by.encode(),
                    _encode(decision.rules_version),
                    decision.features_version.encode(),
                    decided_at.encode(),
                    _encode(decision.model_version),
                    decision.fraud_score,
                    decision.amount_minor,
                    reasons,
                    fired,
                    b64encode(record.features),
                    record.payload_hash.encode(),
                    record.source.encode(),
                    expires,
                    b',{"S":%b}' % _encode(_encode(decision.payment).decode()) if decision.payment is not None else b"",
                )
            )
        _write(self._writes, statements)
        return set()

    def read(self, transaction_ids: Collection[str]) -> dict[str, DecisionRecord]:
        """Refuse: nothing stood, so nobody asks."""
        raise FloorError(f"{len(transaction_ids)} decisions stood already")

    def label(self, labels: Sequence[Label]) -> int:
        """Refuse labels: the workload has none."""
        if labels:
            raise FloorError("the floor takes no labels")
        return 0


class FloorScorer:
    """`ports.Scorer`."""

    def __init__(self, endpoint: Service, name: str) -> None:
        self._endpoint = endpoint
        self._path = f"/endpoints/{name}/invocations".encode()

    def score(self, features: NDArray[np.float32], explain: int) -> Scores:
        """Return scores of all rows, in one call."""
        rows = json_rows(features)
        return read_answer(self._endpoint.post(self._path, request_body(rows, explain)), len(rows))


class FloorBucket:
    """`ports.ObjectStore`."""

    def __init__(self, objects: Objects, name: str) -> None:
        self._objects, self._name = objects, name

    def put(self, key: str, body: bytes) -> None:
        """Write one object."""
        self._objects.put(self._name, key, body)


class FloorAlerts:
    """`ports.Alerts`."""

    def __init__(self, topic: Service, arn: str) -> None:
        self._topic = topic
        self._head = f"Action=PublishBatch&Version=2010-03-31&TopicArn={quote_plus(arn)}"

    def publish(self, alerts: Sequence[tuple[str, Alert]]) -> None:
        """Send alerts, ten a call."""
        for start in range(0, len(alerts), ENTRIES):
            some = enumerate(alerts[start : start + ENTRIES], 1)
            parts = [self._head, *(_entry(number, start, subject, alert) for number, (subject, alert) in some)]
            if b"<Failed><member>" in self._topic.post(b"/", "&".join(parts).encode()):
                raise FloorError("alerts were refused")


def _entry(number: int, start: int, subject: str, alert: Alert) -> str:
    entry = entry_of(start + number - 1, subject, alert)
    prefix = f"PublishBatchRequestEntries.member.{number}."
    values = {name: entry[name] for name in ("Id", "Subject", "MessageStructure", "Message")}
    for place, (name, value) in enumerate(entry["MessageAttributes"].items(), 1):
        attribute = f"MessageAttributes.entry.{place}."
        values[f"{attribute}Name"] = name
        values |= {f"{attribute}Value.{part}": text for part, text in value.items()}
    return "&".join(f"{prefix}{name}={quote_plus(value)}" for name, value in values.items())


def _write(writes: Service, statements: Sequence[bytes]) -> None:
    for start in range(0, len(statements), _STATEMENTS):
        body = b'{"Statements":[%b]}' % b",".join(statements[start : start + _STATEMENTS])
        answer = writes.post(b"/", body)
        if _FAILED in answer:
            raise FloorError(f"a write was refused: {answer[:300]!r}")
