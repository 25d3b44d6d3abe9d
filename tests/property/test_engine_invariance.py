"""What must not matter to the engine does not: chunks, threads, the order of rows, how ids are given, repeats."""

from dataclasses import replace

import numpy as np
import pytest
from fraudstream.features import engine
from fraudstream.features.numbering import Numbered
from fraudstream.offline import compute_features
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_stream_equals_replay import assert_same_bits, make_log, rows
from tests.reliability.proof import proves, tried


@pytest.fixture
def log():
    """Three thousand transactions of forty cards at twenty terminals."""
    return make_log(np.random.default_rng(11), 3_000, 40, 20, 60)


@pytest.mark.parametrize("chunk", [1, 7, 250, 2_999, 3_000, 100_000])
def test_the_size_of_chunks_changes_no_bit(log, chunk, monkeypatch):
    """Whether a history is cut in the middle or not."""
    expected = compute_features(log)
    monkeypatch.setattr(engine, "_CHUNK", chunk)
    log = rows(log, np.arange(len(log) if chunk > 1 else 300), labels=True)
    assert_same_bits(compute_features(log), expected if chunk > 1 else expected[:300])


def test_the_number_of_threads_changes_no_bit(log, monkeypatch):
    """Threads write rows of their own."""
    monkeypatch.setattr(engine, "_CHUNK", 100)
    assert_same_bits(compute_features(log, workers=3), compute_features(log))


def test_numbered_ids_and_plain_ones_give_the_same_bits(log):
    """In whatever order the names are numbered."""
    names = sorted(set(log.card_id), reverse=True)
    code = np.array([names.index(name) for name in log.card_id])
    numbered = replace(log, card_id=Numbered(names, code), terminal_id=Numbered.of(log.terminal_id))
    assert_same_bits(compute_features(numbered), compute_features(log))


def test_amounts_beyond_32_bits_are_computed_as_exactly(log):
    """Wide and narrow integers: scaled by a power of two, ratios keep every bit."""
    small = replace(log, amount_minor=log.amount_minor % 2**20, currency=["EUR"] * len(log))
    large = replace(small, amount_minor=small.amount_minor * 2**20)
    ratios = [engine.FEATURE_NAMES.index(name) for name in engine.FEATURE_NAMES if "ratio" in name or "rank" in name]
    assert_same_bits(compute_features(large)[:, ratios].copy(), compute_features(small)[:, ratios].copy())


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 200))
@proves(faults=[3, 5], invariants=[4])
def test_order_and_repeats_of_a_log_change_no_bit(seed, n):
    """A transaction delivered twice, or out of order, has the features it had; so have all others."""
    rng = np.random.default_rng(seed)
    log = make_log(rng, n, 4, 3, 60)
    index = rng.permutation(np.concatenate((np.arange(n), rng.integers(0, n, n // 3))))
    assert_same_bits(compute_features(rows(log, index, labels=True)), compute_features(log)[index])
    tried()


def test_an_empty_log_has_no_rows():
    """And still all columns."""
    log = make_log(np.random.default_rng(0), 5, 1, 1, 1)
    assert compute_features(rows(log, np.arange(0), labels=True)).shape == (0, len(engine.FEATURE_NAMES))
