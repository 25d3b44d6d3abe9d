"""The proofs hold where the system is right, and fail on each thing that could be wrong with it."""

import numpy as np
import pytest

from local.proofs import (
    account_for,
    accounting,
    alerts_are_decided,
    archive_is_faithful,
    csv_rows,
    decisions_are_archived,
    histories_equal_replay,
    is_nowhere,
    scores_are_reproducible,
)

SENT = {
    "s:1": ("t1", b"one"),
    "s:2": ("t1", b"one"),
    "s:3": ("", b"garbage"),
    "s:4": ("t2", b"two"),
}


def test_account_knows_the_first_from_the_repeat() -> None:
    """Of two equal records the one that the decision names is decided, the other a duplicate."""
    account = account_for(SENT, decided_from={"t1": "s:1", "t2": "s:4"}, quarantined={"s:3"})
    assert (account.decided, account.duplicates, account.quarantined) == (2, 1, 1)
    assert accounting(account).holds


def test_record_that_nobody_has_seen_is_unresolved() -> None:
    """A transaction without a decision breaks the account."""
    account = account_for(SENT, decided_from={"t1": "s:1"}, quarantined={"s:3"})
    assert account.unresolved == 1
    assert not accounting(account).holds


def test_record_both_decided_and_quarantined_is_a_contradiction() -> None:
    """A record may have one fate only."""
    account = account_for(SENT, decided_from={"t1": "s:1", "t2": "s:4"}, quarantined={"s:3", "s:4"})
    assert account.contradictory == 1
    assert not accounting(account).holds


def test_other_bytes_under_a_decided_id_are_no_duplicate() -> None:
    """Only the same bytes are a repeat; another payload must be in quarantine."""
    sent = SENT | {"s:5": ("t1", b"other")}
    account = account_for(sent, decided_from={"t1": "s:1", "t2": "s:4"}, quarantined={"s:3"})
    assert (account.duplicates, account.unresolved) == (1, 1)


def test_nothing_sent_proves_nothing() -> None:
    """An empty account does not hold."""
    assert not accounting(account_for({}, decided_from={}, quarantined=set())).holds


@pytest.mark.parametrize(
    ("alerts", "table", "archived"),
    [
        ({"t": "block"}, {}, {"t": "block"}),
        ({"t": "block"}, {"t": "block"}, {}),
        ({"t": "block"}, {"t": "review"}, {"t": "block"}),
        ({"t": "block"}, {"t": "block", "u": "review"}, {"t": "block", "u": "review"}),
        ({}, {}, {}),
    ],
    ids=["no decision", "no archive line", "another decision", "flagged without alert", "nothing to check"],
)
def test_alert_without_its_traces_fails(alerts, table, archived) -> None:
    """Each missing or contradicting trace of an alert fails the proof."""
    assert not alerts_are_decided(alerts, table=table, archived=archived).holds


def test_alerts_with_all_their_traces_hold() -> None:
    """An approval needs no alert."""
    decisions = {"t": "block", "u": "approve"}
    assert alerts_are_decided({"t": "block"}, table=decisions, archived=decisions).holds


def test_stream_of_approvals_needs_no_alert() -> None:
    """Where nothing was flagged, no alert is right."""
    decisions = {"t": "approve"}
    assert alerts_are_decided({}, table=decisions, archived=decisions).holds


def test_decision_missing_in_the_archive_fails() -> None:
    """Table and archive must agree in both directions."""
    assert decisions_are_archived({"t": "approve"}, {"t": "approve"}).holds
    assert not decisions_are_archived({"t": "approve"}, {}).holds
    assert not decisions_are_archived({}, {"t": "approve"}).holds


def test_archive_that_lost_or_changed_a_field_fails() -> None:
    """The archived transaction is the one that was sent, field for field, known to the contract or not."""
    sent = {"t": b'{"transaction_id":"t","loyalty_tier":"gold"}'}
    whole = {"transaction_id": "t", "loyalty_tier": "gold"}
    assert archive_is_faithful(sent, {"t": whole}).holds
    assert not archive_is_faithful(sent, {"t": {"transaction_id": "t"}}).holds
    assert not archive_is_faithful(sent, {"t": whole | {"loyalty_tier": "silver"}}).holds
    assert not archive_is_faithful(sent, {}).holds


def test_score_off_by_one_bit_fails() -> None:
    """The smallest possible difference of a score is a difference."""
    features, score = {"t": [1.0, None]}, 0.1
    assert scores_are_reproducible(features, {"t": score}, lambda _: [score]).holds
    assert not scores_are_reproducible(features, {"t": float(np.nextafter(score, 1))}, lambda _: [score]).holds


def test_score_without_archived_features_fails() -> None:
    """A score that cannot be asked for again is not reproducible."""
    proof = scores_are_reproducible({}, {"t": 0.5}, lambda rows: [0.5] * len(rows))
    assert not proof.holds
    assert "t" in proof.found


def test_scores_are_asked_for_in_order_and_in_parts() -> None:
    """Every row is asked for once, in calls of at most 2,000."""
    features = {f"t{i:04d}": [float(i)] for i in range(5_000)}
    scores = {name: row[0] / 5_000 for name, row in features.items()}
    calls: list[int] = []

    def endpoint(rows):
        calls.append(len(rows))
        return [row[0] / 5_000 for row in rows]

    assert scores_are_reproducible(features, scores, endpoint).holds
    assert calls == [2_000, 2_000, 1_000]


@pytest.mark.parametrize("stored", [{}, {"card#1": b"b"}, {"card#1": b"a", "card#2": b"a"}])
def test_history_that_differs_from_the_replay_fails(stored) -> None:
    """A missing, different or additional history fails."""
    assert histories_equal_replay({"card#1": b"a"}, {"card#1": b"a"}).holds
    assert not histories_equal_replay(stored, {"card#1": b"a"}).holds


def test_secret_found_anywhere_fails_and_names_the_place() -> None:
    """The place is named, the secret is not."""
    proof = is_nowhere("4111", [("log one", b"nothing"), ("log two", b"card 4111")])
    assert not proof.holds
    assert "log two" in proof.found
    assert "4111" not in proof.found


def test_features_travel_as_text_without_losing_a_bit() -> None:
    """A float32 written as the endpoint's CSV reads back as the same bits; missing is nan."""
    values = np.array([0.1, 1e-30, 16_777_217, np.pi], dtype=np.float32)
    body = csv_rows([[*values.astype(float).tolist(), None]], "abc").decode()
    head, row = body.splitlines()
    assert head == "#schema=abc,explain=0"
    assert row.endswith(",nan")
    assert np.array(row.split(",")[:-1], dtype=np.float32).tobytes() == values.tobytes()
