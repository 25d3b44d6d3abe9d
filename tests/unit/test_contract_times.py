"""Moments as text and as milliseconds."""

import pytest
from fraudstream.contract import canonical, from_epoch_ms, to_epoch_ms

from tests.reliability.proof import proves


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-23T13:14:36.123Z", 1_795_439_676_123),
        ("2026-11-23T13:14:36.123+00:00", 1_795_439_676_123),
        ("2026-11-23T13:14:36.1Z", 1_795_439_676_100),
        ("2026-11-23T13:14:36.01Z", 1_795_439_676_010),
        ("2026-11-23T13:14:36Z", 1_795_439_676_000),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
        ("2026-03-29T01:30:00Z", 1_774_747_800_000),
    ],
)
def test_a_moment_in_utc_is_read_to_the_millisecond(text: str, milliseconds: int) -> None:
    """With Z or +00:00, none to three decimals, on leap days and through what is a gap in local time."""
    assert to_epoch_ms(text) == milliseconds


@proves(faults=[20])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23T13:14Z",
        "2026-11-23T13:14:36",
        "2026-11-23T13:14:36.Z",
        "2026-11-23T13:14:36.1234Z",
        "2026-11-23T13:14:36,123Z",
        "2026-11-23T13:14:36.123+01:00",
        "2026-11-23T13:14:36.123-00:00",
        "2026-11-23T13:14:36.123+0000",
        "2026-11-23t13:14:36.123Z",
        "2026-11-23T13:14:36.123z",
        "2026-11-23 13:14:36.123Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T23:59:60Z",
        "2026-11-23T13:60:00Z",
        "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-W48-1T13:14:36.123Z",
        "+2026-11-23T13:14:36Z",
        "\uff12\uff10\uff12\uff16-11-23T13:14:36Z",
        " 2026-11-23T13:14:36Z",
        "2026-11-23T13:14:36Z\n",
        "1795439676123",
    ],
)
def test_whatever_else_claims_to_be_a_moment_is_not_one(text: str) -> None:
    """Other offsets, finer decimals, days that are none, local spellings: each would mean two things to two readers."""
    assert to_epoch_ms(text) is None


@pytest.mark.parametrize("milliseconds", [0, 1, 999, 946_684_800_000, 1_795_439_676_123, 253_402_300_799_999])
def test_the_canonical_text_is_read_back_as_the_same_moment(milliseconds: int) -> None:
    """It has three decimals and a Z, always."""
    text = from_epoch_ms(milliseconds)
    assert to_epoch_ms(text) == milliseconds
    assert len(text) == 24
    assert text.endswith("Z")


@pytest.mark.parametrize("fraction", ["", ".0", ".1", ".12", ".123", ".000"])
@pytest.mark.parametrize("zone", ["Z", "+00:00"])
@pytest.mark.parametrize("second", ["1970-01-01T00:00:00", "2026-11-23T13:14:36", "9999-12-31T23:59:59"])
def test_a_moment_as_sent_becomes_canonical_however_it_was_written(second: str, fraction: str, zone: str) -> None:
    """The text that was sent is kept only where it is the canonical one."""
    text = f"{second}{fraction}{zone}"
    milliseconds = to_epoch_ms(text)
    assert milliseconds is not None
    assert canonical(text, milliseconds) == from_epoch_ms(milliseconds)
