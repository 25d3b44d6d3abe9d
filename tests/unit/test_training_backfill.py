"""Backfill fills the table without overwriting anybody, and can be run again."""

import random
import re
from pathlib import Path
from typing import Any

import pytest
from backfill import main
from fraudstream.histories import CARD, TERMINAL, merge
from fraudstream.offline import fold_histories
from histories_table import HistoriesTable, TableError
from jobs import iso
from raw_data import as_known_before, to_transactions, write_canonical

from tests.unit.test_training_samples import START_MS, history

DAY_MS = 86_400_000


class FakeDynamoDB:
    """A table of histories behind the two calls that backfill makes, with the outcomes DynamoDB documents.

    `disturb`, if set, is called before each batch of writes: to play another writer, or to throttle by returning
    error codes for some positions.
    """

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.requests: list[int] = []
        self.disturb = lambda _statements: {}

    def batch_execute_statement(self, *, Statements: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Run each statement; report its outcome."""
        assert 1 <= len(Statements) <= 25
        self.requests.append(len(Statements))
        forced = self.disturb(Statements)
        return {
            "Responses": [
                {"Error": {"Code": forced[position], "Message": ""}} if position in forced else self._run(statement)
                for position, statement in enumerate(Statements)
            ]
        }

    def _run(self, statement: dict[str, Any]) -> dict[str, Any]:
        text, values = statement["Statement"], statement["Parameters"]
        if re.fullmatch(
            r"INSERT INTO \"Histories\" VALUE \{'entity':\?,'packed':\?,'version':\?,'expires_at':\?\}", text
        ):
            entity = values[0]["S"]
            if entity in self.items:
                return {"Error": {"Code": "DuplicateItem", "Message": "exists"}}
            self.items[entity] = dict(zip(("entity", "packed", "version", "expires_at"), values, strict=True))
            return {}
        assert re.fullmatch(
            r'UPDATE "Histories" SET packed=\? SET version=\? SET expires_at=\? WHERE entity=\? AND version=\?', text
        )
        packed, version, expires_at, entity, expected = values
        item = self.items.get(entity["S"])
        if item is None or item["version"] != expected:
            return {"Error": {"Code": "ConditionalCheckFailed", "Message": "changed"}}
        item |= {"packed": packed, "version": version, "expires_at": expires_at}
        return {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """Return half of what is asked for, and the rest as unprocessed."""
        keys = RequestItems["Histories"]["Keys"]
        assert RequestItems["Histories"]["ConsistentRead"]
        now, later = keys[: (len(keys) + 1) // 2], keys[(len(keys) + 1) // 2 :]
        found = [self.items[key["entity"]["S"]] for key in now if key["entity"]["S"] in self.items]
        unprocessed = {"Histories": RequestItems["Histories"] | {"Keys": later}} if later else {}
        return {"Responses": {"Histories": found}, "UnprocessedKeys": unprocessed}

    def packed(self) -> dict[str, bytes]:
        """What the table holds."""
        return {entity: item["packed"]["B"] for entity, item in self.items.items()}


def folded(**options: Any) -> dict[str, bytes]:
    return fold_histories(to_transactions(history(rows=400, **options)))


def table(client: FakeDynamoDB) -> HistoriesTable:
    return HistoriesTable(client, "Histories", expires_at=99, sleep=lambda _: None)


def first(histories: dict[str, bytes], count: int = 25) -> dict[str, bytes]:
    return dict(list(histories.items())[:count])


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    write_canonical(history(), tmp_path / "raw" / "history.parquet")
    return tmp_path / "raw"


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> FakeDynamoDB:
    client = FakeDynamoDB()
    monkeypatch.setattr("backfill.boto3.client", lambda *_, **__: client)
    return client


def run(upload: Path, *options: str) -> int:
    return main(["--input", str(upload), "--table", "Histories", "--threads", "2", *options])


def test_the_table_holds_the_fold_of_the_history(upload: Path, dynamodb: FakeDynamoDB) -> None:
    """Every card and terminal once, at version 1, written up to twenty-five a request."""
    assert run(upload) == 0
    expected = fold_histories(to_transactions(history()))
    assert dynamodb.packed() == expected
    assert {item["version"]["N"] for item in dynamodb.items.values()} == {"1"}
    assert len(dynamodb.requests) == -(-len(expected) // 25)


def test_a_second_run_changes_nothing(upload: Path, dynamodb: FakeDynamoDB, capsys: pytest.CaptureFixture[str]) -> None:
    """Not a byte and not a version."""
    assert run(upload) == 0
    before = {entity: dict(item) for entity, item in dynamodb.items.items()}
    assert run(upload) == 0
    assert dynamodb.items == before
    assert f"inserted=0 merged=0 unchanged={len(before)}" in capsys.readouterr().out


def test_an_interrupted_run_is_completed_by_the_next(upload: Path, dynamodb: FakeDynamoDB) -> None:
    """Whatever batch it died in."""

    def die(_statements: list[dict[str, Any]]) -> dict[int, str]:
        if len(dynamodb.requests) > 1:
            raise KeyboardInterrupt
        return {}

    dynamodb.disturb = die
    with pytest.raises(KeyboardInterrupt):
        run(upload)
    dynamodb.disturb = lambda _: {}
    assert run(upload) == 0
    assert dynamodb.packed() == fold_histories(to_transactions(history()))


def test_what_the_stream_wrote_first_is_kept(dynamodb: FakeDynamoDB) -> None:
    """A history that is there already is joined with, in any order of the two."""
    old, new = folded(days=20, seed=1), folded(days=30, seed=2)
    both = first({entity: new[entity] for entity in new if entity in old})
    for entity in both:
        dynamodb.items[entity] = {"entity": {"S": entity}, "packed": {"B": old[entity]}, "version": {"N": "5"}}
    written = table(dynamodb).write(both)
    assert (written.inserted, written.merged) == (0, len(both))
    for entity, packed in dynamodb.packed().items():
        bounds = CARD if entity.startswith("card#") else TERMINAL
        assert packed == merge(bounds, old[entity], new[entity])
        assert dynamodb.items[entity]["version"] == {"N": "6"}
        assert dynamodb.items[entity]["expires_at"] == {"N": "99"}


def test_a_writer_in_between_is_merged_with_and_not_overwritten(dynamodb: FakeDynamoDB) -> None:
    """Between reading and writing the item moves on: the write loses, reads again and joins."""
    mine, theirs = folded(days=30, seed=2), folded(days=20, seed=1)
    entity = next(each for each in mine if each in theirs)
    stored = merge(CARD, theirs[entity], theirs[entity])
    dynamodb.items[entity] = {"entity": {"S": entity}, "packed": {"B": stored}, "version": {"N": "1"}}

    def move_on(statements: list[dict[str, Any]]) -> dict[int, str]:
        if len(dynamodb.requests) < 5 and statements[0]["Statement"].startswith("UPDATE"):
            item = dynamodb.items[entity]
            item["version"] = {"N": str(int(item["version"]["N"]) + 1)}
        return {}

    dynamodb.disturb = move_on
    written = table(dynamodb).write({entity: mine[entity]})
    assert written.merged == 1
    assert dynamodb.packed()[entity] == merge(CARD, theirs[entity], mine[entity])


def test_throttled_writes_are_tried_again_and_only_those(dynamodb: FakeDynamoDB) -> None:
    """Any part of a batch may be throttled, as often as tries allow."""
    dice = random.Random(4)

    def throttle(statements: list[dict[str, Any]]) -> dict[int, str]:
        codes = ("ProvisionedThroughputExceeded", "ThrottlingError", "InternalServerError", "TransactionConflict")
        return {position: dice.choice(codes) for position in range(len(statements)) if dice.random() < 0.4}

    dynamodb.disturb = throttle
    histories = first(folded())
    assert table(dynamodb).write(histories).inserted == len(histories)
    assert dynamodb.packed() == histories
    assert dynamodb.requests == sorted(dynamodb.requests, reverse=True)


def test_endless_throttling_ends_in_a_named_failure(upload: Path, dynamodb: FakeDynamoDB, capsys: Any) -> None:
    """The tries are bounded, and the job says that it can be run again."""
    dynamodb.disturb = lambda statements: dict.fromkeys(range(len(statements)), "ThrottlingError")
    with pytest.raises(TableError, match="10 tries"):
        table(dynamodb).write(first(folded()))


def test_a_refused_write_fails_at_once(dynamodb: FakeDynamoDB) -> None:
    """A missing table or permission does not get better by waiting."""
    dynamodb.disturb = lambda _: {0: "AccessDenied"}
    with pytest.raises(TableError, match="AccessDenied"):
        table(dynamodb).write(first(folded()))
    assert len(dynamodb.requests) == 1


def test_labels_later_than_as_of_are_left_out(upload: Path, dynamodb: FakeDynamoDB) -> None:
    """The table must not know what the stream has yet to learn."""
    as_of = START_MS + 30 * DAY_MS
    assert run(upload, "--as-of", iso(as_of)) == 0
    assert dynamodb.packed() == fold_histories(to_transactions(as_known_before(history(), as_of + 1)))
    assert dynamodb.packed() != fold_histories(to_transactions(history()))


def test_nothing_to_read_is_a_named_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty prefix is a mistake, not an empty history."""
    assert run(tmp_path) == 1
    assert capsys.readouterr().err.startswith("NoHistory: ")
