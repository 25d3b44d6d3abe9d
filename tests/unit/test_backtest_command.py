"""`python -m operate backtest` and `export` on a directory of archive objects: what they say, write and return."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from operate import backtest, export
from tests.archives import decide, lines_of, pipeline, policy, rule, write, write_lines
from tests.samples import NOW_MS, iso, label, transaction

PRESENT = """
version: v1
rules:
  - {name: large, because: large, when: amount_minor > 5000, outcome: review}
"""
CHANGED = """
version: v2
rules:
  - {name: large, because: large, when: amount_minor > 3000, outcome: block}
  - {name: small, because: small, when: amount_minor <= 1000, outcome: review, shadow: true}
"""
DAY_MS = 86_400_000


@pytest.fixture
def archive(tmp_path) -> Path:
    """Eight payments of ten days ago, decided by the present document, and what was said of three of them since."""
    made = pipeline(policy("v1", rule("large", "amount_minor > 5000")))
    then = NOW_MS - 10 * DAY_MS
    sent = [transaction(n, amount_minor=n * 1000, card_id=f"card_{n}", event_time=iso(then + n)) for n in range(1, 9)]
    decide(made, sent, now_ms=then + 1000)
    said = [label(n, event_time=iso(then + n), card_id=f"card_{n}") for n in (4, 7)]
    decide(made, [*said, label(1, label="legitimate", event_time=iso(then + 1), card_id="card_1")], first=9)
    write(made, tmp_path / "objects")
    (tmp_path / "present.yaml").write_text(PRESENT)
    (tmp_path / "new.yaml").write_text(CHANGED)
    return tmp_path


def run(archive, *more) -> int:
    options = ["--archive", archive / "objects", "--cache", archive / "cache", "--against", archive / "present.yaml"]
    return backtest.main([str(each) for each in (archive / "new.yaml", *options, *more)])


def test_a_change_is_told_and_written_down(archive, capsys):
    """Blocking from 3,000 on stops two customers more and one fraud; the file says what the terminal says."""
    assert run(archive, "--json", archive / "told.json", "--html", archive / "told.html") == 0
    told = json.loads((archive / "told.json").read_text())
    assert told["rows"]["evaluated"] == 8
    assert (told["rows"]["fraud"], told["rows"]["legitimate"], told["rows"]["unknown"]) == (2, 6, 0)
    assert told["agreement"] == {
        "version": "v1", "rows": 8, "equal": 8, "outcome_differs": 0, "rules_differ": 0, "examples": [],
    }  # fmt: skip
    assert {(each["from"], each["to"]): each["rows"] for each in told["changes"]} == {
        ("approve", "block"): 2,
        ("review", "block"): 3,
    }
    assert {each["from"]: each["examples"] for each in told["changes"]} == {
        "approve": ["tx-4", "tx-5"],
        "review": ["tx-6", "tx-7", "tx-8"],
    }
    assert (told["present"]["caught"], told["changed"]["caught"]) == (1, 2)
    assert told["changed"]["wrongly_stopped"] == 3
    out = capsys.readouterr().out
    assert "5 outcomes would change" in out
    assert "all 8 that v1 decided come out as they did" in out
    assert (archive / "told.html").read_text().startswith("<!DOCTYPE html>")


def test_costs_are_as_given(archive):
    """The matrix of the command line is the one that is used, and stated."""
    run(archive, "--json", archive / "told.json", "--alert-minor", "1", "--block-genuine-minor", "10")
    told = json.loads((archive / "told.json").read_text())
    assert (told["money"]["alert_minor"], told["money"]["block_genuine_minor"]) == (1, 10)
    assert told["changed"]["saved_minor"] == 4_000 + 7_000 - 3 * 10
    assert told["present"]["saved_minor"] == (7_000 - 700 - 1) - 2 * 1


def test_a_present_document_that_does_not_decide_again_what_it_decided_is_warned_of(archive, capsys):
    """Exit code 1, the count, and an id to look at."""
    (archive / "present.yaml").write_text(PRESENT.replace("5000", "6500"))
    assert run(archive) == 1
    out = capsys.readouterr().out
    assert "WARNING" in out
    assert "tx-6" in out


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (CHANGED.replace("amount_minor >", "amount_minor >>"), "new.yaml"),
        (CHANGED.replace("amount_minor > 3000", "amuont_minor > 3000"), "did you mean 'amount_minor'"),
    ],
)
def test_a_document_that_is_not_valid_is_refused_by_its_place(archive, capsys, spoilt, said):
    """Before the archive is looked at."""
    (archive / "new.yaml").write_text(spoilt)
    assert run(archive) == 2
    assert said in capsys.readouterr().err


def test_an_unreadable_object_stops_the_run_or_is_passed_over_and_named(archive, capsys):
    """As was asked for; nothing is told of an archive that is only half read without saying so."""
    (archive / "objects" / "archive" / "broken.jsonl.zst").write_bytes(b"\x28\xb5\x2f\xfd garbage")
    assert run(archive) == 2
    assert "broken.jsonl.zst" in capsys.readouterr().err
    assert run(archive, "--skip-unreadable") == 0
    assert "left out     archive/broken.jsonl.zst" in capsys.readouterr().out


def test_an_empty_period_is_said(archive, capsys):
    """Rather than a report of nothing."""
    assert run(archive, "--since", "2030-01-01") == 2
    assert "no transactions of that period" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["m", "m=0.5", "m=0.9,0.5", "m=a,b", "=0.1,0.2", "m=0.1,1.5"])
def test_thresholds_that_are_none_are_refused(archive, capsys, given):
    """With the form that they have."""
    assert run(archive, "--thresholds", given) == 2
    assert "model_version=review,block" in capsys.readouterr().err


def test_given_thresholds_go_before_what_decisions_show(archive):
    """And the report says from where they are."""
    run(archive, "--json", archive / "told.json", "--thresholds", "fake-1=0.5,0.9")
    told = json.loads((archive / "told.json").read_text())
    assert told["thresholds"] == {"fake-1": {"review": 0.5, "block": 0.9, "source": "given"}}


def exported(archive, name, *more) -> int:
    return export.main([str(each) for each in ("--archive", archive / "objects", "--out", archive / name, *more)])


def test_an_export_has_each_decision_once_with_its_label(archive):
    """In Parquet, typed; what is in it is what the archive's lines say."""
    assert exported(archive, "d.parquet") == 0
    rows = pq.read_table(archive / "d.parquet").to_pylist()
    lines = [line for line in lines_of(archive / "objects") if line["kind"] == "transaction"]
    assert [row["transaction_id"] for row in rows] == [line["transaction"]["transaction_id"] for line in lines]
    assert [row["decision"] for row in rows] == [line["decision"]["decision"] for line in lines]
    assert [row["rules_fired"] for row in rows] == [line["decision"]["rules_fired"] for line in lines]
    assert [row["label"] for row in rows] == ["legitimate", None, None, "fraud", None, None, "fraud", None]
    assert rows[3]["label_source"] == "chargeback"
    assert rows[0]["event_time"].isoformat(timespec="milliseconds")[:23] == lines[0]["decision"]["event_time"][:23]


def test_formats_say_the_same(archive):
    """CSV and JSON Lines hold the rows that Parquet holds."""
    for name in ("d.parquet", "d.csv", "d.jsonl"):
        assert exported(archive, name, "--columns", "transaction_id,amount_minor,fraud_score,rules_fired,label") == 0
    typed = pq.read_table(archive / "d.parquet").to_pylist()
    lines = [json.loads(line) for line in (archive / "d.jsonl").read_text().splitlines()]
    assert lines == [{name: value for name, value in row.items() if value is not None} for row in typed]
    with (archive / "d.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert [row["transaction_id"] for row in cells] == [row["transaction_id"] for row in typed]
    assert [float(row["fraud_score"]) for row in cells] == [row["fraud_score"] for row in typed]
    assert [row["rules_fired"] for row in cells] == [" ".join(row["rules_fired"]) for row in typed]


def test_features_come_out_as_they_were_served(archive):
    """Each under its name, NaN where it was missing."""
    assert exported(archive, "d.parquet", "--columns", "features") == 0
    table = pq.read_table(archive / "d.parquet")
    lines = [line["features"] for line in lines_of(archive / "objects") if line["kind"] == "transaction"]
    found = [[None if value != value else value for value in row.values()] for row in table.to_pylist()]  # noqa: PLR0124
    assert found == lines


def test_without_card_nothing_that_names_a_card_is_left(archive):
    """Rows of one card still belong together, within one file only."""
    for name in ("one.jsonl", "two.jsonl"):
        assert exported(archive, name, "--without-card") == 0
    text = (archive / "one.jsonl").read_text()
    assert "card_" not in text.replace("card_lat", "").replace("card_lon", "").replace("card_country", "").replace(
        "card_brand", ""
    )
    cards = [
        [json.loads(line)["card"] for line in (archive / n).read_text().splitlines()]
        for n in ("one.jsonl", "two.jsonl")
    ]
    assert len(set(cards[0])) == 8
    assert not set(cards[0]) & set(cards[1])
    assert exported(archive, "d.csv", "--without-card", "--columns", "card_id") == 2


def test_a_period_is_cut_by_the_time_of_the_decision(archive):
    """And the labels that came later are joined all the same."""
    until = iso(NOW_MS - DAY_MS)
    assert exported(archive, "d.parquet", "--until", until) == 0
    assert pq.read_table(archive / "d.parquet").column("label").to_pylist().count("fraud") == 2
    assert exported(archive, "e.parquet", "--since", until) == 0
    assert pq.read_table(archive / "e.parquet").num_rows == 0


def test_a_failed_export_leaves_the_earlier_file_and_no_other(archive, capsys):
    """The name is taken by a whole file only."""
    (archive / "d.csv").write_text("earlier")
    (archive / "objects" / "archive" / "broken.jsonl.zst").write_bytes(b"garbage")
    before = sorted(path.name for path in archive.iterdir())
    assert exported(archive, "d.csv") == 2
    assert "broken.jsonl.zst" in capsys.readouterr().err
    assert (archive / "d.csv").read_text() == "earlier"
    assert sorted(path.name for path in archive.iterdir()) == before
    assert exported(archive, "d.csv", "--skip-unreadable") == 1
    assert len((archive / "d.csv").read_text().splitlines()) == 9


@pytest.mark.parametrize("given", [["--columns", "nothing"], ["--columns", "card"]])
def test_a_column_that_there_is_not_is_refused(archive, capsys, given):
    """With the groups that there are."""
    assert exported(archive, "d.csv", *given) == 2
    assert "groups are transactions, decisions, labels, features" in capsys.readouterr().err


def test_an_unknown_format_is_refused(archive, capsys):
    """Rather than guessed."""
    assert exported(archive, "d.xlsx") == 2
    assert ".parquet, .csv, .jsonl" in capsys.readouterr().err


def test_a_transaction_that_talks_about_labels_is_no_label(archive):
    """`attributes` may hold anything."""
    lines = lines_of(archive / "objects")
    lines[1]["transaction"]["attributes"] = {"kind": "label", "label": {"transaction_id": "tx-2", "label": "fraud"}}
    text = [json.dumps(line, separators=(",", ":")).encode() for line in lines]
    for path in (archive / "objects").rglob("*.zst"):
        path.unlink()
    write_lines(archive / "objects" / "archive" / "a.jsonl.zst", text)
    assert exported(archive, "d.parquet") == 0
    labels = pq.read_table(archive / "d.parquet").column("label").to_pylist()
    assert labels == ["legitimate", None, None, "fraud", None, None, "fraud", None]
