"""Poison at every position of a batch: it harms nobody but itself."""

import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from fraudstream.contract import Rejected, RejectReason, decode_record, mask_card_numbers
from fraudstream.outcome import Outcome
from fraudstream.pipeline import Pipeline
from fraudstream.records import Record

from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS, label, records, transaction
from tests.unit.test_contract_rejects import BOUNDS, CASES
from tests.unit.test_pipeline import archived, build, quarantined

DECIDED_BEFORE = transaction(90, card_id="card_z", terminal_id="terminal_z")
CONFLICTS = (
    transaction(90, card_id="card_z", terminal_id="terminal_z", amount_minor=1),
    transaction(90, card_id="card_y", terminal_id="terminal_y"),
    transaction(90, card_id="card_z", terminal_id="terminal_z", unknown="field"),
)
SOUND = (
    transaction(1),
    transaction(2, amount_minor=5_000_000, card_id="card_b"),
    transaction(1),
    label(1),
    transaction(3, terminal_id="terminal_b"),
    transaction(4, amount_minor=2_000_000, loyalty_tier="gold"),
)
"""To approve, to block, a repeat, a label, another terminal, a field the contract does not know."""


def poison(reason: RejectReason) -> list[bytes]:
    """Every bytes of the corpus that is refused for a reason."""
    payloads = CONFLICTS if reason is RejectReason.ID_CONFLICT else [p for r, p in CASES if r is reason]
    return [p if isinstance(p, bytes) else json.dumps(p).encode() for p in payloads]


def ready() -> Pipeline:
    """A pipeline that has decided one transaction."""
    pipeline = replace(build(), bounds=BOUNDS)
    pipeline.run(records([DECIDED_BEFORE], first=1, arrived_at_ms=NOW_MS), NOW_MS)
    pipeline.archive.objects.clear()
    return pipeline


def numbered(payloads: Sequence[object], *, poison: bytes | None = None, at: int = 0) -> list[Record]:
    """A batch in which every payload has the same sequence number, whether there is poison among them or not."""
    batch = [records([p], first=10 * n, arrived_at_ms=NOW_MS)[0] for n, p in enumerate(payloads, 1)]
    if poison is not None:
        batch[at:at] = records([poison], first=10 * at + 5, arrived_at_ms=NOW_MS)
    return batch


def effects(pipeline: Pipeline) -> dict[str, Any]:
    """What a batch leaves behind, the quarantine aside. Archive lines without the name of their object."""
    return {
        "decisions": pipeline.decisions.items,
        "labels": pipeline.decisions.labels,
        "histories": pipeline.histories.items,
        "archive": archived(pipeline),
        "alerts": pipeline.alerts.published,
    }


@pytest.fixture(scope="module")
def undisturbed() -> tuple[dict[str, Any], Outcome]:
    """The sound records alone."""
    pipeline = ready()
    outcome = pipeline.run(numbered(SOUND), NOW_MS)
    assert (outcome.decided, outcome.duplicates, outcome.labels, outcome.quarantined) == (4, 1, 1, 0)
    return effects(pipeline), outcome


@proves(faults=[4, 6, 21, 22], invariants=[2, 3, 8])
@pytest.mark.parametrize("reason", list(RejectReason), ids=str)
def test_poison_at_any_position_changes_nothing_for_the_others(undisturbed, reason):
    """Decisions to the bit, labels, histories, archive and alerts are those of the batch without it."""
    expected, counts = undisturbed
    for data in poison(reason):
        for position in range(len(SOUND) + 1):
            pipeline = ready()
            outcome = pipeline.run(numbered(SOUND, poison=data, at=position), NOW_MS)
            assert effects(pipeline) == expected, (data[:200], position)
            assert (outcome.decided, outcome.duplicates) == (counts.decided, counts.duplicates)
            assert outcome.unprocessed is None
            assert outcome.by_reason == {reason: 1}
            tried()


@proves(faults=[6, 10, 22], invariants=[2, 11])
@pytest.mark.parametrize("reason", list(RejectReason), ids=str)
def test_poison_is_quarantined_once_with_its_reason_and_its_bytes(reason):
    """One line, under the record's own shard and sequence number; card numbers in it are masked, nothing else."""
    for data in poison(reason):
        pipeline = ready()
        batch = numbered(SOUND, poison=data, at=3)
        for _ in range(2):
            pipeline.run(batch, NOW_MS)
        [line] = quarantined(pipeline)
        assert (line["stream"], line["shard_id"]) == (batch[3].stream, batch[3].shard_id)
        assert (line["sequence_number"], line["reason"]) == (batch[3].sequence_number, str(reason))
        assert line["detail"]
        kept = b64decode(line["data_base64"])
        if reason is RejectReason.TOO_LARGE:
            assert data.startswith(kept)
            assert len(kept) > 10_000
        else:
            assert kept == mask_card_numbers(data)
        tried()


@proves(faults=[4, 6], invariants=[1, 2, 4])
def test_a_conflict_of_the_same_card_and_terminal_enters_no_history():
    """Found out only when decisions are recorded, it may show in features of its own batch, and nowhere after that."""
    for position in range(len(SOUND) + 1):
        left = []
        for conflict in (None, transaction(90, amount_minor=7)):
            pipeline = replace(build(), bounds=BOUNDS)
            pipeline.run(records([transaction(90)], arrived_at_ms=NOW_MS), NOW_MS)
            data = None if conflict is None else json.dumps(conflict).encode()
            outcome = pipeline.run(numbered(SOUND, poison=data, at=position), NOW_MS)
            assert outcome.decided == 4
            left.append((pipeline.histories.items, pipeline.decisions.items.keys()))
        assert left[0] == left[1]
        assert [line["reason"] for line in quarantined(pipeline)] == ["id_conflict"]
        tried()


@proves(faults=[7], invariants=[2, 3])
def test_a_batch_of_every_poison_raises_nothing_and_writes_nothing_else():
    """All of it is in quarantine; no decision, history, archive line or alert appears."""
    corpus = [data for reason in RejectReason for data in poison(reason)]
    pipeline = ready()
    before = (dict(pipeline.decisions.items), dict(pipeline.histories.items))
    batch = records(corpus, first=100, arrived_at_ms=NOW_MS)
    outcome = pipeline.run(batch, NOW_MS)
    assert outcome.quarantined == len(corpus) == len(quarantined(pipeline))
    assert {line["sequence_number"] for line in quarantined(pipeline)} == {r.sequence_number for r in batch}
    assert (outcome.decided, outcome.duplicates, outcome.labels, outcome.alerts) == (0, 0, 0, 0)
    assert not archived(pipeline)
    assert not pipeline.alerts.published
    assert (pipeline.decisions.items, pipeline.histories.items) == before
    tried(len(corpus))


@proves(faults=[7])
@pytest.mark.parametrize("reason", [r for r in RejectReason if r is not RejectReason.ID_CONFLICT], ids=str)
def test_a_thousand_of_one_poison_are_a_normal_batch(reason):
    """Each is quarantined for its reason, and the model is not asked."""
    corpus = poison(reason)
    if reason is RejectReason.TOO_LARGE:
        corpus = [b"x" * (BOUNDS.max_record_bytes + 1)]
    pipeline = replace(build(), bounds=BOUNDS)
    batch = records([corpus[n % len(corpus)] for n in range(1_000)], arrived_at_ms=NOW_MS)
    outcome = pipeline.run(batch, NOW_MS)
    assert outcome.by_reason == {reason: 1_000}
    assert pipeline.scorer.calls == 0
    assert set(pipeline.quarantine.objects) == {next(iter(pipeline.quarantine.objects))}
    tried(1_000)


def test_the_corpus_is_refused_for_what_it_says():
    """The bytes above are what their reasons say, at the moment the batches arrive."""
    for reason in RejectReason:
        assert poison(reason), reason
        for data in poison(reason):
            decoded = decode_record(data, now_ms=NOW_MS, bounds=BOUNDS)
            if reason is not RejectReason.ID_CONFLICT:
                assert isinstance(decoded, Rejected)
                assert decoded.reason is reason
