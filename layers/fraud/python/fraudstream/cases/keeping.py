"""Keeping cases against other writers: conditional on the version read, merged again where another was faster."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from fraudstream.cases.merging import disposition_of, flagged, merge
from fraudstream.contract import Case, CaseTransaction, Disposition, Label
from fraudstream.errors import StoreUnavailableError
from fraudstream.ports import Cases
from fraudstream.settling import Standing

MAX_ROUNDS = 12


@dataclass(slots=True)
class _News:
    """What a batch knows of one card: flagged transactions, and what transactions turned out to be."""

    added: list[CaseTransaction] = field(default_factory=list)
    found: list[tuple[str, Disposition]] = field(default_factory=list)


def keep(
    cases: Cases, standing: Sequence[Standing], labels: Sequence[Label], *, now_ms: int, pause: Callable[[int], None]
) -> dict[str, Case]:
    """Put flagged transactions into the cases of their cards, and note labels on them; return the cases by card.

    Cards with neither cost nothing, and a case in which nothing changes is not written: a retry finds its work done.

    Raises
    ------
    StoreUnavailableError
        Where some case is still contended after `MAX_ROUNDS` rounds: the batch is delivered again.
    """
    return _update(cases, _news(standing, labels), now_ms=now_ms, pause=pause)


def snooze(cases: Cases, card_id: str, until: str | None, *, now_ms: int, pause: Callable[[int], None]) -> Case | None:
    """Hold back messages about a card until a moment in the canonical form; None: no longer.

    Returns
    -------
    Case | None
        The card's case; None where it never had one, so that there is nothing to hold back.
    """
    for round_number in range(MAX_ROUNDS):
        stored = cases.load([card_id]).get(card_id)
        if stored is None:
            return None
        case = replace(stored.case, snoozed_until=until)
        if case == stored.case or not cases.save([case], {card_id: stored.version}, now_ms):
            return case
        pause(round_number)
    raise StoreUnavailableError(f"a case was still contended after {MAX_ROUNDS} rounds")


def _news(standing: Sequence[Standing], labels: Sequence[Label]) -> dict[str, _News]:
    news: defaultdict[str, _News] = defaultdict(_News)
    for each in standing:
        decision = each.record.decision
        if decision.decision != "approve":
            news[decision.card_id].added.append(flagged(decision))
            if each.record.disposition is not None:
                news[decision.card_id].found.append((decision.transaction_id, each.record.disposition))
    for label in labels:
        news[label.card_id].found.append((label.transaction_id, disposition_of(label)))
    return news


def _update(cases: Cases, news: Mapping[str, _News], *, now_ms: int, pause: Callable[[int], None]) -> dict[str, Case]:
    kept: dict[str, Case] = {}
    waiting = list(news)
    for round_number in range(MAX_ROUNDS):
        if not waiting:
            return kept
        stored = cases.load(waiting)
        changed: list[Case] = []
        for card_id in waiting:
            before = stored[card_id].case if card_id in stored else None
            case = merge(before, card_id, news[card_id].added, news[card_id].found)
            if case is not None:
                kept[card_id] = case
                if case is not before:
                    changed.append(case)
        versions = {card_id: each.version for card_id, each in stored.items()}
        waiting = cases.save(changed, versions, now_ms) if changed else []
        if waiting:
            pause(round_number)
    raise StoreUnavailableError(f"{len(waiting)} cases were still contended after {MAX_ROUNDS} rounds")
