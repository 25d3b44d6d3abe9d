"""docs/data-contract.md tells producers what the code does."""

import json
import re
from pathlib import Path

import pytest
from fraudstream.contract import Bounds, Label, Rejected, RejectReason, Transaction, decode_record
from fraudstream.contract.parsing import MAX_DEPTH
from fraudstream.contract.sealing import LEAKS, OURS

PAGE = (Path(__file__).parents[2] / "docs" / "data-contract.md").read_text()


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)


def test_the_page_lists_every_reason_once() -> None:
    """In the order of the code."""
    assert first_cells(section("Refused records")) == [str(reason) for reason in RejectReason]


@pytest.mark.parametrize(("title", "kind"), [("Transaction", Transaction), ("Label", Label)])
def test_the_page_lists_every_field_once(title: str, kind: type[Transaction] | type[Label]) -> None:
    """All that producers can send, and nothing of ours."""
    assert sorted(first_cells(section(title))) == sorted(set(kind.__struct_fields__) - OURS)


def test_the_page_names_every_field_that_a_transaction_must_not_have() -> None:
    """A producer reads them here before a record is refused for one."""
    assert all(f"`{name}`" in section("Transaction") for name in LEAKS)


def test_the_page_states_the_limits_of_the_code() -> None:
    """Size, depth and clock are what the decoder is given by default."""
    bounds = Bounds()
    assert f"at most {bounds.max_record_bytes // 1024} KiB" in PAGE
    assert f"more than {MAX_DEPTH} levels" in PAGE
    assert f"up to {bounds.max_future_ms // 60_000} minutes ahead" in PAGE


@pytest.mark.parametrize("title", ["Transaction", "Label"])
def test_the_example_is_valid(title: str) -> None:
    """Copying it works."""
    example = re.search(r"```json\n(.*?)```", section(title), re.DOTALL)
    assert example is not None
    decoded = decode_record(example.group(1).encode(), now_ms=1_800_000_000_000, bounds=Bounds())
    assert not isinstance(decoded, Rejected), decoded
    assert json.loads(decoded.raw)["schema_version"] == 1
