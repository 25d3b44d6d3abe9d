"""The archive in columns: what is decoded, kept, and thrown away."""

import os

import numpy as np
import pytest
from archive import read_archive
from fraudstream.columns import FRAUD, LEGITIMATE, UNKNOWN
from fraudstream.policy import BatchColumns
from fraudstream.policy.names import KNOWN, Kind
from moments import epoch_ms

from operate.archive.cache import Cache
from operate.archive.decoding import decode
from operate.archive.errors import ArchiveError, UnreadableObjectError
from operate.archive.places import Bucket, Directory
from operate.archive.policy_columns import PartColumns
from operate.archive.rows import read_rows
from operate.archive.segments import read_segments
from tests.archives import decide, lines_of, pipeline, policy, rule, write, write_lines
from tests.samples import NOW_MS, iso, label, transaction

HOUR_MS = 3_600_000


@pytest.fixture
def made():
    """A pipeline with one rule, that has decided two batches."""
    made = pipeline(policy("v1", rule("large", "amount_minor > 5000")))
    decide(made, [transaction(n, amount_minor=n * 1000, card_id=f"card_{n % 3}") for n in range(1, 9)])
    decide(made, [transaction(n) for n in range(9, 12)] + [label(2)], first=9, now_ms=NOW_MS + HOUR_MS)
    return made


def cache(tmp_path, **options) -> Cache:
    return Cache(Directory(tmp_path / "objects"), tmp_path / "cache", **options)


def test_the_second_run_decodes_nothing(made, tmp_path):
    """What was decoded once is read from the disk, and is the same."""
    write(made, tmp_path / "objects")
    first = cache(tmp_path).fill()
    second = cache(tmp_path).fill()
    assert (first.decoded, first.rows_decoded) == (2, 11)
    assert (second.decoded, second.rows_decoded) == (0, 0)
    assert read_rows(second).event_ms.tolist() == read_rows(first).event_ms.tolist()


def test_an_object_whose_bytes_changed_is_decoded_again_and_its_old_rows_are_gone_from_the_disk(made, tmp_path):
    """Its version differs: the rows before are removed from the cache too, as after an erasure."""
    first, second = write(made, tmp_path / "objects")
    cache(tmp_path).fill()
    kept = [line for line in lines_of(tmp_path / "objects") if line["kind"] == "transaction"][:3]
    write_lines(first, kept)
    os.utime(first, ns=(1, 1))
    filled = cache(tmp_path).fill()
    assert filled.decoded == 1
    assert len(read_rows(filled)) == 3 + 3
    ids = [
        name for segment in read_segments(cache(tmp_path).directory)
        for name in segment.lines().transactions.column("transaction_id").to_pylist()
    ]  # fmt: skip
    assert sorted(ids) == ["tx-1", "tx-10", "tx-11", "tx-2", "tx-3", "tx-9"]
    assert second.exists()


def test_a_removed_object_leaves_the_cache(made, tmp_path):
    """Its rows are in no figure and no file any more."""
    first, _ = write(made, tmp_path / "objects")
    cache(tmp_path).fill()
    first.unlink()
    filled = cache(tmp_path).fill()
    assert len(read_rows(filled)) == 3
    assert sum(segment.rows for segment in read_segments(cache(tmp_path).directory)) == 3


def test_objects_before_the_asked_hour_stay_in_the_cache_and_out_of_the_rows(made, tmp_path):
    """A shorter period neither reads nor removes what is older."""
    paths = write(made, tmp_path / "objects")
    cache(tmp_path).fill()
    hour = "/".join(paths[1].parts[-4:-2])
    filled = cache(tmp_path).fill(hour)
    assert len(read_rows(filled)) == 3
    assert sum(segment.rows for segment in read_segments(cache(tmp_path).directory)) == 11


def test_many_small_segments_become_one(tmp_path):
    """Runs that find a little each do not leave ever more files."""
    made = pipeline(policy("v1"))
    for number in range(12):
        decide(made, [transaction(number)], first=number + 1, now_ms=NOW_MS + number * HOUR_MS)
        write(made, tmp_path / "objects")
        filled = cache(tmp_path).fill()
    assert len(read_rows(filled)) == 12
    assert len(read_segments(cache(tmp_path).directory)) < 10


@pytest.mark.parametrize("body", [b"garbage", b"", "cut", "empty transaction"])
def test_an_object_that_is_not_what_was_written_stops_the_run_by_its_name(made, tmp_path, body):
    """The message names the object and quotes nothing; nothing else is told."""
    first, _ = write(made, tmp_path / "objects")
    whole = first.read_bytes()
    if body == "empty transaction":
        write_lines(first, [{"kind": "transaction", "transaction": {"card_id": "secret"}}])
    else:
        first.write_bytes(whole[: len(whole) // 2] if body == "cut" else body)
    with pytest.raises(UnreadableObjectError, match=r"4955.*restore the object") as caught:
        cache(tmp_path).fill()
    assert "secret" not in str(caught.value)


def test_a_decision_that_no_policy_makes_is_refused_by_its_line(made, tmp_path):
    """It would be counted as something else."""
    first, _ = write(made, tmp_path / "objects")
    lines = [line for line in lines_of(first.parent) if line["kind"] == "transaction"]
    lines[2]["decision"]["decision"] = "refer"
    write_lines(first, lines)
    with pytest.raises(UnreadableObjectError, match="line 3: a decision that is none"):
        cache(tmp_path).fill()


def test_unreadable_objects_are_passed_over_where_that_was_asked_for_and_named(made, tmp_path):
    """The others are read; once it is whole again, it is read too."""
    first, _ = write(made, tmp_path / "objects")
    whole = first.read_bytes()
    first.write_bytes(whole[:40])
    filled = cache(tmp_path, skip_unreadable=True).fill()
    assert [first.name in said for said in filled.unreadable] == [True]
    assert len(read_rows(filled)) == 3
    first.write_bytes(whole)
    assert len(read_rows(cache(tmp_path).fill())) == 11


def test_no_directory_is_said(tmp_path):
    """A mistyped path is not an empty archive."""
    with pytest.raises(ArchiveError, match="is no directory"):
        cache(tmp_path).fill()


def test_of_several_labels_the_latest_holds_and_a_transaction_in_two_objects_counts_once(made, tmp_path):
    """Whatever object they stand in, and in whatever order they came."""
    decide(
        made, [label(3, label_time=iso(NOW_MS + 9)), label(3, label="legitimate", label_time=iso(NOW_MS + 5))], first=20
    )
    decide(made, [label(4), label(4, label="legitimate", label_time=iso(NOW_MS))], first=30)
    paths = write(made, tmp_path / "objects")
    again = next(path for path in paths if "tx-1" in str(lines_of(path.parent)[:1]))
    (again.parent / "zzz.jsonl.zst").write_bytes(again.read_bytes())
    rows = read_rows(cache(tmp_path).fill())
    assert rows.repeats == 8
    said = rows.label.tolist()
    assert len(rows) == 11
    assert (said.count(FRAUD), said.count(LEGITIMATE), said.count(UNKNOWN)) == (2, 1, 8)


def test_labels_are_those_that_training_reads(made, tmp_path):
    """The same archive, the same truth: whichever of the two programs looks."""
    times = [NOW_MS + 9, NOW_MS, NOW_MS, NOW_MS + 5, NOW_MS + 1, NOW_MS + 1]
    for number, (of, said, at) in enumerate(zip((3, 3, 5, 5, 7, 7), ("fraud", "legitimate") * 3, times, strict=True)):
        decide(made, [label(of, label=said, label_time=iso(at))], first=20 + number)
    write(made, tmp_path / "objects")
    rows = read_rows(cache(tmp_path).fill())
    trained = read_archive(tmp_path / "objects").frame
    numbered = trained["label"].map({"fraud": FRAUD, "legitimate": LEGITIMATE}).fillna(UNKNOWN)
    assert rows.label.tolist() == numbered.tolist()
    assert rows.event_ms.tolist() == epoch_ms(trained["event_time"]).tolist()
    assert set(rows.label.tolist()) == {UNKNOWN, LEGITIMATE, FRAUD}


def test_a_period_is_by_the_time_of_the_decision_its_end_excluded(made, tmp_path):
    """And labels that came after it are known."""
    write(made, tmp_path / "objects")
    filled = cache(tmp_path).fill()
    rows = read_rows(filled, until_ms=NOW_MS + HOUR_MS)
    assert len(rows) == 8
    assert rows.label.tolist().count(FRAUD) == 1
    assert len(read_rows(filled, since_ms=NOW_MS + HOUR_MS)) == 3


def test_a_sample_takes_all_transactions_of_some_cards(tmp_path):
    """The same cards every time; a share of them, about."""
    made = pipeline(policy("v1"))
    decide(made, [transaction(n, card_id=f"card_{n % 100}") for n in range(400)])
    write(made, tmp_path / "objects")
    filled = cache(tmp_path).fill()
    rows = read_rows(filled, share=0.5)
    assert 30 * 4 <= len(rows) <= 70 * 4
    assert len(rows) % 4 == 0
    assert read_rows(filled, share=0.5).event_ms.tolist() == rows.event_ms.tolist()


def test_rows_with_features_of_another_version_are_left_out_and_counted(made, tmp_path):
    """Rules over features cannot be evaluated on other features."""
    write(made, tmp_path / "objects")
    lines = [line for line in lines_of(tmp_path / "objects") if line["kind"] == "transaction"]
    for line in lines[:5]:
        line["decision"]["features_version"] = "1"
        line["features"] = line["features"][:10]
    write_lines(tmp_path / "objects" / "archive" / "other.jsonl.zst", lines)
    for path in (tmp_path / "objects").rglob("4955*"):
        path.unlink()
    rows = read_rows(cache(tmp_path).fill())
    assert (len(rows), rows.other_features) == (6, 5)


def test_the_policy_reads_from_the_archive_what_it_read_in_the_stream(tmp_path):
    """Every name that a rule may use has the same values in both, missing ones too."""
    payloads = [
        transaction(1, merchant_lat=48, mcc="5411", card_country="DE", ip="10.0.0.1", merchant_city="Zürich \u00e9"),
        transaction(2, card_lat=1.5, customer_id="c", three_ds="ok", entry_mode="ecom"),
        {k: v for k, v in transaction(3, merchant_id="m-1").items() if k not in ("terminal_id", "entry_mode")},
    ]
    seen: list[BatchColumns] = []
    compiled = policy("v1")

    class Watching:
        def current(self, now_ms):
            return self

        def __getattr__(self, name):
            return getattr(compiled, name)

        def evaluate(self, columns, now_ms):
            seen.append(columns)
            return compiled.evaluate(columns, now_ms)

    made = pipeline(compiled)
    object.__setattr__(made, "policies", Watching())
    decide(made, payloads)
    write(made, tmp_path / "objects")
    (part,) = read_rows(cache(tmp_path).fill()).parts
    archived, (streamed,) = PartColumns(part), seen
    for name, kind in KNOWN.items():
        if kind is Kind.TEXT:
            texts = [
                [column.values[code] if code >= 0 else None for code in column.codes]
                for column in (archived.text(name), streamed.text(name))
            ]
            assert texts[0] == texts[1], name
        else:
            np.testing.assert_array_equal(archived.number(name), streamed.number(name), err_msg=name)


def test_an_object_of_labels_alone_is_read(tmp_path):
    """Batches of labels alone have objects too."""
    write_lines(tmp_path / "a.jsonl.zst", [{"kind": "label", "label": label(1)}])
    lines = decode((tmp_path / "a.jsonl.zst").read_bytes(), "a")
    assert (lines.transactions.num_rows, lines.labels.num_rows) == (0, 1)


def test_a_bucket_that_changes_while_it_is_read_is_said():
    """The object's own version is asked for, not whatever stands there now."""
    asked = {}

    class S3:
        def get_object(self, **given):
            asked.update(given)
            from botocore.exceptions import ClientError

            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "GetObject")

    from operate.archive.places import ArchiveObject

    wanted = ArchiveObject(key="archive/k.jsonl.zst", hour="", version="abc", size=1)
    with pytest.raises(UnreadableObjectError, match="changed or went"):
        Bucket(S3(), "b").read(wanted)
    assert asked["IfMatch"] == '"abc"'
