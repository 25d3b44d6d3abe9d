"""Backtesting the very document that decided gives every archived decision again, whatever document and rows."""

import tempfile
from pathlib import Path

import numpy as np
from fraudstream.errors import EndpointMissingError
from fraudstream.policy import NamedList, ThresholdChoice
from fraudstream.policy.document import Entry
from fraudstream.scoring import Thresholds
from hypothesis import given, settings
from hypothesis import strategies as st
from money import CostMatrix

from operate.archive.cache import Cache
from operate.archive.places import Directory
from operate.archive.rows import read_rows
from operate.backtest.running import DAY_MS, knowledge, run
from operate.backtest.thresholds import thresholds_of
from tests.archives import decide, lines_of, pipeline, policy, rule, write
from tests.fakes import FakeScorer
from tests.samples import NOW_MS, iso, transaction

MINUTE_MS = 60_000
CONDITIONS = (
    "amount_minor > 5000",
    "score >= 0.3 and not (card_count_1h > 1)",
    "card_count_24h >= 2",
    "card_amount_ratio_30d > 1.5",
    "entry_mode == 'ecom' and merchant_country != 'DE'",
    "not (merchant_country in ['FR', 'DE'])",
    "mcc is missing",
    "starts_with(card_id, 'card_1')",
    "terminal in listed or weekday >= 5",
    "event_time > '2026-09-21T00:00:00Z'",
    "if_missing(card_lat, 0) >= 48.5",
    "amount * 2 / terminal_count_7d > 30",
)
CARDS, TERMINALS = ("card_0", "card_1", "card_10"), ("t-1", "t-2", None)
moments = st.integers(0, 30).map(lambda minutes: iso(NOW_MS + minutes * MINUTE_MS))


@st.composite
def policies(draw):
    """A document of rules, lists with ends, thresholds and shadows, from a few conditions of every kind."""
    chosen = draw(st.lists(st.sampled_from(CONDITIONS), max_size=5, unique=True))
    outcomes = st.sampled_from(("approve", "review", "block"))
    rules = [rule(f"rule_{n}", when, draw(outcomes), shadow=draw(st.booleans())) for n, when in enumerate(chosen)]
    entries = st.lists(st.sampled_from(CARDS), unique=True).map(
        lambda values: tuple(Entry(value=value, until=draw(st.none() | moments)) for value in values)
    )
    effects = draw(st.lists(st.sampled_from(("approve", "block")), max_size=2))
    lists = [
        NamedList(name=f"list_{n}", of="card_id", effect=effect, because="b", entries=draw(entries), shadow=n == 1)
        for n, effect in enumerate(effects)
    ]
    lists.append(NamedList(name="listed", of="terminal", effect="none", because="b", entries=(Entry(value="t-2"),)))
    low, high = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
    limits = draw(st.sampled_from([ThresholdChoice(), ThresholdChoice(review=low, block=high)]))
    return policy("v1", *rules, thresholds=limits, lists=tuple(lists))


@st.composite
def payments(draw, number):
    """A payment with or without the fields that rules ask for."""
    optional = {
        "merchant_country": draw(st.sampled_from(("DE", "FR", "US", None))),
        "mcc": draw(st.sampled_from(("5411", None))),
        "card_lat": draw(st.sampled_from((48.5, 48, None))),
        "entry_mode": draw(st.sampled_from(("chip", "ecom", None))),
        "terminal_id": draw(st.sampled_from(TERMINALS)),
    }
    payment = transaction(
        number,
        card_id=draw(st.sampled_from(CARDS)),
        amount_minor=draw(st.sampled_from((0, 100, 5_000, 5_001, 99_900, 900_000))),
        merchant_id="m-1",
        event_time=iso(NOW_MS - draw(st.integers(0, 3 * 1440)) * MINUTE_MS),
    )
    return {name: value for name, value in (payment | optional).items() if value is not None}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), compiled=policies(), batches=st.integers(1, 4))
def test_the_document_that_decided_decides_every_archived_row_again(data, compiled, batches):
    """Outcome, rules and shadow rules: of rows that a model scored, and of rows that rules alone decided."""
    scorer = FakeScorer()
    made = pipeline(compiled, scorer)
    number = 1
    for batch in range(batches):
        scorer.failure = EndpointMissingError("none") if data.draw(st.booleans()) else None
        size = data.draw(st.integers(1, 8))
        sent = [data.draw(payments(number + n)) for n in range(size)]
        decide(made, sent, first=number, now_ms=NOW_MS + batch * 10 * MINUTE_MS)
        number += size
    with tempfile.TemporaryDirectory() as scratch:
        write(made, Path(scratch) / "objects")
        rows = read_rows(Cache(Directory(Path(scratch) / "objects"), Path(scratch) / "cache").fill())
        known = knowledge(rows, delay_ms=7 * DAY_MS, now_ms=NOW_MS + DAY_MS)
        limits = {"fake-1": Thresholds(review=0.5, block=0.9)}
        _, told = run(rows, known, limits, (compiled, compiled), costs=CostMatrix())
        shown = {name: found.thresholds for name, found in thresholds_of(rows, compiled, None, {}).items()}
        _, by_shown = run(rows, known, shown, (compiled, compiled), costs=CostMatrix())
        archived = [line["decision"]["decision"] for line in lines_of(Path(scratch) / "objects")]
    agreement = told["agreement"]
    assert (agreement["rows"], agreement["equal"]) == (number - 1, number - 1)
    assert told["changes"] == []
    assert {name: told["present"][name] for name in ("review", "block")} == {
        name: archived.count(name) for name in ("review", "block")
    }
    assert told["rows"]["by_rules_alone"] == int(np.isnan(rows.score).sum())
    # Thresholds as the decisions show them are enough to decide these rows alike.
    assert by_shown["agreement"]["equal"] == number - 1
