"""What an erasure takes out of objects and tables, in which order, and what it says and leaves as evidence."""

import gzip
import io
import json
import re
from base64 import b64encode
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from moto import mock_aws

from operate.erase.command import DONE, LEFT, MISUSED, main
from operate.erase.elsewhere import file_mentions
from operate.erase.evidence import Evidence
from operate.erase.lines import NotUnderstoodError, mentions, of_archive, of_quarantine
from operate.target import Target

CARD, OTHER = "tok/7", "tok_8"
ESCAPED = '{"card_id": "tok\\/7"}'
REGION = "eu-west-1"
CHANGES = 13
"""Calls of an erasure that change something: four items, three objects put or marked, four versions, key, evidence."""


def archive_line(card: str, number: int = 1, **more: object) -> bytes:
    transaction = {"transaction_id": f"tx-{number}", "card_id": card} | more
    line = {"kind": "transaction", "transaction": transaction, "decision": {"card_id": card}, "features": [1.0, None]}
    return json.dumps(line).encode()


def packed(*lines: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(b"\n".join(lines) + b"\n")


def unpacked(body: bytes) -> list[bytes]:
    return zstandard.ZstdDecompressor().decompressobj().decompress(body).splitlines()


def refused(payload: str) -> bytes:
    return json.dumps({"reason": "amount_invalid", "data_base64": b64encode(payload.encode()).decode()}).encode()


def given_up(*payloads: str, as_text: bool = True) -> bytes:
    event = {"Records": [{"kinesis": {"partitionKey": "k", "data": b64encode(p.encode()).decode()}} for p in payloads]}
    return json.dumps({"version": "1.0", "payload": json.dumps(event) if as_text else event}).encode()


def test_an_archive_object_keeps_the_other_lines_to_the_byte():
    """Transactions and labels of the card go; also where the producer wrote a character as an escape."""
    label = json.dumps({"kind": "label", "label": {"card_id": CARD}}).encode()
    escaped = b'{"kind":"transaction","transaction":%s,"decision":{"card_id":"tok/7"},"features":[]}' % ESCAPED.encode()
    stays = archive_line(OTHER, 2)
    left = of_archive(packed(archive_line(CARD), stays, label, escaped), CARD)
    assert (left.taken, left.mentions, unpacked(left.body)) == (3, 0, [stays])
    assert of_archive(packed(archive_line(CARD)), CARD).body == b""


def test_an_object_without_the_card_is_left_as_it_is():
    """To the byte; that another card's line mentions this one is counted, and the line stays."""
    body = packed(archive_line(OTHER), archive_line("tok/77"))
    assert of_archive(body, CARD).body is body
    left = of_archive(packed(archive_line(OTHER, before=f"was {CARD}")), CARD)
    assert (left.taken, left.mentions) == (0, 1)


def test_quarantined_records_that_mention_the_card_go():
    """Refused lines by what their bytes say, whatever is wrong with them; batches given up record by record."""
    stays = refused(f'{{"card_id": "{OTHER}"}}')
    left = of_quarantine("quarantine/a", refused(ESCAPED) + b"\n" + stays + b"\n" + refused(f"garbage {CARD}"), CARD)
    assert (left.taken, left.body) == (2, stays + b"\n")
    for as_text in (True, False):
        left = of_quarantine("aws/lambda/a", given_up(ESCAPED, f'"{OTHER}"', as_text=as_text), CARD)
        payload = json.loads(left.body)["payload"]
        event = json.loads(payload) if as_text else payload
        assert (left.taken, len(event["Records"])) == (1, 1)
    assert of_quarantine("aws/lambda/a", given_up(ESCAPED), CARD).body == b""
    without_payload = b'{"version": "1.0"}'
    assert of_quarantine("redriven/r/aws/lambda/a", without_payload, CARD).taken == 0


def test_what_nobody_understands_is_only_a_trouble_if_it_may_mention_the_card():
    """An object of another form is not rewritten."""
    assert of_quarantine("quarantine/a", b"hello", CARD).taken == 0
    with pytest.raises(NotUnderstoodError):
        of_quarantine("quarantine/a", f"hello {CARD}".encode(), CARD)


@pytest.mark.parametrize(
    "data", [b'"tok/7"', b'"tok\\/7"', b'{"a": ["\\u0074ok\\/7"]}', b"\xfftok/7", b"tok\\/7 broken"]
)
def test_a_mention_is_found_however_it_is_written(data):
    """As it is, escaped, and in bytes that are no JSON."""
    assert mentions(data, CARD)
    assert not mentions(data, "tok/8")


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl.zst", "a.parquet"])
def test_files_of_every_kind_are_searched(tmp_path, name):
    """Plain, compressed and columnar; also across the pieces in which they are read."""
    path = tmp_path / "file"
    text = ("x" * (2**20 - 2) + CARD + "\n").encode()
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text))
    elif name.endswith(".zst"):
        path.write_bytes(zstandard.ZstdCompressor().compress(text))
    elif name.endswith(".parquet"):
        cards = pa.array([OTHER, CARD, None]).dictionary_encode()
        pq.write_table(pa.table({"card_id": cards, "amount": [1, 2, 3]}), path, compression="zstd")
    else:
        path.write_bytes(text)
    assert file_mentions(path, name, CARD)
    assert not file_mentions(path, name, "tok_9")


@pytest.fixture
def target():
    """A stack's stores, in process."""
    with mock_aws():
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION)
        outputs = {
            "DecisionsTableName": "decisions",
            "HistoriesTableName": "histories",
            "CasesTableName": "cases",
            "ArchiveBucketName": "archive-bucket",
            "QuarantineBucketName": "quarantine-bucket",
            "ModelsBucketName": "models-bucket",
            "TransactionStreamName": "transactions",
            "AlertTopicArn": "arn:aws:sns:eu-west-1:1:a",
        }
        clients: dict[str, Any] = {}
        made = Target(
            name="fraudstream",
            outputs=outputs,
            client=lambda name: clients.setdefault(name, session.client(name)),
            where="a test",
        )
        fill(made)
        yield made


def fill(target: Target) -> None:
    for table, key in (("decisions", "transaction_id"), ("histories", "entity"), ("cases", "card_id")):
        target.client("dynamodb").create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        )
    put = target.client("dynamodb").put_item
    for number, card in enumerate((CARD, OTHER, CARD), 1):
        put(TableName="decisions", Item={"transaction_id": {"S": f"tx-{number}"}, "card_id": {"S": card}})
    for card in (CARD, OTHER):
        put(TableName="histories", Item={"entity": {"S": f"card#{card}"}})
        put(TableName="cases", Item={"card_id": {"S": card}})
    s3 = target.client("s3")
    for bucket in ("archive-bucket", "quarantine-bucket", "models-bucket"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):  # a retry wrote it twice
        s3.put_object(Bucket="archive-bucket", Key="archive/a", Body=packed(archive_line(CARD), archive_line(OTHER, 2)))
    s3.put_object(Bucket="archive-bucket", Key="archive/b", Body=packed(archive_line(CARD, 3)))
    s3.put_object(Bucket="archive-bucket", Key="archive/c", Body=packed(archive_line(OTHER, 4)))
    s3.put_object(Bucket="archive-bucket", Key="raw/a.csv", Body=f"card_id\n{CARD}\n".encode())
    s3.put_object(Bucket="models-bucket", Key="runs/1/broken.parquet", Body=b"PAR1")
    s3.put_object(Bucket="quarantine-bucket", Key="quarantine/a.jsonl", Body=refused(ESCAPED), Metadata={"k": "v"})
    rule = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "raw/"}, "Expiration": {"Days": 730}}
    s3.put_bucket_lifecycle_configuration(Bucket="archive-bucket", LifecycleConfiguration={"Rules": [rule]})
    target.client("kinesis").create_stream(StreamName="transactions", ShardCount=1)


def erase(target: Target, monkeypatch: pytest.MonkeyPatch, *more: str, card: str = CARD) -> int:
    monkeypatch.setattr("operate.erase.command.find_target", lambda _: target)
    return main([card, *more])


def everything(target: Target) -> dict[str, bytes]:
    """Every version of every object, and every item."""
    s3, found = target.client("s3"), {}
    for bucket in ("archive-bucket", "quarantine-bucket", "models-bucket"):
        for version in s3.list_object_versions(Bucket=bucket).get("Versions", ()):
            key, number = version["Key"], version["VersionId"]
            body = s3.get_object(Bucket=bucket, Key=key, VersionId=number)["Body"].read()
            if key.startswith("archive/"):
                body = b"\n".join(unpacked(body))
            found[f"{bucket}/{key}?{number}"] = body
    for table in ("decisions", "histories", "cases"):
        for number, item in enumerate(target.client("dynamodb").scan(TableName=table)["Items"]):
            found[f"{table} {number}"] = json.dumps(item).encode()
    return found


def holders(target: Target) -> list[str]:
    marks = (CARD.encode(), b64encode(ESCAPED.encode()))
    return [name for name, body in everything(target).items() if any(mark in body for mark in marks)]


def test_a_card_is_erased_everywhere_and_the_rest_is_untouched(target, monkeypatch, capsys):
    """Items, lines, and every older version; what cannot be rewritten is named; the evidence names nobody."""
    assert erase(target, monkeypatch) == DONE
    said = capsys.readouterr().out
    assert [name.split("?")[0] for name in holders(target)] == ["archive-bucket/raw/a.csv"]
    assert re.search(r"s3://archive-bucket/raw/a.csv \(expires 20\d\d-\d\d-\d\d\)", said)
    assert "s3://models-bucket/runs/1/broken.parquet" in said
    left = everything(target)
    assert sum(name.startswith("archive-bucket/archive/a") for name in left) == 1
    assert not any(name.startswith(("archive-bucket/archive/b", "quarantine-bucket/")) for name in left)
    assert sum(name.startswith(("decisions", "histories", "cases")) for name in left) == 3
    (evidence,) = [(name, body) for name, body in left.items() if "erasures/" in name]
    assert CARD not in evidence[0] + evidence[1].decode()
    document = json.loads(evidence[1])
    assert document["card_hmac"] == Evidence(target).name(CARD)
    assert (document["erased"]["decisions"], document["erased"]["archive_lines"]) == (2, 2)
    assert document["erased"]["archive_versions"] == 1
    assert Evidence(target).name(OTHER) != document["card_hmac"]


def test_a_dry_run_changes_nothing(target, monkeypatch, capsys):
    """It counts what an erasure would take."""
    before = everything(target)
    assert erase(target, monkeypatch, "--dry-run") == DONE
    assert everything(target) == before
    assert "Nothing was changed" in capsys.readouterr().out


class Ending:
    """A client whose process ends after some changing calls of all clients together."""

    def __init__(self, client: Any, left: list[int]) -> None:
        self._client, self._left = client, left

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name not in {"put_object", "delete_object", "delete_item", "put_parameter"}:
            return call

        def counted(**given: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] < 0:
                raise KeyboardInterrupt
            return call(**given)

        return counted


@pytest.mark.parametrize("calls", range(CHANGES))
def test_interrupted_after_any_change_a_repetition_completes_it(target, monkeypatch, calls):
    """Whatever was done by then: given again, nothing of the card is left."""
    left = [calls]
    ending = Target(
        name=target.name,
        outputs=target.outputs,
        client=lambda name: Ending(target.client(name), left),
        where=target.where,
    )
    with pytest.raises(KeyboardInterrupt):
        erase(ending, monkeypatch)
    assert erase(target, monkeypatch) == DONE
    assert [name.split("?")[0] for name in holders(target)] == ["archive-bucket/raw/a.csv"]


def test_an_erasure_changes_as_often_as_the_interruptions_say(target, monkeypatch):
    """Otherwise the test before would leave places out."""
    left = [CHANGES]
    counted = Target(
        name=target.name,
        outputs=target.outputs,
        client=lambda name: Ending(target.client(name), left),
        where=target.where,
    )
    assert erase(counted, monkeypatch) == DONE
    assert left == [0]


def test_what_nobody_can_take_apart_is_not_called_erased(target, monkeypatch, capsys):
    """The exit code and the message say that something is left, and where."""
    target.client("s3").put_object(Bucket="quarantine-bucket", Key="quarantine/odd", Body=f"odd {CARD}".encode())
    assert erase(target, monkeypatch) == LEFT
    assert "quarantine/odd" in capsys.readouterr().err
    assert not any("erasures/" in name for name in everything(target))


@pytest.mark.parametrize("card", ["4111111111111111", "4111-1111-1111-1111", "", "a b", "x" * 65])
def test_only_a_token_is_taken(target, monkeypatch, capsys, card):
    """A card number least of all, which is not repeated."""
    assert erase(target, monkeypatch, card=card) == MISUSED
    said = "".join(capsys.readouterr())
    assert not card or card not in said


def test_bytes_in_the_pieces_of_a_stream_are_found_at_their_seams():
    """A token may lie across two pieces."""
    from operate.erase.elsewhere import _in_chunks

    class Dripping(io.BytesIO):
        def read(self, _: int = -1) -> bytes:
            return super().read(3)

    assert _in_chunks(Dripping(b"abcdetok/7xyz"), CARD.encode())
    assert not _in_chunks(Dripping(b"abcdetok/8xyz"), CARD.encode())
