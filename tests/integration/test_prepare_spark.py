"""The Glue job's parts are prepare.py's, to the bit: real Spark, on this machine, beside the real prepare.py."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bundle import BASELINE, METADATA, baseline
from dataset import Part, read_part
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION, SCHEMA_HASH
from jobs import iso, write_json
from moments import epoch_ms, from_epoch_ms
from prepare import main as prepare
from raw_data import write_canonical
from windows import DAY_MS

from tests.unit.function_loading import function_modules
from tests.unit.test_training_samples import history, label_line, transaction_line, write_object

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".local" / "venvs" / "spark" / "bin" / "python"
PARTS = ("train", "validation", "test")
_EXTRAS = ("entry_mode", "card_country", "merchant_country", "mcc", "merchant_category", "auth_response")
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For a Java that lives for seconds: half the time."""
_PLACES = ("merchant_lat", "merchant_lon", "card_lat", "card_lon")

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs java, which is not on this machine"),
    pytest.mark.skipif(not PYTHON.is_file(), reason="Spark is not installed: `make spark`"),
]


def rich_log(rows: int = 3_000) -> pd.DataFrame:
    """A log with every column that features are computed from, gaps in each, and transactions at one moment."""
    frame = history(rows=rows)
    random = np.random.default_rng(1)
    event_ms = epoch_ms(frame["event_time"])
    event_ms = np.sort(np.where(random.random(rows) < 0.05, event_ms // 3_600_000 * 3_600_000, event_ms))
    frame["event_time"], frame["label_time"] = from_epoch_ms(event_ms), from_epoch_ms(event_ms + 7 * DAY_MS)
    for name in _EXTRAS:
        frame[name] = random.choice(np.array(["aa", "ecom", "chip", None], object), rows)
    for name in _PLACES:
        frame[name] = np.where(random.random(rows) < 0.2, np.nan, random.uniform(0, 50, rows))
    frame["currency"] = random.choice(["EUR", "JPY"], rows)
    frame["merchant_id"] = [f"m{number}" for number in random.integers(0, 9, rows)]
    frame.loc[random.random(rows) < 0.3, "terminal_id"] = None
    return frame


def lay_out(root: Path) -> None:
    """Write a log as uploads and an archive that overlap, with repeats, late and stray labels, and a champion."""
    frame = rich_log()
    third = len(frame) // 3
    again = frame.iloc[100:130].assign(amount_minor=1)
    write_canonical(frame.iloc[:third].reset_index(drop=True), root / "raw" / "b.parquet")
    write_canonical(
        pd.concat([frame.iloc[third - 50 : 2 * third], again], ignore_index=True), root / "raw/more/a.parquet"
    )
    rest = frame.iloc[2 * third - 20 :]
    event_ms = epoch_ms(rest["event_time"])
    random = np.random.default_rng(2)
    lines, labels = [], [label_line(999_999, "fraud", iso(int(event_ms[0])))]
    for row, (_, each) in enumerate(rest.iterrows()):
        served = random.normal(size=len(FEATURE_NAMES)).astype(np.float32).astype(float).tolist()
        names = ("card_id", "terminal_id", "merchant_id", "currency", *_EXTRAS, *_PLACES)
        fields = {name: each[name] if pd.notna(each[name]) else None for name in names}
        number, version = int(each["transaction_id"][3:]), FEATURES_VERSION if row % 3 == 0 else "0"
        amount = int(each["amount_minor"])
        lines.append(
            transaction_line(
                number, iso(int(event_ms[row])), [*served[:-1], None], version=version, amount_minor=amount, **fields
            )
        )
        if each["label"] == "fraud":
            labels.append(label_line(number, "fraud", iso(int(event_ms[row]) + 3 * DAY_MS)))
            if row % 5 == 0:
                labels.append(label_line(number, "legitimate", iso(int(event_ms[row]) + 5 * DAY_MS)))
    fifth = len(lines) // 5 + 1
    for number in range(5):
        write_object(root / "archive", f"o{number}", lines[max(number * fifth - 3, 0) : (number + 1) * fifth])
    write_object(root / "archive", "labels-a", labels[:30])
    write_object(root / "archive", "labels-b", labels[25:])
    normal = np.random.default_rng(3).normal(size=(500, len(FEATURE_NAMES))).astype(np.float32)
    champion = baseline(normal, FEATURE_NAMES, np.linspace(0, 1, 500))
    write_json(root / "champion" / BASELINE, champion)
    write_json(root / "champion" / METADATA, {"model_version": "m1", "schema_hash": SCHEMA_HASH})
    subprocess.run(["tar", "czf", "model.tar.gz", "bundle"], cwd=root / "champion", check=True)
    shutil.rmtree(root / "champion" / "bundle")


def on_spark(root: Path, output: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the Glue job as Glue starts it: the script alone, all else in the published zip, arguments of its own."""
    code, script = root / "code.zip", root / "glue" / "prepare_spark.py"
    with function_modules("publish_training", "code_bundle") as (code_bundle,):
        code.write_bytes(code_bundle.bundle_of("training", "fraudstream").importable())
    script.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / "training" / "spark" / "prepare_spark.py", script)
    words = [str(PYTHON), str(script)]
    for name in ("archive", "raw", "champion"):
        words += [f"--{name}", str(root / name)]
    words += ["--output", str(root / output), "--master", "local[2]", "--memory", "1g", "--JOB_NAME", "prepare"]
    return subprocess.run(
        [*words, "--job-bookmark-option", "job-bookmark-disable", *options],
        env=os.environ | {"PYTHONPATH": str(code), "SPARK_LOCAL_IP": "127.0.0.1", "JAVA_TOOL_OPTIONS": _QUICK},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same inputs prepared by one machine into `one`, and by Spark into `many`."""
    root = tmp_path_factory.mktemp("prepare")
    lay_out(root)
    options = [word for name in ("archive", "raw", "champion") for word in (f"--{name}", str(root / name))]
    assert prepare([*options, "--output", str(root / "one")]) == 0
    done = on_spark(root, "many", "--buckets", "3")
    assert done.returncode == 0, done.stderr[-3_000:]
    return root


def parts(root: Path, name: str) -> tuple[Part, Part]:
    return read_part(root / "one" / name), read_part(root / "many" / name)


@pytest.mark.parametrize("name", PARTS)
def test_features_are_equal_to_the_bit(both: Path, name: str) -> None:
    """Computed by card and by terminal in pieces, and as served where they were, with NaN where one machine has NaN."""
    one, many = parts(both, name)
    assert one.features.shape == many.features.shape
    differing = (one.features.view(np.uint32) != many.features.view(np.uint32)).sum(axis=0)
    assert dict(zip(FEATURE_NAMES, differing.tolist(), strict=True)) == dict.fromkeys(FEATURE_NAMES, 0)


@pytest.mark.parametrize("name", PARTS)
def test_rows_and_labels_are_the_same(both: Path, name: str) -> None:
    """Which rows, in which order, which of them frauds, and whose cards had been reported."""
    one, many = parts(both, name)
    assert one.schema == many.schema
    for column in ("fraud", "transaction_id", "card_id", "event_time_ms", "amount_minor", "currency", "card_reported"):
        assert getattr(one, column).tolist() == getattr(many, column).tolist(), column
    assert one.card_reported.any()


def test_reports_say_the_same(both: Path) -> None:
    """Counts, warnings, validation and drift; only features as served are compared in the windows alone."""
    one, many = (json.loads((both / name / "report.json").read_text()) for name in ("one", "many"))
    served = [report.pop("features") for report in (one, many)]
    assert one == many
    assert one["rows"]["repeated"] > 0 < one["rows"]["conflicting"]
    assert one["labels"]["without_transaction"] == 1
    assert one["drift"]["champion"] == "m1"
    assert [each["compared_of"] for each in served] == ["the whole log", "the windows"]
    assert 0 < served[1]["rows_served"] <= served[0]["rows_served"]


def test_a_failure_among_the_executors_has_its_name(both: Path) -> None:
    """One line with the name and the reason that prepare.py gives, and exit code 1: Glue shows that of a failed run."""
    path = write_object(both / "archive", "o9", [])
    path.write_bytes(b"not zstd")
    try:
        done = on_spark(both, "none")
    finally:
        path.unlink()
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("CorruptArchive: date=2024-01-01/hour=00/shard-0/o9.jsonl.zst cannot be read")
    assert "Traceback" not in done.stderr
    assert not (both / "none").exists()
