"""Every stored or sent format, written by today's code from the golden input."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import boto3
import msgspec
import numpy as np
from botocore.config import Config
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.cases_table import CasesTable
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.adapters.histories_table import HistoriesTable
from fraudstream.archiving import archive_lines
from fraudstream.cases import merge as merge_case
from fraudstream.contract import Bounds, Case, Disposition, Label, Transaction, decode_record
from fraudstream.histories import CARD, TERMINAL, merge
from fraudstream.offline import fold_histories
from fraudstream.quarantining import keep
from fraudstream.records import Accepted, Record, Refused
from fraudstream.settling import Standing

from stubs.in_process import connect
from stubs.memory import MemoryAws
from tests.cased import alerts_of, cases_of
from tests.fakes import FakeObjects
from tests.golden import inputs, paid, policies, worded

BOUNDS = Bounds()
EXPIRES_AT = inputs.NOW_MS


def decoded(records: Sequence[bytes] = inputs.RECORDS) -> list[Transaction | Label]:
    """Return the golden records as the contract reads them."""
    found = [decode_record(data, now_ms=inputs.NOW_MS, bounds=BOUNDS) for data in records]
    assert all(isinstance(one, Transaction | Label) for one in found), found
    return found


def stream_records(payloads: Sequence[bytes]) -> list[Record]:
    """Return payloads as records of a shard."""
    return [
        Record(
            data=data,
            sequence_number=f"4955{number:04d}",
            shard_id="shardId-000000000000",
            stream="transactions",
            arrived_at_ms=inputs.NOW_MS,
        )
        for number, data in enumerate(payloads, 1)
    ]


def standing() -> list[Standing]:
    """Return the golden transactions with their golden decisions."""
    transactions = [one for one in decoded() if isinstance(one, Transaction)]
    raw = stream_records([t.raw for t in transactions])
    return [
        Standing(Accepted(record, transaction), decision)
        for record, transaction, decision in zip(raw, transactions, inputs.decision_records(), strict=True)
    ]


def meanings() -> bytes:
    """What each record says: its type, key values, and the hash that tells a repeat from a conflict."""
    return _document(
        [
            {
                "type": one.type,
                "transaction_id": one.transaction_id,
                "event_time_ms": one.event_time_ms,
                "card_id": one.card_id,
                "terminal": one.terminal,
                "payload_hash": one.payload_hash,
                "unknown": dict(sorted((one.unknown or {}).items())),
            }
            | ({"label": one.label, "label_time_ms": one.label_time_ms} if isinstance(one, Label) else {})
            for one in decoded()
        ]
    )


def archive() -> bytes:
    """Lines of an archive object, before compression."""
    labels = [one for one in decoded() if isinstance(one, Label)]
    return b"\n".join(archive_lines(standing(), labels)) + b"\n"


def quarantine() -> bytes:
    """A quarantine object."""
    objects = FakeObjects()
    records = stream_records(inputs.REFUSED)
    refused = [decode_record(record.data, now_ms=inputs.NOW_MS, bounds=BOUNDS) for record in records]
    keep(objects, records, [Refused(record, one) for record, one in zip(records, refused, strict=True)])
    [body] = objects.objects.values()
    return body


def alerts() -> bytes:
    """Alert messages, each after its subject."""
    sent = alerts_of(standing(), "https://console.example.com")
    return b"".join(
        json.dumps(subject).encode() + b"\n" + msgspec.json.encode(alert) + b"\n" for subject, alert in sent
    )


def dynamodb(aws: MemoryAws) -> Any:
    """Return a client whose tables are in memory."""
    client = boto3.client(
        "dynamodb",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    return connect(client, aws)


def archive_in_words() -> bytes:
    """The line of a decision whose reasons carry their sentences."""
    lines = archive_lines([Standing(standing()[0].accepted, worded.decision_records()[0])], [])
    return b"\n".join(lines) + b"\n"


def with_tables() -> MemoryAws:
    """Return an account with our three tables, empty."""
    aws = MemoryAws()
    aws.create_table("decisions", "transaction_id")
    aws.create_table("histories", "entity")
    aws.create_table("cases", "card_id")
    return aws


def decision_items() -> bytes:
    """Items of the decisions table: as written, and after a label has joined."""
    aws = with_tables()
    table = DecisionsTable(dynamodb(aws), "decisions", Calls(1), keep_days=400)
    table.record(inputs.decision_records())
    table.label([one for one in decoded() if isinstance(one, Label)][:1])
    return _document(_items(aws, "decisions"))


def decision_items_in_words() -> bytes:
    """The item of such a decision."""
    aws = with_tables()
    DecisionsTable(dynamodb(aws), "decisions", Calls(1), keep_days=400).record(worded.decision_records())
    return _document(_items(aws, "decisions"))


def decision_items_in_shadow() -> bytes:
    """Items of decisions beside which rules on trial fired."""
    aws = with_tables()
    DecisionsTable(dynamodb(aws), "decisions", Calls(1), keep_days=400).record(policies.in_the_shadow())
    return _document(_items(aws, "decisions"))


def decision_items_with_payments() -> bytes:
    """Items of flagged decisions that say where and how was paid."""
    aws = with_tables()
    DecisionsTable(dynamodb(aws), "decisions", Calls(1), keep_days=400).record(paid.decision_records())
    return _document(_items(aws, "decisions"))


def archive_with_payments() -> bytes:
    """Lines of such decisions."""
    stood = [Standing(one.accepted, record) for one, record in zip(standing(), paid.decision_records(), strict=False)]
    return b"\n".join(archive_lines(stood, [])) + b"\n"


def histories() -> bytes:
    """Packed histories: a few events, folded days, markers, and two merged."""
    packed = {
        f"{kind} with {name}": blob
        for name, (count, step_ms, frauds_every) in inputs.LOGS.items()
        for kind, blob in _folded(count, step_ms, frauds_every).items()
    }
    few, many = packed["card with a few events"], packed["card with folded days and markers"]
    packed["card merged of two"] = merge(CARD, few, many)
    packed["terminal merged of two"] = merge(TERMINAL, packed["terminal with one event"], few)
    return _document({name: {"packed": blob.hex()} for name, blob in packed.items()})


def histories_with_merchants() -> bytes:
    """Packed histories of cards whose transactions tell everything."""
    logs = {
        name: inputs.with_merchants(inputs.log(n, step_ms=s, frauds_every=f)) for name, (n, s, f) in inputs.LOGS.items()
    }
    return _document(
        {f"card with {name}": {"packed": fold_histories(log)["card#card_a"].hex()} for name, log in logs.items()}
    )


def history_items() -> bytes:
    """Items of the histories table: new, and written again."""
    aws = with_tables()
    table = HistoriesTable(dynamodb(aws), "histories", Calls(1))
    blobs = _folded(*inputs.LOGS["a few events"])
    table.save({"card#card_a": blobs["card"], "terminal#terminal_a": blobs["terminal"]}, {}, inputs.NOW_MS)
    table.save({"card#card_a": _folded(*inputs.LOGS["one event"])["card"]}, {"card#card_a": 1}, inputs.NOW_MS)
    return _document(_items(aws, "histories"))


def case_items() -> bytes:
    """Items of the cases table: one that waits, and one of which everything is disposed of."""
    aws = with_tables()
    table = CasesTable(dynamodb(aws), "cases", Calls(1), keep_days=400)
    table.save(golden_cases(), {}, inputs.NOW_MS)
    return _document(_items(aws, "cases"))


def golden_cases() -> list[Case]:
    """Return the case of the golden decisions, and another card's, closed and snoozed."""
    found = Disposition(label="fraud", label_time="2026-09-22T00:00:00.000Z", source="analyst")
    made = list(cases_of(standing()).values())
    other = msgspec.structs.replace(made[0], card_id="card_closed", snoozed_until="2026-09-30T00:00:00.000Z")
    closed = merge_case(other, other.card_id, [], [(t.transaction_id, found) for t in other.transactions])
    assert closed is not None
    return [*made, closed]


FORMATS: dict[str, Callable[[], bytes]] = {
    "records.jsonl": lambda: b"\n".join(inputs.RECORDS) + b"\n",
    "meanings.json": meanings,
    "archive.jsonl": archive,
    "quarantine.jsonl": quarantine,
    "alerts.jsonl": alerts,
    "decision_items.json": decision_items,
    "histories.json": histories,
    "histories_with_merchants.json": histories_with_merchants,
    "history_items.json": history_items,
    "case_items.json": case_items,
    "archive_in_words.jsonl": archive_in_words,
    "decision_items_in_words.json": decision_items_in_words,
    "decision_items_in_shadow.json": decision_items_in_shadow,
    "decision_items_with_payments.json": decision_items_with_payments,
    "archive_with_payments.jsonl": archive_with_payments,
    "published_policy.json": policies.published,
    "published_policy_says.json": lambda: policies.said_by(policies.published()),
}


def _folded(count: int, step_ms: int, frauds_every: int) -> dict[str, bytes]:
    packed = fold_histories(inputs.log(count, step_ms=step_ms, frauds_every=frauds_every))
    return {"card": packed["card#card_a"], "terminal": packed["terminal#terminal_a"]}


def _items(aws: MemoryAws, table: str) -> list[Any]:
    items = sorted(aws.tables[table].values(), key=repr)
    return [{name: item[name] for name in sorted(item)} for item in items]


def _document(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, default=_plain) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} does not belong into a golden file")
