"""Any bytes dropped as a chargeback file make a report, never a crash, and no card number leaves."""

import json

from fraudstream.contract.pan import holds_card_number
from hypothesis import example, given
from hypothesis import strategies as st

from tests.samples import NOW_MS, iso
from tests.unit.chargebacks_world import World

DAY = iso(NOW_MS)[:10]
PANS = ("4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6011.0000.0000.0004")
CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [*PANS, *(f"a {pan} b" for pan in PANS), "tx-1", "tx-2", DAY, iso(NOW_MS), "fraud", '"', "=1+1", ""]
    ),
)
HEADS = st.sampled_from(
    ["transaction_id,dispute_date", "Label Time;outcome;TRANSACTION-ID", "x\ttransaction_id\tdispute_date", "a,b", ""]
)


def world() -> World:
    made = World()
    made.decide(1, 2)
    return made


def reported(body: bytes, name: str = "file.csv") -> None:
    """Drop a file; it has a report of its own, and everything that leaves is free of card numbers."""
    made = world()
    report = made.drop(body, name=name)
    assert report["status"] in {"read", "refused"}
    if report["status"] == "read":
        lines = report["sent"] + report["unchanged"] + report["superseded"] + report["problems"]
        assert lines == report["lines"]
    assert len(made.stream.labels) == report.get("sent", 0)
    left = [text for pair in made.notices.sent for text in pair] + [
        key + body.decode() for key, body in made.reports.objects.items()
    ]
    left += [data.decode() + key for call in made.stream.calls for data, key in call]
    for text in left:
        assert not any(pan in text for pan in PANS)
        assert not holds_card_number(text)


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"transaction_id,dispute_date\n\x00,\x00\n")
def test_any_bytes_make_a_report(body):
    """Whatever the bytes, with or without a header that is known."""
    reported(body)
    reported(b"transaction_id,dispute_date\n" + body)


@given(HEADS, st.lists(st.lists(CELLS, max_size=4), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_any_lines_are_all_accounted_for_and_no_card_number_leaves(head, rows, delimiter):
    """Each line is sent, known, superseded or reported."""
    body = "\n".join([head, *(delimiter.join(row) for row in rows)])
    reported(body.encode("utf-8", "surrogatepass"))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40))
@example("4111111111111111.csv")
@example("2026/4111-1111-1111-1111 (1).csv")
def test_any_name_makes_a_report_under_a_key_without_card_numbers(name):
    """Whatever people call their files."""
    if not name.endswith("/"):
        reported(json.dumps(name).encode(), name=name)
        reported(b"transaction_id,dispute_date\n", name=name)
