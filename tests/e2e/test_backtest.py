"""A changed document tried on the archive of a deployed stack, and its decisions exported: by what users type."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import zstandard

from local.objects import archive_lines
from operate.rules.command import DEFAULT_FILE
from tests.e2e.conftest import Demo, Deployed

pytestmark = pytest.mark.e2e
SENT, ALERT_MINOR, BLOCK_GENUINE_MINOR = Demo.sent, Demo.alert_minor, Demo.block_genuine_minor
DELAY_MS = 7 * 86_400_000


@pytest.fixture(scope="module")
def stack(demo: Demo) -> Deployed:
    """A stack with costs of its own, which has trained a model, decided a stream and heard of some frauds."""
    assert demo.summary.by_scored_by == {"endpoint": SENT}
    return demo.deployed


@pytest.fixture(scope="module")
def lines(stack: Deployed) -> list[dict]:
    """Every line of the archive."""
    return [line for body in objects(stack).values() for line in archive_lines(body)]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the changed document, the cache and the files are."""
    return tmp_path_factory.mktemp("backtest")


def objects(stack: Deployed) -> dict[str, bytes]:
    s3, bucket = stack.client("s3"), stack.outputs["ArchiveBucketName"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="archive/")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def operate(stack: Deployed, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "operate", *map(str, arguments), "--stack", stack.stack_name]
    environment = os.environ | dict(stack.stack.info.environment) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def backtest(stack: Deployed, scratch: Path, rules: Path) -> dict:
    options = ("--cache", scratch / "cache", "--json", scratch / "told.json", "--html", scratch / "told.html")
    ran = operate(stack, "backtest", rules, *options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads((scratch / "told.json").read_text())


def decided(lines: list[dict]) -> list[dict]:
    return [line for line in lines if line["kind"] == "transaction"]


def stricter(lines: list[dict], scratch: Path) -> tuple[Path, float]:
    """The shipped document with a review threshold that one row in twenty reaches."""
    limit = float(np.quantile([line["decision"]["fraud_score"] for line in decided(lines)], 0.95))
    text = DEFAULT_FILE.read_text("utf-8").replace("review: model", f"review: {limit!r}")
    path = scratch / "stricter.yaml"
    path.write_text(text.replace("version: ", "version: stricter-"))
    return path, limit


def moment_ms(text: str) -> int:
    return int(np.datetime64(text.removesuffix("Z"), "ms").astype(np.int64))


def known(lines: list[dict]) -> dict[str, str]:
    """What is known of each transaction now, worked out line by line."""
    last: dict[str, tuple[int, str]] = {}
    for line in lines:
        if line["kind"] == "label":
            said = (moment_ms(line["label"]["label_time"]), line["label"]["label"])
            name = line["label"]["transaction_id"]
            last[name] = max(last.get(name, said), said, key=lambda each: each[0])
    events = {
        line["transaction"]["transaction_id"]: moment_ms(line["decision"]["event_time"]) for line in decided(lines)
    }
    # The simulator's labels never stop coming, so that silence is measured from the latest thing heard.
    present = max(*events.values(), *(at for at, _ in last.values()))
    silent = {name: "legitimate" if at <= present - DELAY_MS else "unknown" for name, at in events.items()}
    return silent | {name: said for name, (_, said) in last.items() if name in events}


def test_the_present_document_decides_again_what_it_has_decided(stack, lines, scratch):
    """Every row, to the names of the rules that fired, by the thresholds that the registered model carries."""
    path, _ = stricter(lines, scratch)
    told = backtest(stack, scratch, path)
    assert told["agreement"] | {"version": ""} == {
        "version": "", "rows": SENT, "equal": SENT, "outcome_differs": 0, "rules_differ": 0, "examples": [],
    }  # fmt: skip
    assert {found["source"] for found in told["thresholds"].values()} == {"registry"}
    assert told["archive"]["rows_decoded"] == SENT


def test_a_stricter_threshold_is_told_as_worked_out_line_by_line(stack, lines, scratch):
    """Alerts, caught, wrongly stopped and money, by the stack's own costs, without any code of the backtest."""
    path, limit = stricter(lines, scratch)
    told = backtest(stack, scratch, path)
    truth = known(lines)
    counted, saved, moved = Counter(), 0, Counter()
    for line in decided(lines):
        decision, amount = line["decision"], line["transaction"]["amount_minor"]
        before = decision["decision"]
        after = "review" if before == "approve" and decision["fraud_score"] >= limit else before
        said = truth[decision["transaction_id"]]
        counted[after, said] += 1
        if before != after:
            moved[before, after, said] += 1
        if said == "fraud":
            saved += {"approve": 0, "review": amount - int(amount * 0.1 + 0.5) - ALERT_MINOR, "block": amount}[after]
        elif said == "legitimate":
            saved -= {"approve": 0, "review": ALERT_MINOR, "block": BLOCK_GENUINE_MINOR}[after]
    changed = told["changed"]
    assert changed["alerts"] == sum(count for (outcome, _), count in counted.items() if outcome != "approve")
    assert changed["caught"] == counted["review", "fraud"] + counted["block", "fraud"]
    assert changed["missed"] == counted["approve", "fraud"]
    assert changed["wrongly_reviewed"] == counted["review", "legitimate"]
    assert changed["wrongly_stopped"] == counted["block", "legitimate"]
    assert changed["saved_minor"] == saved
    assert told["rows"]["unknown"] == sum(said == "unknown" for said in truth.values())
    (change,) = told["changes"]
    assert (change["from"], change["to"], change["rows"]) == ("approve", "review", sum(moved.values()))
    assert {name: change[name] for name in ("fraud", "legitimate", "unknown")} == {
        name: moved["approve", "review", name] for name in ("fraud", "legitimate", "unknown")
    }
    assert change["rows"] > SENT // 50
    assert "<svg" in (scratch / "told.html").read_text()


def test_an_object_that_is_written_again_is_read_again_and_nothing_else_is(stack, lines, scratch):
    """A second run decodes nothing; after an object changed, that one, and its old rows count no more."""
    path, _ = stricter(lines, scratch)
    assert backtest(stack, scratch, path)["archive"]["objects_decoded"] == 0
    s3, bucket = stack.client("s3"), stack.outputs["ArchiveBucketName"]
    key, body = next((k, b) for k, b in objects(stack).items() if len(decided(archive_lines(b))) > 1)
    kept = zstandard.ZstdDecompressor().decompressobj().decompress(body).split(b"\n", 1)[1]
    s3.put_object(Bucket=bucket, Key=key, Body=zstandard.ZstdCompressor().compress(kept))
    try:
        told = backtest(stack, scratch, path)
        assert (told["archive"]["objects_decoded"], told["rows"]["evaluated"]) == (1, SENT - 1)
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=body)


def test_an_export_holds_every_decision_with_its_label(stack, lines, scratch):
    """As the archive's lines say it; labels of earlier transactions have no row here."""
    ran = operate(stack, "export", "--out", scratch / "decisions.csv")
    assert ran.returncode == 0, ran.stderr
    assert f"{SENT:,} transactions" in ran.stdout
    with (scratch / "decisions.csv").open(newline="") as file:
        rows = {row["transaction_id"]: row for row in csv.DictReader(file)}
    said = {line["label"]["transaction_id"]: line["label"]["label"] for line in lines if line["kind"] == "label"}
    assert len(rows) == SENT
    for line in decided(lines):
        decision = line["decision"]
        row = rows[decision["transaction_id"]]
        assert (row["decision"], float(row["fraud_score"])) == (decision["decision"], decision["fraud_score"])
        assert row["rules_fired"].split() == decision["rules_fired"]
        assert (row["label"] or None) == said.get(decision["transaction_id"])
