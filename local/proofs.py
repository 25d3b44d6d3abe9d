"""What must hold after any stream, checked against what the system itself holds.

Each check takes plain values, so that the demo and the end-to-end tests prove the same things, and returns a `Proof`:
never a bare boolean, because a check over nothing proves nothing and must be seen to.
"""

import json
import struct
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_ROWS_A_CALL = 2_000
_EXAMPLES = 3
_FATES = ("decided", "duplicates", "quarantined", "unresolved", "contradictory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A statement about the system, whether it holds, over how many cases, and what was found."""

    claim: str
    holds: bool
    cases: int
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the records sent, each seen by itself, under the shard and sequence number it was given.

    Attributes
    ----------
    decided
        Records that a decision names as its source.
    duplicates
        Records whose transaction was decided from another record with the same bytes.
    quarantined
        Records that lie in quarantine.
    unresolved, contradictory
        Records that are none of these, or more than one.
    """

    sent: int
    decided: int
    duplicates: int
    quarantined: int
    unresolved: int
    contradictory: int


def account_for(
    sent: Mapping[str, tuple[str, bytes]], *, decided_from: Mapping[str, str], quarantined: Collection[str]
) -> Account:
    """Say of every record sent what the system made of it.

    Parameters
    ----------
    sent
        Transaction id (empty where the bytes hold none) and bytes of each record, by its source `shard:number`.
    decided_from
        The source of each stored decision, by transaction id.
    quarantined
        Sources of the records in quarantine.
    """
    counts: Counter[str] = Counter()
    for source, (transaction_id, data) in sent.items():
        origin = decided_from.get(transaction_id)
        first = sent.get(origin) if origin is not None else None
        kinds = [
            kind
            for kind, holds in (
                ("decided", origin == source),
                ("duplicates", origin != source and first is not None and first[1] == data),
                ("quarantined", source in quarantined),
            )
            if holds
        ]
        counts[kinds[0] if len(kinds) == 1 else "contradictory" if kinds else "unresolved"] += 1
    return Account(sent=len(sent), **{name: counts[name] for name in _FATES})


def accounting(account: Account) -> Proof:
    """Check that every record sent was decided, recognised as a repeat, or quarantined, and only one of these."""
    total = account.decided + account.duplicates + account.quarantined
    return Proof(
        claim="sent = decided + duplicates + quarantined",
        holds=account.sent == total > 0 and not account.unresolved and not account.contradictory,
        cases=account.sent,
        found=f"{account.sent} sent, {account.decided} + {account.duplicates} + {account.quarantined} = {total}",
    )


def alerts_are_decided(alerts: Mapping[str, str], *, table: Mapping[str, str], archived: Mapping[str, str]) -> Proof:
    """Check that every alert has its decision in the table and its line in the archive, and that all three agree.

    Parameters
    ----------
    alerts, table, archived
        The decision of each transaction, by its id.
    """
    wrong = [name for name, decision in alerts.items() if not decision == table.get(name) == archived.get(name)]
    wrong += [name for name, decision in table.items() if decision != "approve" and name not in alerts]
    claim = "every alert has its decision and archive line, every flagged decision its alert"
    return _without(claim, alerts.keys() | table.keys(), wrong)


def decisions_are_archived(table: Mapping[str, str], archived: Mapping[str, str]) -> Proof:
    """Check that the table and the archive hold the same transactions, with the same decisions."""
    names = table.keys() | archived.keys()
    wrong = [name for name in names if table.get(name) != archived.get(name)]
    return _without("the table and the archive hold the same decisions", names, wrong)


def archive_is_faithful(sent: Mapping[str, bytes], archived: Mapping[str, Mapping[str, Any]]) -> Proof:
    """Check that the archive holds each transaction as it was sent, with the fields the contract does not know.

    Parameters
    ----------
    sent
        Bytes of the record each decision was made from, by transaction id.
    archived
        The archived transaction, by its id.
    """
    wrong = [name for name, data in sent.items() if json.loads(data) != archived.get(name)]
    return _without("the archive holds every transaction as it was sent, unknown fields too", sent, wrong)


def scores_are_reproducible(
    features: Mapping[str, Sequence[float | None]],
    scores: Mapping[str, float],
    endpoint: Callable[[list[Sequence[float | None]]], Sequence[float]],
) -> Proof:
    """Check that the endpoint, given the archived features again, answers the scores in the table to the bit.

    Parameters
    ----------
    features
        As archived, by transaction id; None is missing.
    scores
        From the table, for transactions that the endpoint scored.
    endpoint
        Scores rows.
    """
    names = sorted(scores)
    wrong = [name for name in names if name not in features]
    names = [name for name in names if name in features]
    for start in range(0, len(names), _ROWS_A_CALL):
        part = names[start : start + _ROWS_A_CALL]
        again = endpoint([features[name] for name in part])
        wrong += [name for name, score in zip(part, again, strict=True) if _bits(score) != _bits(scores[name])]
    return _without("scores equal the endpoint's for the archived features, to the bit", scores, wrong)


def histories_equal_replay(stored: Mapping[str, bytes], replayed: Mapping[str, bytes]) -> Proof:
    """Check that the histories in the table are, byte for byte and none more, what a replay of everything gives."""
    names = stored.keys() | replayed.keys()
    wrong = [name for name in names if stored.get(name) != replayed.get(name)]
    return _without("histories equal a replay of the raw history and the archive", names, wrong)


def is_nowhere(secret: str, places: Iterable[tuple[str, bytes]]) -> Proof:
    """Check that a text is in none of the places.

    Parameters
    ----------
    places
        Name and content of everything the system has written.
    """
    searched, found = 0, []
    for name, content in places:
        searched += 1
        if secret.encode() in content:
            found.append(name)
    return _without("the refused card number is in no table, object, alert or log", range(searched), found)


def csv_rows(rows: Iterable[Sequence[float | None]], schema_hash: str) -> bytes:
    """Return rows of features as the endpoint takes them: a schema line, then float32 values, `nan` for missing."""
    lines = [f"#schema={schema_hash},explain=0"]
    lines += [",".join("nan" if value is None else repr(value) for value in row) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def _without(claim: str, cases: Collection[Any], wrong: Sequence[str]) -> Proof:
    examples = f", such as {', '.join(sorted(wrong)[:_EXAMPLES])}" if wrong else ""
    return Proof(
        claim=claim,
        holds=not wrong and len(cases) > 0,
        cases=len(cases),
        found=f"{len(wrong)} of {len(cases)} wrong{examples}" if cases else "there was nothing to check",
    )


def _bits(score: float) -> bytes:
    return struct.pack("<d", score)
