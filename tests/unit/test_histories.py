"""Packed histories: their bytes, their bounds, their merging."""

import numpy as np
import pytest
from fraudstream.columns import FRAUD, Transactions
from fraudstream.errors import HistoryFormatError
from fraudstream.histories import CARD, TERMINAL, Ledger, merge
from fraudstream.histories.entries import Entries
from fraudstream.histories.packing import unpack
from fraudstream.histories.policy import SLACK
from fraudstream.offline import fold_histories

DAY_MS = 86_400_000
START_MS = 1_790_000_000_000


def log(n: int, *, step_ms: int = 60_000, frauds: tuple[int, ...] = (), first: int = 0) -> Transactions:
    """Transactions of one card at one terminal, one each step."""
    time = START_MS + np.arange(first, first + n) * step_ms
    label = np.zeros(n, np.int8)
    label[list(frauds)] = FRAUD
    return Transactions(
        transaction_id=[f"t{number}" for number in range(first, first + n)],
        card_id=["c"] * n,
        terminal_id=["m"] * n,
        event_time_ms=time,
        amount_minor=np.arange(first, first + n) + 100,
        currency=["EUR"] * n,
        label=label,
        label_time_ms=time + DAY_MS,
    )


def test_a_card_of_sixty_events_fits_one_write_unit():
    """With the longest card id and all attribute names, below 1,024 bytes."""
    packed = fold_histories(log(60))["card#c"]
    assert len(packed) == 12 + 60 * 15
    names = len("entity" + "packed" + "version" + "expires_at")
    numbers = 3 + 6  # a byte, and one for every two digits: a version below 10,000, a time of ten digits
    assert len(packed) + names + len("card#" + "x" * 64) + numbers <= 1024


def test_a_hot_terminal_stays_small_and_loses_no_count():
    """A hundred thousand transactions in forty days: 120 whole ones, and a count for each day."""
    packed = fold_histories(log(100_000, step_ms=34_000))["terminal#m"]
    entries, days = unpack([packed])
    assert len(packed) < 3_000
    assert len(entries) == TERMINAL.events
    assert int(days.count.sum()) + len(entries) == 100_000
    assert int(days.amount.sum() + entries.amount.sum()) == int((np.arange(100_000) + 100).sum())


def test_folded_frauds_stay_as_markers():
    """The newest 64 of them, with their times and cards."""
    entries, _ = unpack([fold_histories(log(2_000, step_ms=600_000, frauds=tuple(range(0, 1_000, 10))))["terminal#m"]])
    assert int(entries.marker.sum()) == TERMINAL.frauds
    assert entries.time[entries.marker].max() == START_MS + 990 * 600_000


def test_what_is_older_than_the_retention_is_forgotten():
    """Counted back from the newest event, in whole days."""
    entries, _ = unpack([fold_histories(log(50, step_ms=2 * DAY_MS))["card#c"]])
    assert len(entries) == 23
    assert entries.time.max() - entries.time.min() <= 46 * DAY_MS


def test_merging_is_a_union_whatever_the_order():
    """Two halves with an overlap make the whole, either way round, and once more changes nothing."""
    whole = fold_histories(log(40, frauds=(3, 25)))["card#c"]
    left, right = fold_histories(log(30, frauds=(3, 25)))["card#c"], fold_histories(log(20, first=20))["card#c"]
    assert merge(CARD, left, right) == merge(CARD, right, left) == whole
    assert merge(CARD, whole, left) == merge(CARD, whole, whole) == whole


def test_a_label_before_its_transaction_waits_for_it():
    """Labels may overtake: the marker becomes the event's label when the event arrives."""
    whole = fold_histories(log(5, frauds=(2,)))["card#c"]
    entries, _ = unpack([whole])
    only = np.arange(5) == 2
    marker = Entries(
        entity=entries.entity[only],
        time=entries.time[only],
        ident=entries.ident[only],
        counterpart=entries.counterpart[only],
        amount=np.zeros(1, np.int64),
        rank=entries.rank[only],
        marker=np.ones(1, np.bool_),
    )
    early = Ledger.build(CARD, [None], marker).pack()[0]
    late = Ledger.build(CARD, [early], unpack([fold_histories(log(5))["card#c"]])[0]).pack()[0]
    assert late == whole


def test_amounts_beyond_forty_bits_count_as_the_largest():
    """An int64 amount is no reason to fail."""
    huge = log(1)
    huge.amount_minor[0] = 2**62
    entries, _ = unpack([fold_histories(huge)["card#c"]])
    assert entries.amount.tolist() == [2**40 - 1]


@pytest.mark.parametrize(
    "blob", [b"", b"\x00" * 12, b"\x02" + b"\x00" * 11, b"\x01\x00\x01\x00" + b"\x00" * 8, b"\x01" * 40]
)
def test_bytes_that_nobody_wrote_are_refused(blob):
    """An unknown format or a length that does not add up raises, rather than being read as something."""
    with pytest.raises(HistoryFormatError):
        unpack([blob])


def test_the_first_format_is_read_for_ever():
    """Bytes as format 1 wrote them; a later format must still read them."""
    golden = bytes.fromhex(
        "01000200006c50c4a0010000"  # format 1, no folded days, 2 entries, the time of the first
        "00000000"
        "6400000000"
        "68f2"
        "a19e"
        "0000"
        "60ea0000"
        "6500000000"
        "68f2"
        "37ae"
        "8204"
    )
    entries, _ = unpack([golden])
    assert entries.time.tolist() == [START_MS, START_MS + 60_000]
    assert entries.amount.tolist() == [100, 101]
    assert entries.label.tolist() == [0, FRAUD]
    assert int(entries.known_at[1]) == START_MS + 60_000 + DAY_MS
    assert fold_histories(log(2, frauds=(1,)))["card#c"] == golden


def test_frauds_reported_after_the_last_transaction_do_not_grow_a_history_without_end():
    """A merchant that vanished, and whose chargebacks keep coming: bounded, the newest are kept."""
    n = 5_000
    time = START_MS + np.arange(n) * 1_000
    markers = Entries(
        entity=np.zeros(n, np.int64),
        time=time,
        ident=np.arange(n).astype(np.uint16),
        counterpart=np.zeros(n, np.uint16),
        amount=np.zeros(n, np.int64),
        rank=np.full(n, 144 * 4 + FRAUD, np.int32),
        marker=np.ones(n, np.bool_),
    )
    packed = Ledger.build(TERMINAL, [None], markers).pack()[0]
    entries, _ = unpack([packed])
    assert len(entries) == SLACK * TERMINAL.frauds
    assert entries.time.max() == time[-1]


def test_transactions_a_few_minutes_out_of_order_are_counted_at_a_hot_terminal():
    """Two shards, one after the other: nothing within the grace is taken for folded already."""
    both = log(400, step_ms=700)
    halves = [Entries.take(unpack([raw_of(both)])[0], np.arange(400) % 2 == half) for half in (0, 1)]
    packed = None
    for half in halves:
        packed = Ledger.build(TERMINAL, [packed], half).pack()[0]
    entries, days = unpack([packed])
    assert len(entries) + int(days.count.sum()) == 400


def raw_of(transactions: Transactions) -> bytes:
    """A terminal's history without any folding: all within the grace."""
    return fold_histories(transactions)["terminal#m"]
