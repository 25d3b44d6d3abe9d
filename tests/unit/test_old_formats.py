"""Everything written since the first version still reads; and no format changes without a golden file of its own."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

import numpy as np
import pytest
import zstandard
from archive import read_archive
from bundle import load, read_golden_rows
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.cases_table import CasesTable
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.adapters.histories_table import HistoriesTable
from fraudstream.contract import Label, Transaction
from fraudstream.errors import HistoryFormatError
from fraudstream.hashing import byte_hash
from fraudstream.histories import CARD, TERMINAL, Ledger, merge
from fraudstream.histories.cells import cells_of
from fraudstream.histories.packing import unpack
from fraudstream.scoring import read_answer
from inference import score

from stubs.memory import MemoryAws
from tests.golden import bundles, inputs, paid, policies
from tests.golden.files import bundles as golden_bundles
from tests.golden.files import every, newest
from tests.golden.writing import FORMATS, decoded, dynamodb, golden_cases, with_tables
from tests.reliability.proof import proves, tried

HELP = "the format changed: keep a reader for the old one, then `python -m tests.golden` adds golden files for the new"


def of(name: str) -> pytest.MarkDecorator:
    """Run a test for every golden file of a format."""
    return pytest.mark.parametrize("golden", every(name), ids=lambda path: path.parent.name)


# What today's code writes


@proves(faults=[21, 33])
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_written_today_is_what_the_newest_golden_file_says(name):
    """Byte for byte, so that nobody changes a format without noticing."""
    assert FORMATS[name]() == newest(name), HELP


@proves(faults=[21, 33])
def test_a_bundle_written_today_has_the_form_of_the_newest_golden_one(tmp_path):
    """The same documents, keys and types; its figures depend on the machine's floating point."""
    bundles.write_bundle(tmp_path / "today", tmp_path / "scratch")
    assert bundles.forms(tmp_path / "today") == bundles.forms(golden_bundles()[-1]), HELP


@proves(faults=[33])
def test_the_endpoint_of_today_answers_the_golden_request_as_it_did():
    """The same keys, model, schema and thresholds; scores and contributions to six decimals on any machine."""
    directory = golden_bundles()[-1]
    body = (directory / "request.csv").read_bytes()
    assert bundles.request(directory) == body, HELP
    expected, now = (
        json.loads(text) for text in ((directory / "answer.json").read_bytes(), bundles.answer(directory, body))
    )
    assert list(now) == list(expected), HELP
    for key in ("scores", "reasons"):
        left, right = (
            np.array([value] if key == "scores" else list(value.values()))
            for value in (now.pop(key), expected.pop(key))
        )
        np.testing.assert_allclose(left, right, atol=1e-6)
    assert now == expected


# What today's code reads


@proves(faults=[21, 33], invariants=[1])
@of("records.jsonl")
def test_records_of_every_version_mean_what_they_meant(golden: Path):
    """Time, terminal, unknown fields and payload hash: else a repeat would become a conflict after a deployment."""
    found = decoded(golden.read_bytes().splitlines())
    meant = json.loads(golden.with_name("meanings.json").read_text())
    for one, expected in zip(found, meant, strict=True):
        for name, value in expected.items():
            assert (getattr(one, name) or {} if name == "unknown" else getattr(one, name)) == value
        tried()
    assert [type(one) for one in found].count(Label) == 2
    assert [one.event_time_ms - inputs.NOW_MS for one in found[:4]] == [-59_999, -59_000, -57_500, -57_000]
    assert [one.terminal for one in found[:4]] == ["terminal_a", "merchant#m-7", "terminal_b", "terminal_a"]


@proves(faults=[21])
@of("records.jsonl")
def test_the_newest_producers_fields_are_kept_by_an_older_reader(golden: Path):
    """A record with a field that is not in the contract yet is accepted, and archived as it was sent."""
    record = next(one for one in decoded(golden.read_bytes().splitlines()) if one.transaction_id == "tx-4")
    assert isinstance(record, Transaction)
    assert json.loads(record.raw)["loyalty"] == {"tier": "gold", "points": [1, 2.5, True, None]}
    assert record.unknown == {"loyalty": {"tier": "gold", "points": [1, 2.5, True, None]}, "\u00e9": "\u00e9"}


def archive_of(directory: Path, lines: bytes) -> Path:
    """An archive of one object."""
    path = directory / "archive" / "date=2026-09-21" / "hour=14" / "shardId-000000000000" / "1-6.jsonl.zst"
    path.parent.mkdir(parents=True)
    path.write_bytes(zstandard.compress(lines))
    return directory / "archive"


@proves(faults=[21, 32, 33])
@of("archive.jsonl")
@pytest.mark.parametrize("newer", [False, True], ids=["as it was", "with fields of a newer version"])
def test_archive_lines_of_every_version_are_read_by_training(golden: Path, newer, tmp_path):
    """Transactions, decisions, labels, and features to the bit; what a newer version adds is passed over."""
    lines = golden.read_bytes()
    if newer:
        lines = lines.replace(b'{"kind":', b'{"trace":"t","kind":').replace(b'"decision":{', b'"decision":{"new":[1],')
    archive = read_archive(archive_of(tmp_path, lines))
    frame = archive.frame
    assert frame["transaction_id"].tolist() == ["tx-1", "tx-2", "tx-3", "tx-4"]
    assert frame["amount_minor"].tolist() == [1250, 98765, 0, 2**63 - 1]
    assert frame["decision"].tolist() == ["block", "review", "review", "approve"]
    assert frame["scored_by"].tolist() == ["endpoint", "rules", "endpoint", "endpoint"]
    assert frame["label"].fillna("").tolist() == ["fraud", "legitimate", "", ""]
    assert frame["fraud_score"].fillna(-1).tolist() == [0.9876543210123457, -1, 0.5, 1e-07]
    served, features = archive.served("1", 6)
    assert served.all()
    assert {row.tobytes() for row in features.astype("<f4")} == {inputs.decision_records()[0].features}


@proves(faults=[21], invariants=[2, 11])
@of("quarantine.jsonl")
def test_quarantined_records_of_every_version_can_be_read(golden: Path):
    """Where it came from, why, and its bytes, card numbers masked."""
    lines = list(map(json.loads, golden.read_bytes().splitlines()))
    assert [line["reason"] for line in lines] == ["not_json", "not_utf8", "card_number_in_card_id"]
    assert [b64decode(line["data_base64"]) for line in lines] == [
        *inputs.REFUSED[:2],
        inputs.REFUSED[2].replace(b"411111111111", b"*" * 12),
    ]
    assert {line["stream"] for line in lines} == {"transactions"}


@proves(faults=[33], invariants=[1, 9])
@of("decision_items.json")
@pytest.mark.parametrize("newer", [False, True], ids=["as it was", "with an attribute of a newer version"])
def test_decision_items_of_every_version_are_the_decisions_they_were(golden: Path, newer):
    """Features, payload hash and source to the bit, and a label that joined: a retry after a deployment reuses them."""
    aws = with_tables()
    for item in json.loads(golden.read_text()):
        put(aws.tables["decisions"], item | ({"new": {"M": {"a": {"NULL": True}}}} if newer else {}))
    table = DecisionsTable(dynamodb(aws), "decisions", Calls(1))
    written = {record.decision.transaction_id: record for record in inputs.decision_records()}
    found = table.read([*written, "tx-9"])
    assert found.keys() == written.keys()
    for name, record in written.items():
        assert (found[name].decision, found[name].payload_hash) == (record.decision, record.payload_hash)
        assert (found[name].features, found[name].source) == (record.features, record.source)
        tried()
    labelled = table.find("tx-1")
    assert (labelled.label, labelled.label_source) == ("fraud", "chargeback")
    assert labelled.label_time == "2026-09-21T14:13:00.000Z"
    assert table.find("tx-2").label is None


def put(table: dict, item: dict) -> None:
    """Store an item as it travels."""
    key = next(item[name] for name in ("transaction_id", "entity") if name in item)
    table[key_of(key)] = item


def key_of(attribute: dict[str, str]) -> tuple:
    """Return the stub's key of a text attribute, learned from what it does with one."""
    aws = with_tables()
    HistoriesTable(dynamodb(aws), "histories", Calls(1)).save({attribute["S"]: b""}, {}, inputs.NOW_MS)
    return next(iter(aws.tables["histories"]))


@proves(faults=[33], invariants=[1])
@of("decision_items_in_shadow.json")
def test_decision_items_with_rules_in_the_shadow_are_the_decisions_they_were(golden: Path):
    """What fired on trial comes back apart from what decided."""
    aws = with_tables()
    for item in json.loads(golden.read_text()):
        put(aws.tables["decisions"], item)
    written = {record.decision.transaction_id: record.decision for record in policies.in_the_shadow()}
    found = DecisionsTable(dynamodb(aws), "decisions", Calls(1)).read(list(written))
    assert {name: record.decision for name, record in found.items()} == written


@of("decision_items_with_payments.json")
def test_decision_items_with_payments_are_the_decisions_they_were(golden: Path):
    """Where and how was paid comes back as it was written, all of it or little."""
    aws = with_tables()
    for item in json.loads(golden.read_text()):
        put(aws.tables["decisions"], item)
    written = {record.decision.transaction_id: record.decision for record in paid.decision_records()}
    table = DecisionsTable(dynamodb(aws), "decisions", Calls(1))
    assert {name: record.decision for name, record in table.read(list(written)).items()} == written


@of("archive_with_payments.jsonl")
def test_archive_lines_with_payments_are_read_by_training(golden: Path, tmp_path):
    """What the decision repeats is passed over: the transaction beside it has it."""
    frame = read_archive(archive_of(tmp_path, golden.read_bytes())).frame
    assert frame["transaction_id"].tolist() == ["tx-1", "tx-2"]
    assert frame["decision"].tolist() == ["block", "review"]


@of("case_items.json")
def test_case_items_of_every_version_are_the_cases_they_were(golden: Path):
    """Those from before there was an index of recent cases join it when they are written again."""
    aws = MemoryAws()
    aws.create_table("cases", "card_id", indexes={"recent": ("opened_on", "opened_at")})
    for item in json.loads(golden.read_text()):
        aws.tables["cases"][item["card_id"]["S"]] = item
    table, cases = CasesTable(dynamodb(aws), "cases", Calls(1)), {case.card_id: case for case in golden_cases()}
    stored = table.load(list(cases))
    assert {card: each.case for card, each in stored.items()} == cases
    for card, each in stored.items():
        assert table.save([each.case], {card: each.version}, inputs.NOW_MS) == []
    recent = table.recent(9, now_ms=inputs.NOW_MS, days=9)
    assert {case.card_id for case in recent} == cases.keys()


@proves(faults=[23, 33])
@of("published_policy.json")
def test_a_policy_that_was_published_once_reads_and_decides_the_same(golden: Path):
    """All of the language: a deployment neither refuses what is live nor takes it otherwise."""
    assert policies.said_by(golden.read_bytes()) == golden.with_name("published_policy_says.json").read_bytes()


@proves(faults=[33], invariants=[4])
@of("history_items.json")
def test_history_items_of_every_version_are_loaded_and_written_on(golden: Path):
    """The bytes, and the version that the next conditional write names."""
    aws = with_tables()
    items = json.loads(golden.read_text())
    for item in items:
        put(aws.tables["histories"], item)
    table = HistoriesTable(dynamodb(aws), "histories", Calls(1))
    found = table.load(["card#card_a", "terminal#terminal_a", "card#card_z"])
    assert {key: history.version for key, history in found.items()} == {"card#card_a": 2, "terminal#terminal_a": 1}
    assert {b64encode(h.packed).decode() for h in found.values()} == {item["packed"]["B"] for item in items}
    packed = {key: history.packed for key, history in found.items()}
    assert table.save(packed, {"card#card_a": 1, "terminal#terminal_a": 1}, inputs.NOW_MS) == ["card#card_a"]


@proves(faults=[33], invariants=[4])
@of("histories.json")
def test_packed_histories_of_every_version_hold_the_events_they_held(golden: Path):
    """Times, amounts, labels, folded days and markers, checked against the log they were folded from."""
    blobs = {name: bytes.fromhex(entry["packed"]) for name, entry in json.loads(golden.read_text()).items()}
    for name, (count, step_ms, frauds_every) in inputs.LOGS.items():
        log = inputs.log(count, step_ms=step_ms, frauds_every=frauds_every)
        for kind, bounds in (("card", CARD), ("terminal", TERMINAL)):
            entries, days = unpack([blobs[f"{kind} with {name}"]])
            events = entries.take(~entries.marker)
            known = min(count, bounds.events)
            assert events.time.tolist() == log.event_time_ms[-known:].tolist()
            assert events.amount.tolist() == log.amount_minor[-known:].tolist()
            assert events.is_fraud.tolist() == (log.label[-known:] == 2).tolist()
            since = (inputs.NOW_MS // inputs.DAY_MS - 45) * inputs.DAY_MS
            folded = (log.event_time_ms < events.time[0]) & (log.event_time_ms >= since)
            assert days.count.sum() == folded.sum()
            assert days.amount.sum() == log.amount_minor[folded].sum()
            frauds = log.event_time_ms[folded & (log.label == 2)]
            assert entries.time[entries.marker].tolist() == frauds[-bounds.frauds :].tolist()
            tried()


@proves(faults=[33], invariants=[4])
@of("histories_with_merchants.json")
def test_packed_histories_of_every_version_hold_the_merchants_they_held(golden: Path):
    """Categories and countries of all whole events, and the newest places where the card was."""
    for name, (count, step_ms, frauds_every) in inputs.LOGS.items():
        blob = bytes.fromhex(json.loads(golden.read_text())[f"card with {name}"]["packed"])
        log = inputs.with_merchants(inputs.log(count, step_ms=step_ms, frauds_every=frauds_every))
        entries, _ = unpack([blob])
        events = entries.take(~entries.marker)
        held = range(max(count - CARD.events, 0), count)
        categories = [log.mcc[row] or log.merchant_category[row] for row in held]
        for column, names in ((events.category, categories), (events.country, log.merchant_country[-len(held) :])):
            found = np.zeros(len(held)) if column is None else column
            assert found.tolist() == [byte_hash(each) if each else 0 for each in names]
        there = [row for row in held if log.entry_mode[row] != "ecom" and not np.isnan(log.merchant_lat[row])]
        newest_there = there[-CARD.places :]
        cells = np.zeros(len(held)) if events.cell is None else events.cell
        assert np.flatnonzero(cells).tolist() == [row - held[0] for row in newest_there]
        assert cells[cells > 0].tolist() == cells_of(log.merchant_lat, log.merchant_lon)[newest_there].tolist()
        assert merge(CARD, blob, blob) == blob
        tried()


@proves(faults=[33], invariants=[4])
@of("histories.json")
def test_packed_histories_of_every_version_are_written_on(golden: Path):
    """Merged with themselves they are what today's code writes of them; with a new event they have one more."""
    today = json.loads(newest("histories.json"))
    for name, entry in json.loads(golden.read_text()).items():
        bounds, blob = CARD if name.startswith("card") else TERMINAL, bytes.fromhex(entry["packed"])
        assert merge(bounds, blob, blob).hex() == today[name]["packed"]
        entries, _ = unpack([blob])
        newest_event = entries.take(np.arange(len(entries)) == len(entries) - 1)
        moved = type(newest_event)(
            **{f: getattr(newest_event, f) for f in newest_event.__slots__}
            | {"time": newest_event.time + 1_000, "marker": np.zeros(1, bool), "rank": np.zeros(1, np.int32)}
        )
        [longer] = Ledger.build(bounds, [blob], moved).pack()
        after, _ = unpack([longer])
        assert after.time.max() == entries.time.max() + 1_000
        tried()


@proves(faults=[33])
@pytest.mark.parametrize("first_byte", [0, 3, 255])
def test_a_history_of_a_format_that_is_not_known_is_refused_not_misread(first_byte):
    """Code that is rolled back does not write over what newer code wrote."""
    [golden] = every("histories.json")[-1:]
    blob = bytes.fromhex(json.loads(golden.read_text())["card with a few events"]["packed"])
    with pytest.raises(HistoryFormatError, match="unknown format"):
        unpack([bytes([first_byte]) + blob[1:]])


@proves(faults=[33], invariants=[9])
@pytest.mark.parametrize("directory", golden_bundles(), ids=lambda path: path.parent.name)
def test_bundles_of_every_version_load_and_score_their_golden_rows(directory: Path):
    """As the endpoint does before it takes traffic: within 1e-6 on any machine."""
    rows, expected = read_golden_rows(directory)
    assert len(rows) >= 32
    np.testing.assert_allclose(score(load(directory), rows), expected, atol=1e-6)


@proves(faults=[18, 33])
@pytest.mark.parametrize("directory", golden_bundles(), ids=lambda path: path.parent.name)
def test_answers_of_every_version_are_read(directory: Path):
    """Scores, thresholds and contributions as they stand in the file."""
    body = (directory / "answer.json").read_bytes()
    told = json.loads(body)
    with bundles.speaking_as(directory):
        scores = read_answer(body, 6)
    assert scores.values.tolist() == told["scores"]
    assert (scores.thresholds.review, scores.thresholds.block) == tuple(told["thresholds"].values())
    assert {str(row): values for row, values in scores.contributions.items()} == told["reasons"]
    assert scores.model_version == "golden"
