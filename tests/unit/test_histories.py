"""Packed histories: their bytes, their bounds, their merging."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fraudstream.columns import FRAUD, Transactions
from fraudstream.errors import HistoryFormatError
from fraudstream.histories import CARD, TERMINAL, Ledger, merge
from fraudstream.histories.cells import cells_of, degrees_of
from fraudstream.histories.entries import Entries
from fraudstream.histories.packing import unpack
from fraudstream.histories.policy import SLACK
from fraudstream.offline import fold_histories

from tests.golden.files import HERE

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


def rich(transactions: Transactions) -> Transactions:
    """The same with entry modes, categories, countries and places, some of each missing."""
    number = np.arange(len(transactions))
    return replace(
        transactions,
        entry_mode=[["chip", "ecom", None][each % 3] for each in number],
        mcc=[None if each % 5 == 0 else f"{5411 + each % 4}" for each in number],
        merchant_category=[None if each % 10 == 0 else "grocery" for each in number],
        merchant_country=[None if each % 7 == 0 else ["FR", "DE"][each % 2] for each in number],
        merchant_lat=np.where(number % 4 == 0, np.nan, 48.0 + number / 100),
        merchant_lon=2.0 + number / 100,
    )


def item_bytes(packed: bytes) -> int:
    """The size of a history's item as it is charged, with the longest card id."""
    names = len("entity" + "packed" + "version" + "expires_at")
    numbers = 3 + 6  # a byte, and one for every two digits: a version below 10,000, a time of ten digits
    return len(packed) + names + len("card#" + "x" * 64) + numbers


@pytest.mark.parametrize(
    ("largest", "entry_bytes"), [(2**16 - 1, 10), (2**16, 11), (2**24, 12), (2**32 - 1, 12), (2**32, 13), (2**40, 13)]
)
def test_a_card_of_sixty_events_takes_what_its_largest_amount_needs(largest, entry_bytes):
    """Ten bytes an event where none is above 655.35, and never more than thirteen."""
    log_60 = replace(log(60), amount_minor=np.linspace(1, largest, 60).astype(np.int64))
    packed = fold_histories(log_60)["card#c"]
    assert len(packed) == 16 + 60 * entry_bytes
    assert unpack([packed])[0].amount.tolist() == np.minimum(log_60.amount_minor, 2**40 - 1).tolist()
    assert item_bytes(packed) <= 1024


@pytest.mark.parametrize("largest", [60_000, 16_000_000, 4_000_000_000])
def test_a_card_of_sixty_events_with_everything_known_fits_one_write_unit(largest):
    """Categories, countries, places and labels too, with amounts up to forty million, below 1,024 bytes."""
    everything = replace(rich(log(60, frauds=(3, 30, 58))), amount_minor=np.linspace(1, largest, 60).astype(np.int64))
    packed = fold_histories(everything)["card#c"]
    assert item_bytes(packed) <= 1024
    entries, _ = unpack([packed])
    assert np.flatnonzero(entries.category == 0).tolist() == list(range(0, 60, 10))
    assert np.flatnonzero(entries.country == 0).tolist() == list(range(0, 60, 7))
    assert np.count_nonzero(entries.cell) == CARD.places


def test_of_places_the_newest_are_kept_whatever_came_when():
    """Four of them; a stored history whose older places are gone and one that had them all merge to the same bytes."""
    log_40 = rich(log(40))
    whole = fold_histories(log_40)["card#c"]
    entries, _ = unpack([whole])
    there = [place for place in range(40) if place % 4 and place % 3 != 1]
    assert np.flatnonzero(entries.cell).tolist() == there[-4:]
    assert entries.cell[there[-4:]].tolist() == cells_of(log_40.merchant_lat, log_40.merchant_lon)[there[-4:]].tolist()
    parts = [fold_histories(of(log_40, slice(*part)))["card#c"] for part in ((0, 25), (10, 30), (28, 40), (5, 6))]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        merged = parts[order[0]]
        for place in order[1:]:
            merged = merge(CARD, merged, parts[place])
        assert merged == whole


def of(transactions: Transactions, rows: slice) -> Transactions:
    """Some of a log's rows."""
    columns = {name: getattr(transactions, name) for name in transactions.__slots__}
    return Transactions(**{name: None if column is None else column[rows] for name, column in columns.items()})


def test_a_terminal_keeps_nothing_of_merchants():
    """Its merchant is always the same."""
    poor, full = log(200, frauds=(3,)), rich(log(200, frauds=(3,)))
    assert fold_histories(full)["terminal#m"] == fold_histories(poor)["terminal#m"]


def test_labels_take_the_smaller_of_two_ways():
    """Four bytes for each label, or two for each event."""
    plain = len(fold_histories(log(60))["card#c"])
    for labels, more in ((1, 4), (30, 120), (31, 120), (60, 120)):
        packed = fold_histories(log(60, frauds=tuple(range(labels))))["card#c"]
        assert len(packed) - plain == more
        assert unpack([packed])[0].is_fraud.tolist() == [True] * labels + [False] * (60 - labels)


@pytest.mark.parametrize(
    "place", [(90.0, 0.0), (-90.0, 0.0), (0.0, 180.0), (0.0, -180.0), (48.8566, 2.3522), (-33.8688, 151.2093)]
)
def test_a_cell_is_within_its_size_of_the_place(place):
    """Half a cell of 611 by 306 metres away at most; the date line and the poles are places like others."""
    cell = cells_of(np.array([place[0]]), np.array([place[1]]))
    latitude, longitude = degrees_of(cell)
    assert cell[0] > 0
    assert abs(latitude[0] - place[0]) <= 90 / 65_534 + 1e-9
    assert min(abs(longitude[0] - place[1]), 360 - abs(longitude[0] - place[1])) <= 180 / 65_536 + 1e-9


@pytest.mark.parametrize("place", [(np.nan, 0.0), (0.0, np.nan), (90.1, 0.0), (0.0, -180.5), (np.inf, 0.0)])
def test_what_is_no_place_on_the_globe_has_no_cell(place):
    """Missing, or beyond the poles or the date line."""
    assert cells_of(np.array([place[0]]), np.array([place[1]])).tolist() == [0]


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
    "blob",
    [
        b"",
        b"\x00" * 12,
        b"\x03" + b"\x00" * 15,
        b"\x01\x00\x01\x00" + b"\x00" * 8,
        b"\x01" * 40,
        b"\x02" + b"\x00" * 11,
        b"\x02\x20" + b"\x00" * 14,
        b"\x02\x00\x00\x00\x01\x00" + b"\x00" * 10,
        b"\x02\x00\x00\x00\x00\x00\x01\x00" + b"\x00" * 12,
        b"\x02\x00\x00\x01" + b"\x00" * 18,
        b"\x02" + b"\x00" * 7 + b"\xff" * 8,
        b"\x02" * 60,
    ],
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
    assert merge(CARD, golden, golden) == fold_histories(log(2, frauds=(1,)))["card#c"]


def test_a_stored_history_of_the_first_format_goes_on_in_the_second():
    """Beside others of the second in one batch; what the first did not know of merchants stays unknown."""
    golden = json.loads((HERE / "v1" / "histories.json").read_text())["card with folded days and markers"]
    first = bytes.fromhex(golden["packed"])
    second = fold_histories(rich(log(5)))["card#c"]
    entries, days = unpack([second, None, first, second, first])
    alone, alone_days = unpack([first])
    assert (np.diff(entries.entity) >= 0).all()
    for entity in (2, 4):
        mine = entries.take(entries.entity == entity)
        for name in ("time", "ident", "counterpart", "amount", "rank", "marker"):
            assert getattr(mine, name).tolist() == getattr(alone, name).tolist()
        assert not mine.category.any()
        assert days.count[days.entity == entity].tolist() == alone_days.count.tolist()
        assert days.folded_until[entity] == alone_days.folded_until[0]
    new = replace(unpack([second])[0], entity=np.ones(5, np.int64))
    [same, longer] = Ledger.build(CARD, [first, first], new).pack()
    assert same == merge(CARD, first, first)
    assert unpack([longer])[0].category[-5:].tolist() == unpack([second])[0].category.tolist()
    assert longer == merge(CARD, first, second)


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
