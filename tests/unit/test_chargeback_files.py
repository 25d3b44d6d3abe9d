"""What becomes of a chargeback file, line by line."""

import csv
import io
import json

import pytest
from fraudstream.chargebacks import reading, table
from fraudstream.chargebacks.reading import OutOfTimeError
from fraudstream.chargebacks.report import report_key
from fraudstream.contract import from_epoch_ms

from tests.samples import NOW_MS, iso
from tests.unit.chargebacks_world import DAY_MS, INCOMING, World

PAN = "4111111111111111"
DAY = iso(NOW_MS)[:10]
HEAD = "transaction_id,dispute_date,label,reason_code\n"


@pytest.fixture
def world() -> World:
    """Three decided transactions, of three cards."""
    made = World()
    made.decide(1, 2, 3)
    return made


def test_a_line_becomes_a_label_completed_from_its_decision(world):
    """Card, terminal and time are the decision's; what the line says besides is kept."""
    report = world.drop(HEAD + f"tx-1,{iso(NOW_MS - 1000)},,10.4\n")
    (label,) = world.stream.labels
    assert (label.transaction_id, label.card_id, label.terminal) == ("tx-1", "card_1", "terminal_a")
    assert (label.label, label.source, label.label_time) == ("fraud", "chargeback", iso(NOW_MS - 1000))
    assert label.unknown == {"reason_code": "10.4"}
    assert world.stream.calls[0][0][1] == "card_1"
    assert (report["status"], report["lines"], report["sent"], report["problems"]) == ("read", 1, 1, 0)


def test_the_same_file_twice_changes_nothing(world):
    """Once its labels are on their decisions, a second reading sends none."""
    body = HEAD + f"tx-1,{DAY},fraud,\ntx-2,{DAY},legitimate,\n"
    assert world.drop(body)["sent"] == 2
    world.deliver()
    before = dict(world.decisions.labels)
    report = world.drop(body)
    assert (report["sent"], report["unchanged"], len(world.stream.calls)) == (0, 2, 1)
    assert world.decisions.labels == before


def test_a_later_label_holds(world):
    """What an analyst found after the dispute is not undone by the file."""
    world.drop(HEAD + f"tx-1,{iso(NOW_MS - 10)},legitimate,\n")
    world.deliver()
    assert world.drop(HEAD + f"tx-1,{iso(NOW_MS - 20)},fraud,\n")["superseded"] == 1
    assert len(world.stream.labels) == 1


def test_a_day_counts_from_its_beginning_but_not_before_the_payment(world):
    """A label may not be known before what it is about, and a day names no time."""
    paid = NOW_MS - DAY_MS + 1
    world.drop(HEAD + f"tx-1,{iso(paid)[:10]},,\ntx-2,{DAY},,\n")
    first, second = world.stream.labels
    assert first.label_time == from_epoch_ms(paid)
    assert second.label_time == f"{DAY}T00:00:00.000Z"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nobody," + DAY, "not_found"),
        ("tx-1,23/11/2026", "date_invalid"),
        ("tx-1,", "date_invalid"),
        ("tx-1,2026-02-30", "date_invalid"),
        (f"tx-1,{DAY},perhaps", "label_invalid"),
        ("tx-1," + iso(NOW_MS + DAY_MS), "label_time_in_future"),
        ("tx-1," + iso(NOW_MS - 9 * DAY_MS), "label_before_event"),
        ("," + DAY, "transaction_id_invalid"),
        ("x" * 65 + "," + DAY, "transaction_id_invalid"),
        (f"{PAN},{DAY}", "card_number_in_line"),
        (f"tx-1,{DAY},fraud,10.4,4111 1111 1111 1111", "card_number_in_line"),
    ],
)
def test_a_line_that_labels_nothing_is_reported_with_its_number_and_reason(world, line, reason):
    """The lines around it are labelled all the same."""
    report = world.drop(HEAD + f"tx-2,{DAY}\n{line}\ntx-3,{DAY}\n")
    (problem,) = report["problem_lines"]
    assert (problem["line"], problem["reason"]) == (3, reason)
    assert [label.transaction_id for label in world.stream.labels] == ["tx-2", "tx-3"]
    assert report["by_reason"] == {reason: 1}


def test_a_line_said_twice_is_a_duplicate_and_a_changed_mind_is_not(world):
    """The same words are sent once; another outcome, later, is another label."""
    report = world.drop(HEAD + f"tx-1,{DAY},fraud,\ntx-1,{DAY},fraud,\ntx-1,{iso(NOW_MS)},legitimate,\n")
    assert [(p["line"], p["reason"]) for p in report["problem_lines"]] == [(3, "duplicate")]
    assert [label.label for label in world.stream.labels] == ["fraud", "legitimate"]


def test_no_card_number_leaves(world):
    """Neither from a cell of any column nor from the file's name, into reports, messages or the stream."""
    body = HEAD + f"{PAN},{DAY}\ntx-1,{DAY},{PAN}\ntx-2,{DAY},,,{PAN}\nx{PAN}y,{DAY}\n"
    world.drop(body, name=f"{PAN}.csv")
    said = repr((world.reports.objects, world.notices.sent, world.stream.calls))
    assert PAN not in said
    assert "************1111" in said


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_delimiters_ends_of_lines_and_marks_are_recognised(world, delimiter, end, mark):
    """Whatever a spreadsheet makes of it; capitals and spaces in the header do not count."""
    lines = [["Reason-Code", "DISPUTE DATE", "Remark", "Transaction ID"], ["10.4", DAY, "a", "tx-1"]]
    body = "".join(delimiter.join(cells) + end for cells in lines)
    assert world.drop(mark + body.encode())["sent"] == 1


def test_a_quoted_cell_may_hold_line_ends_and_lines_are_counted_as_an_editor_does(world):
    """The number of a record is that of the line on which it begins; empty lines count and are passed over."""
    body = f'remark,transaction_id,dispute_date\n"two\nlines, ""quoted""",tx-1,{DAY}\n\n,nobody,{DAY}\n'
    report = world.drop(body)
    assert report["sent"] == 1
    assert [p["line"] for p in report["problem_lines"]] == [5]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty"),
        ("transaction_id,dispute_date\nZürich,x\n".encode("latin-1"), "not_utf8"),
        ("transaction_id,dispute_date\n".encode("utf-16"), "not_utf8"),
        (b"a,b\n1,2\n", "header_unknown"),
        (b"transaction_id\ntx-1\n", "header_unknown"),
        (b"transaction_id,tx_id,dispute_date\n", "header_ambiguous"),
        (f'transaction_id,dispute_date\ntx-1,{DAY}\n"tx-2,{DAY}\n'.encode(), "quoting_broken"),
        (b"transaction_id,dispute_date\n" + b"x" * 200_000, "quoting_broken"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(world, body, reason):
    """With what to do about it; nothing of it is taken."""
    report = world.drop(body)
    assert (report["status"], report["reason"]) == ("refused", reason)
    assert world.stream.calls == []
    assert "refused" in world.notices.sent[0][0]


def test_a_header_alone_is_a_file_of_no_lines(world):
    """Nothing to do is no fault."""
    assert world.drop(HEAD)["lines"] == 0


def test_a_file_above_the_limits_is_refused(world, monkeypatch):
    """By its size before it is read, by its lines before anything is sent."""
    monkeypatch.setattr(table, "MAX_LINES", 2)
    assert world.drop(HEAD + f"tx-1,{DAY}\n" * 3)["reason"] == "too_many_lines"
    assert world.drop(b"x" * (table.MAX_BYTES + 1))["reason"] == "too_large"
    assert world.stream.calls == []


def test_a_long_file_goes_by_batches_at_a_pace_that_leaves_room_for_transactions(world):
    """Five hundred at a time, and a second of waiting for each five hundred that were sent."""
    world.decide(*range(1, 1201))
    assert world.drop(HEAD + "".join(f"tx-{n},{DAY}\n" for n in range(1, 1201)))["sent"] == 1200
    assert [len(call) for call in world.stream.calls] == [500, 500, 200]
    assert world.slept == [1.0, 1.0, 0.4]


def test_out_of_time_the_next_call_goes_on_where_this_one_stopped(world, monkeypatch):
    """What was labelled is found labelled; no report speaks of half a file."""
    monkeypatch.setattr(reading, "BATCH", 1)
    left = iter([900_000, 900_000, 10_000])
    world.files.files[INCOMING + "a.csv"] = (HEAD + "".join(f"tx-{n},{DAY}\n" for n in (1, 2, 3))).encode()
    with pytest.raises(OutOfTimeError, match="1 of 3 lines"):
        world.service.read(INCOMING + "a.csv", now_ms=NOW_MS, time_left_ms=lambda: next(left))
    assert world.reports.objects == {}
    world.deliver()
    world.service.read(INCOMING + "a.csv", now_ms=NOW_MS, time_left_ms=lambda: 900_000)
    report = json.loads(world.reports.objects["chargebacks/reports/a.json"])
    assert (report["sent"], report["unchanged"]) == (1, 2)


def test_only_files_that_are_dropped_are_read(world):
    """Not the reports, nor what is no file, nor what has gone again."""
    for key in ("chargebacks/reports/a.csv", INCOMING, INCOMING + "gone.csv", "archive/x"):
        assert world.service.read(key, now_ms=NOW_MS, time_left_ms=lambda: 900_000) is None
    assert world.reports.objects == {}


def test_the_report_for_spreadsheets_has_every_problem_and_no_formula(world):
    """A cell that begins like a formula is text."""
    world.drop(HEAD + f'=cmd,{DAY}\n"x,y",{DAY}\n')
    text = world.reports.objects["chargebacks/reports/march.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["line"], row["reason"], row["transaction_id"]) for row in rows] == [
        ("2", "not_found", "'=cmd"),
        ("3", "not_found", "x,y"),
    ]


def test_people_are_told_in_sentences(world):
    """What was done, what came to nothing, and where to look."""
    world.drop(HEAD + f"tx-1,{DAY}\nnobody,{DAY}\n")
    ((subject, text),) = world.notices.sent
    assert subject == "Chargebacks read: march.csv, 1 labels, 1 problems"
    assert "2 lines" in text
    assert "not_found" in text
    assert "s3://archive-bucket/chargebacks/reports/march.csv" in text


def test_the_reports_are_named_after_the_file():
    """A folder stays a folder."""
    assert report_key(INCOMING + "visa/2026-11.txt") == "chargebacks/reports/visa/2026-11.txt"
