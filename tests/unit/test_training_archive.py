"""The archive is read as it was served: each transaction once, the last label, features to the bit."""

from pathlib import Path

import numpy as np
import pytest
import zstandard
from archive import CorruptArchiveError, read_archive
from fraudstream.scoring import json_rows
from moments import epoch_ms

from tests.reliability.proof import proves
from tests.unit.test_training_samples import label_line, transaction_line, write_object

TIME = "2024-01-01T00:00:01.000Z"


def test_a_transaction_written_twice_is_read_once(tmp_path: Path) -> None:
    """A retry may cut its batch differently: objects overlap, transactions do not."""
    lines = [transaction_line(number, TIME, [1.0]) for number in range(4)]
    write_object(tmp_path, "0-2", lines[:3])
    write_object(tmp_path, "1-3", lines[1:])
    archive = read_archive(tmp_path)
    assert archive.frame["transaction_id"].tolist() == [f"tx-{number:06d}" for number in range(4)]
    assert len(archive.features) == 4
    assert (archive.objects, archive.repeats) == (2, 2)


def test_the_last_label_by_its_time_holds_whatever_the_order_of_objects(tmp_path: Path) -> None:
    """Labels are append-only; a correction is a later label, which may be archived earlier."""
    write_object(tmp_path, "a", [label_line(1, "legitimate", "2024-02-02T00:00:00Z")])
    write_object(tmp_path, "b", [transaction_line(1, TIME, [1.0]), transaction_line(2, TIME, [1.0])])
    write_object(tmp_path, "c", [label_line(1, "fraud", "2024-01-09T00:00:00Z")])
    frame = read_archive(tmp_path).frame
    assert frame["label"].fillna("").tolist() == ["legitimate", ""]
    assert frame["label_time"].isna().tolist() == [False, True]


def test_a_label_without_its_transaction_is_kept_apart(tmp_path: Path) -> None:
    """It may belong to the uploaded history."""
    write_object(tmp_path, "a", [label_line(7, "fraud", TIME), transaction_line(1, TIME, [1.0])])
    archive = read_archive(tmp_path)
    assert archive.labels["transaction_id"].tolist() == ["tx-000007"]
    assert archive.frame["label"].isna().all()


def test_features_come_back_to_the_bit(tmp_path: Path) -> None:
    """What the archive writes as text is the float32 that was served, missing values included."""
    values = np.random.default_rng(3).lognormal(0, 9, (50, 7)).astype(np.float32)
    values[::5, 2] = np.nan
    values[0, :3] = [0.1, np.finfo(np.float32).tiny, np.finfo(np.float32).max]
    path = write_object(tmp_path, "a", [transaction_line(number, TIME, [0.0]) for number in range(50)])
    lines = zstandard.decompress(path.read_bytes()).split(b"\n")
    rows = [line.replace(b'"features": [0.0]', b'"features":' + row) for line, row in zip(lines, json_rows(values))]  # noqa: B905
    path.write_bytes(zstandard.compress(b"\n".join(rows)))
    served, features = read_archive(tmp_path).served("1", 7)
    assert served.all()
    assert features.tobytes() == values.tobytes()


@proves(faults=[33])
def test_features_of_another_version_or_width_are_not_served(tmp_path: Path) -> None:
    """Only what today's model would have seen counts as served."""
    lines = [
        transaction_line(1, TIME, [1.0, None]),
        transaction_line(2, TIME, [1.0, 2.0], version="0"),
        transaction_line(3, TIME, [1.0]),
    ]
    write_object(tmp_path, "a", lines)
    served, features = read_archive(tmp_path).served("1", 2)
    assert served.tolist() == [True, False, False]
    assert np.isnan(features[0, 1])


def test_fields_that_are_not_known_are_passed_over(tmp_path: Path) -> None:
    """Producers add fields; kinds may be added too."""
    line = transaction_line(1, TIME, [1.0], loyalty={"tier": [1, {"a": None}]}, merchant_lat=1, mcc="5411")
    write_object(tmp_path, "a", [line | {"more": 1}, {"kind": "note", "text": "x"}])
    frame = read_archive(tmp_path).frame
    assert frame[["merchant_lat", "mcc"]].iloc[0].tolist() == [1.0, "5411"]
    assert epoch_ms(frame["event_time"]).tolist() == [1_704_067_201_000]


def _truncated(content: bytes) -> bytes:
    return content[:-20]


def _flipped(content: bytes) -> bytes:
    return content[:40] + bytes([content[40] ^ 0xFF]) + content[41:]


@proves(faults=[24])
@pytest.mark.parametrize(
    "broken",
    [
        _truncated,
        _flipped,
        lambda _: b"",
        lambda _: zstandard.compress(b'{"kind": "transaction"\n'),
        lambda _: zstandard.compress(b'{"kind":"transaction","transaction":{"transaction_id":"1"}}\n'),
        lambda _: zstandard.compress(b'{"kind":"label","label":{"transaction_id":"1","label":"fraud"}}\n'),
    ],
)
def test_a_corrupt_object_is_named_and_nothing_is_learned_from_the_rest(tmp_path: Path, broken) -> None:  # type: ignore[no-untyped-def]
    """Half an archive would be a silently different history."""
    write_object(tmp_path, "good", [transaction_line(1, TIME, [1.0])])
    path = write_object(tmp_path, "bad", [transaction_line(number, TIME, [1.0]) for number in range(20)])
    path.write_bytes(broken(path.read_bytes()))
    with pytest.raises(CorruptArchiveError, match=r"bad\.jsonl\.zst"):
        read_archive(tmp_path)


def test_no_archive_is_an_empty_one(tmp_path: Path) -> None:
    """Before the first transaction there is nothing, and that is not an error."""
    archive = read_archive(tmp_path / "absent")
    served, features = archive.served("1", 3)
    assert (len(archive.frame), len(served), features.shape) == (0, 0, (0, 3))
