"""Files of any shape become transactions in contract columns, or are refused with the place and the remedy."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
import zstandard
from cards import CardNumberError, is_card_number
from event_lines import to_json_lines, to_label_lines
from files import RawDataError
from fraudstream.columns import FRAUD, LEGITIMATE, UNKNOWN
from fraudstream.contract import Bounds, Label, Transaction, decode_record
from fraudstream.contract.fields import MERCHANT_PREFIX
from fraudstream.contract.pan import is_card_number as contract_is_card_number
from hypothesis import given
from hypothesis import strategies as st
from jobs import milliseconds
from mapping import Mapping, MappingError
from moments import epoch_ms
from raw_data import (
    as_known_before,
    main,
    read_raw,
    read_raw_dir,
    read_raw_file,
    terminal_keys,
    to_transactions,
    write_canonical,
)

from tests.reliability.proof import proves

HANDBOOK = Mapping.load(Path(__file__).parents[2] / "training" / "mappings" / "handbook.json")
HEADER = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n"
ROWS = "0,2018-04-01 00:00:31,596,3156,57.16,0\n1,2018-04-01 00:02:10,4961,3412,81.5,1\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def csv(tmp_path: Path, text: str) -> Path:
    return write(tmp_path / "history.csv", text)


def simple(tmp_path: Path, **column: str) -> Path:
    """Write one row in contract columns with some values replaced."""
    row = {
        "transaction_id": "t1",
        "event_time": "2024-03-01T10:00:00Z",
        "card_id": "c1",
        "terminal_id": "m1",
        "amount": "1.00",
        "currency": "EUR",
    } | column
    return csv(tmp_path, ",".join(row) + "\n" + ",".join(row.values()) + "\n")


def test_handbook_columns_become_contract_columns(tmp_path: Path) -> None:
    """Its names, its two decimals and its labels are read by the mapping that ships with the project."""
    frame = read_raw(csv(tmp_path, HEADER + ROWS), HANDBOOK)
    assert frame["transaction_id"].tolist() == ["0", "1"]
    assert frame["card_id"].tolist() == ["596", "4961"]
    assert frame["amount_minor"].tolist() == [5716, 8150]
    assert frame["currency"].tolist() == ["EUR", "EUR"]
    assert frame["label"].tolist() == ["legitimate", "fraud"]
    assert epoch_ms(frame["event_time"]).tolist() == [milliseconds("2018-04-01T00:00:31"), 1522540930000]
    assert (epoch_ms(frame["label_time"]) - epoch_ms(frame["event_time"])).tolist() == [7 * 86_400_000] * 2


def test_well_known_names_are_guessed(tmp_path: Path) -> None:
    """The Handbook's file needs no mapping at all."""
    path = csv(tmp_path, HEADER + ROWS)
    assert read_raw(path).equals(read_raw(path, HANDBOOK))


def test_all_formats_say_the_same(tmp_path: Path) -> None:
    """CSV, JSON Lines and Parquet, plain or compressed, give equal frames, whatever types they hold."""
    expected = read_raw(csv(tmp_path, HEADER + ROWS), HANDBOOK)
    table = pd.read_csv(tmp_path / "history.csv", parse_dates=["TX_DATETIME"])
    pa_parquet.write_table(pa.Table.from_pandas(table), tmp_path / "a.parquet")
    text = table.assign(TX_DATETIME=table["TX_DATETIME"].astype(str))
    lines = "".join(json.dumps(row) + "\n" for row in text.to_dict("records"))
    write(tmp_path / "b.jsonl", lines)
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "d.csv.zst").write_bytes(zstandard.compress((HEADER + ROWS).encode()))
    write(tmp_path / "e.csv", (HEADER + ROWS).replace(",", ";"))
    write(tmp_path / "f.csv", "\ufeff" + HEADER + ROWS)
    for name in ("a.parquet", "b.jsonl", "c.jsonl.gz", "d.csv.zst", "e.csv", "f.csv"):
        assert read_raw(tmp_path / name, HANDBOOK).equals(expected), name


def test_what_was_written_as_canonical_is_read_back_equal(tmp_path: Path) -> None:
    """The raw/ prefix holds contract columns; reading them changes nothing, missing labels stay missing."""
    frame = read_raw(csv(tmp_path, HEADER + ROWS + "2,2018-04-01 01:00:00,7,8,1,\n"), HANDBOOK)
    frame["merchant_lat"] = [1.5, np.nan, -2.0]
    write_canonical(frame, tmp_path / "raw.parquet")
    again = read_raw(tmp_path / "raw.parquet")
    pd.testing.assert_frame_equal(again[frame.columns], frame, check_dtype=False)
    schema = pa_parquet.read_schema(tmp_path / "raw.parquet")
    assert schema.field("event_time").type == pa.timestamp("ms", "UTC")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1.005", "EUR", 101),  # 100.49999999999999 as a binary fraction
        ("0.5", "JPY", 1),
        ("1234", "JPY", 1234),
        ("1.2345", "KWD", 1235),
        ("92233720368547758.07", "EUR", 2**63 - 1),
        ("4.015", "USD", 402),
        ("1e3", "EUR", 100_000),
    ],
)
def test_amounts_are_rounded_as_decimals(tmp_path: Path, text: str, currency: str, minor: int) -> None:
    """Halves go up, by the currency's own decimals, and nothing is lost to binary fractions."""
    frame = read_raw(simple(tmp_path, amount=text, currency=currency))
    assert frame["amount_minor"].tolist() == [minor]


def test_an_amount_in_minor_units_is_taken_as_it_is(tmp_path: Path) -> None:
    """Contract files carry amount_minor."""
    text = "transaction_id,event_time,card_id,merchant_id,amount_minor,currency\na,2024-01-01,c,m,123,USD\n"
    assert read_raw(csv(tmp_path, text))["amount_minor"].tolist() == [123]


@pytest.mark.parametrize(
    ("text", "mapping", "expected"),
    [
        ("2024-03-01T10:00:00.250Z", Mapping(), "2024-03-01T10:00:00.250"),
        ("2024-03-01 10:00:00", Mapping(timezone="Europe/Berlin"), "2024-03-01T09:00:00"),
        ("2024-03-01T10:00:00+02:00", Mapping(timezone="Europe/Berlin"), "2024-03-01T08:00:00"),
        ("2024-10-27T02:30:00", Mapping(timezone="Europe/Berlin"), "2024-10-27T00:30:00"),  # shown twice: the first
        ("2024-03-31T02:30:00", Mapping(timezone="Europe/Berlin"), "2024-03-31T01:00:00"),  # skipped: the next
        ("1709287200", Mapping(time_format="s"), "2024-03-01T10:00:00"),
        ("1709287200250", Mapping(time_format="ms"), "2024-03-01T10:00:00.250"),
        ("1709287200250999", Mapping(time_format="us"), "2024-03-01T10:00:00.250"),
        ("1709287200250999999", Mapping(time_format="ns"), "2024-03-01T10:00:00.250"),
        ("01/03/2024 10:00", Mapping(time_format="%d/%m/%Y %H:%M"), "2024-03-01T10:00:00"),
    ],
)
def test_times_are_read_as_told(tmp_path: Path, text: str, mapping: Mapping, expected: str) -> None:
    """Format and time zone come from the mapping; an offset in the text wins."""
    frame = read_raw(simple(tmp_path, event_time=text), mapping)
    assert epoch_ms(frame["event_time"]).tolist() == [milliseconds(expected)]


def test_times_with_and_without_fraction_and_offset_may_mix(tmp_path: Path) -> None:
    """Real files are not consistent."""
    rows = ["2024-03-01T10:00:00Z", "2024-03-01T10:00:00.5Z", "2024-03-01 10:00:00", "2024-03-01T12:00:00+02:00"]
    text = "transaction_id,event_time,card_id,terminal_id,amount\n" + "".join(
        f"{i},{time},c,t,1\n" for i, time in enumerate(rows)
    )
    offsets = epoch_ms(read_raw(csv(tmp_path, text))["event_time"]) - milliseconds("2024-03-01T10:00:00")
    assert offsets.tolist() == [0, 500, 0, 0]


@proves(faults=[24])
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("amount", "-1", "column amount, row 1: is negative"),
        ("amount", "one", "column amount, row 1: is not an amount"),
        ("amount", "", "column amount, row 1: is not an amount"),
        ("amount", "inf", "column amount, row 1: is not an amount"),
        ("event_time", "1709287200", "numbers need --time-format s or ms"),
        ("event_time", "yesterday", "column event_time, row 1: is not a time"),
        ("card_id", "", "column card_id, row 1: is empty"),
        ("terminal_id", "", "column terminal_id, row 1: is empty"),
        ("transaction_id", "x" * 65, "longer than 64 characters"),
        ("currency", "euro", "is not an ISO 4217 code"),
        ("label", "chargeback", "say which are: --fraud-value"),
        ("label_time", "2020-01-01", "is before the transaction"),
    ],
)
def test_a_bad_value_is_refused_with_its_place(tmp_path: Path, column: str, value: str, message: str) -> None:
    """The message names the file's column, the row below the header, and what to do."""
    extra = {"label": "fraud"} if column == "label_time" else {}
    with pytest.raises(RawDataError, match=r"history\.csv") as refused:
        read_raw(simple(tmp_path, **extra, **{column: value}))
    assert message in str(refused.value)


def test_a_missing_column_is_named_with_the_remedy(tmp_path: Path) -> None:
    """What the file has is listed, so that the user can pick."""
    with pytest.raises(MappingError, match="no column for card_id among id, when, amt") as refused:
        read_raw(csv(tmp_path, "id,when,amt\n1,2024-01-01,1\n"), Mapping(columns={"event_time": "when"}))
    assert "--column card_id=" in str(refused.value)
    with pytest.raises(MappingError, match="'CC', mapped to card_id, is not in the file"):
        read_raw(csv(tmp_path, HEADER + ROWS), Mapping(columns={"card_id": "CC"}))


def test_a_card_stands_in_for_a_terminal_and_a_merchant_that_a_file_does_not_name(tmp_path: Path) -> None:
    """Its history is then one of a merchant of its own: nothing is shared between cards, and no item becomes hot."""
    path = csv(tmp_path, "id,time,card,amount\n1,2024-01-01,c1,1\n2,2024-01-02,c2,1\n")
    frame = read_raw(path)
    assert terminal_keys(frame) == [f"{MERCHANT_PREFIX}c1", f"{MERCHANT_PREFIX}c2"]
    assert [json.loads(line)["merchant_id"] for line in to_json_lines(frame)] == ["c1", "c2"]
    assert read_raw_file(path).without_terminal
    constant = read_raw_file(path, Mapping(constants={"merchant_id": "shop"}))
    assert not constant.without_terminal
    assert terminal_keys(constant.frame) == [f"{MERCHANT_PREFIX}shop"] * 2


def test_rows_that_are_no_transactions_may_be_left_out_and_are_counted(tmp_path: Path) -> None:
    """Up to the share that is allowed; without one the first is an error."""
    good = [f"t{number},2024-01-{1 + number % 28:02d},c1,m1,1.00,EUR,48.5\n" for number in range(96)]
    bad = [
        "x1,2024-01-01,c1,m1,free,EUR,48.5\n",
        "x2,yesterday,c1,m1,1.00,EUR,48.5\n",
        ",2024-01-01,c1,m1,1.00,EUR,48.5\n",
        "x4,2024-01-01,c1,m1,1.00,EUR,91\n",
    ]
    header = "transaction_id,event_time,card_id,terminal_id,amount,currency,merchant_lat\n"
    path = csv(tmp_path, header + "".join(good[:50] + bad + good[50:]))
    file = read_raw_file(path, most_refused=0.05)
    assert (file.rows, len(file.frame)) == (100, 96)
    assert file.frame["transaction_id"].tolist() == [f"t{number}" for number in range(96)]
    assert file.refused == {
        "transaction_id is empty": 1,
        "event_time is not a time between 2000 and 2100 in format 'iso'": 1,
        "amount is not an amount": 1,
        "merchant_lat is not between -90 and 90 degrees": 1,
    }
    with pytest.raises(RawDataError, match="row 53: is empty"):
        read_raw(path)
    with pytest.raises(RawDataError, match=r"4 of 100 rows \(4.0%\) cannot be read, more than the 3.0%"):
        read_raw_file(path, most_refused=0.03)


@proves(faults=[24])
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "is empty"),
        ("a.csv", "a,b\n", "has no rows"),
        ("a.csv", "a,a\n1,2\n", "column 'a' occurs twice"),
        ("a.csv", "a,b\n1,2\n1,2,3\n", "3 values where the header names 2"),
        ("a.jsonl", '[{"a": 1}]', "one JSON array"),
        ("a.jsonl", '{"a": 1}\n\n{"a": 1\n', "line 3: cannot be read"),
        ("a.jsonl", '{"a": 1}\n[1]\n', "line 2: cannot be read; every line must be one JSON object"),
        ("a.jsonl", '{"a": 1}\n{"a": "x"}\n', "write all in one way"),
        ("a.parquet", "no parquet", "is it really Parquet"),
        ("a.xlsx", "x", "must end in .csv"),
        ("a.csv.gz", "no gzip", "cannot be read"),
    ],
)
def test_a_broken_file_is_refused_by_name(tmp_path: Path, name: str, content: str, message: str) -> None:
    """No library's traceback reaches the user."""
    with pytest.raises(RawDataError, match=name) as refused:
        read_raw(write(tmp_path / name, content))
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("lines", [1, 100_000])
def test_a_text_that_is_not_utf8_is_refused_with_the_remedy(tmp_path: Path, name: str, lines: int) -> None:
    """In the first lines, and far behind them."""
    line, last = ("a,b\n", "a,\xfc\n") if name == "a.csv" else ('{"a": "b"}\n', '{"a": "\xfc"}\n')
    (tmp_path / name).write_bytes((line * lines + last).encode("latin-1"))
    with pytest.raises(RawDataError, match=rf"{name} is not UTF-8 text; save it as UTF-8"):
        read_raw(tmp_path / name)


def test_labels_are_unknown_where_empty_and_legitimate_where_only_frauds_are_named(tmp_path: Path) -> None:
    """A user who says what fraud is called need not list all that is not."""
    text = "id,time,card,terminal,amount,class\n" + "".join(
        f"{i},2024-01-01,c,t,1,{label}\n" for i, label in enumerate(["bad", "fine", "", "odd"])
    )
    frame = read_raw(csv(tmp_path, text), Mapping(fraud_values=("BAD",), label_delay_days=1))
    assert frame["label"].fillna("").tolist() == ["fraud", "legitimate", "", "legitimate"]
    assert frame["label_time"].isna().tolist() == [False, False, True, False]
    transactions = to_transactions(frame)
    assert transactions.label.tolist() == [FRAUD, LEGITIMATE, UNKNOWN, LEGITIMATE]
    assert (transactions.label_time_ms - transactions.event_time_ms)[0] == 86_400_000


@proves(invariants=[11])
def test_a_card_number_is_refused_and_never_shown(tmp_path: Path) -> None:
    """The message tells the remedy, not the number."""
    with pytest.raises(CardNumberError) as refused:
        read_raw(simple(tmp_path, card_id="4111 1111 1111 1111"))
    assert "4111" not in str(refused.value)
    assert "FRAUDSTREAM_CARD_KEY" in str(refused.value)


def test_a_card_number_becomes_a_token_under_the_users_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same card is the same token under one key, another under another."""
    tokens = []
    for key in ("one", "one", "two"):
        monkeypatch.setenv("FRAUDSTREAM_CARD_KEY", key)
        tokens += read_raw(simple(tmp_path, card_id="4111111111111111"))["card_id"].tolist()
    assert tokens[0] == tokens[1] != tokens[2]
    assert not is_card_number(tokens[0])
    assert "4111" not in tokens[0]


@given(st.text(alphabet="0123456789 -._:@/+=~|x٣", min_size=10, max_size=22))
def test_what_is_a_card_number_is_the_contracts_definition(text: str) -> None:
    """Here and at the stream's door the same question has the same answer."""
    assert is_card_number(text) == contract_is_card_number(text)


def test_a_merchant_stands_in_for_a_terminal_under_the_contracts_key(tmp_path: Path) -> None:
    """Merchants and terminals of one name keep two histories, offline as online."""
    frame = pd.DataFrame({"terminal_id": ["t", None], "merchant_id": ["m", "m"]})
    assert terminal_keys(frame) == ["t", f"{MERCHANT_PREFIX}m"]
    assert terminal_keys(frame[["merchant_id"]]) == [f"{MERCHANT_PREFIX}m"] * 2
    assert terminal_keys(frame[["terminal_id"]].head(1)) == ["t"]


def test_history_as_known_at_a_moment_has_no_later_labels(tmp_path: Path) -> None:
    """What happens or is reported at the moment itself is not known before it."""
    rows = "".join(f"{i},2018-04-0{i + 1} 00:00:00,1,1,1,1\n" for i in range(9))
    frame = read_raw(csv(tmp_path, HEADER + rows), HANDBOOK)
    known = as_known_before(frame, milliseconds("2018-04-09T00:00:00"))
    assert known["transaction_id"].tolist() == [str(i) for i in range(8)]
    assert known["label"].notna().tolist() == [True] + [False] * 7
    assert known["label_time"].notna().tolist() == [True] + [False] * 7


def test_events_are_valid_by_the_contract(tmp_path: Path) -> None:
    """What the demo streams from a file is decoded by the door of the stream into the same values."""
    frame = read_raw(csv(tmp_path, HEADER + ROWS), HANDBOOK).assign(
        merchant_lat=[1.5, np.nan], merchant_lon=[2.0, np.nan]
    )
    now_ms = milliseconds("2026-01-01")
    transactions = [decode_record(line, now_ms=now_ms, bounds=Bounds()) for line in to_json_lines(frame)]
    assert all(isinstance(each, Transaction) for each in transactions), transactions
    assert [each.amount_minor for each in transactions] == [5716, 8150]
    assert [each.merchant_lat for each in transactions] == [1.5, None]
    assert [each.event_time_ms for each in transactions] == epoch_ms(frame["event_time"]).tolist()
    assert b"fraud" not in b"".join(to_json_lines(frame))
    labels = [decode_record(line, now_ms=now_ms, bounds=Bounds()) for line in to_label_lines(frame)]
    assert all(isinstance(each, Label) for each in labels), labels
    assert [each.is_fraud for each in labels] == [False, True]
    assert [each.terminal for each in labels] == [each.terminal for each in transactions]


def test_a_row_without_a_label_has_no_label_event(tmp_path: Path) -> None:
    """Silence is not an event."""
    frame = read_raw(csv(tmp_path, HEADER + "0,2018-04-01 00:00:31,596,3156,57.16,\n"), HANDBOOK)
    with pytest.raises(ValueError, match="select the labelled ones"):
        to_label_lines(frame)


def test_a_directory_is_read_by_its_own_mapping(tmp_path: Path) -> None:
    """mapping.json beside the files says how they are read; other files are passed over."""
    header = "a,b,c,d,e\n"
    write(tmp_path / "one.csv", header + "1,2024-01-01,c,t,1\n")
    write(tmp_path / "two.csv", header + "2,2024-01-02,c,t,2\n")
    write(tmp_path / "notes.md", "not data")
    columns = dict(zip(["transaction_id", "event_time", "card_id", "terminal_id", "amount"], "abcde", strict=True))
    write(tmp_path / "mapping.json", json.dumps({"columns": columns}))
    frames = read_raw_dir(tmp_path)
    assert [frame["transaction_id"].tolist() for frame in frames] == [["1"], ["2"]]
    assert read_raw_dir(tmp_path / "absent") == []


def test_a_mapping_that_says_nonsense_is_refused(tmp_path: Path) -> None:
    """Unknown keys and columns are typing mistakes, not wishes."""
    with pytest.raises(MappingError, match="colums unknown"):
        Mapping.load(write(tmp_path / "m.json", '{"colums": {}}'))
    with pytest.raises(MappingError, match="'cardid' is not a contract column"):
        Mapping(columns={"cardid": "x"})
    for wrong in ('{"amount_scale": "100"}', '{"label_delay_days": -1}', '{"columns": ["a"]}', "[]"):
        with pytest.raises(MappingError):
            Mapping.load(write(tmp_path / "w.json", wrong))
    with pytest.raises(MappingError, match="must be a JSON object"):
        Mapping.load(write(tmp_path / "l.json", "[]"))
    with pytest.raises(MappingError, match="cannot be read"):
        Mapping.load(write(tmp_path / "n.json", "{"))


def test_the_command_converts_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Options name columns and constants; the result is canonical; a mistake is one line and exit code 1."""
    source = csv(tmp_path, "n,when,who,sum\n1,2024-01-01,c,2.50\n")
    columns = ["transaction_id=n", "event_time=when", "card_id=who", "amount=sum"]
    options = [word for column in columns for word in ("--column", column)] + ["--constant", "merchant_id=shop"]
    out = tmp_path / "out" / "raw.parquet"
    assert main([str(source), "--output", str(out), "--currency", "USD", *options]) == 0
    frame = read_raw(out)
    assert frame[["merchant_id", "currency", "amount_minor"]].iloc[0].tolist() == ["shop", "USD", 250]
    assert main([str(source), "--output", str(out)]) == 1
    assert capsys.readouterr().err.startswith("Mapping: no column for transaction_id")
