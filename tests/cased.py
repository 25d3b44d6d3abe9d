"""Alerts of transactions that stand by themselves: each card's case is made of them and nothing before."""

from collections import defaultdict
from collections.abc import Sequence

from fraudstream.alerting import alerts_for
from fraudstream.cases import flagged, merge
from fraudstream.contract import Alert, Case, CaseTransaction
from fraudstream.settling import Standing

from tests.samples import NOW_MS


def cases_of(standing: Sequence[Standing]) -> dict[str, Case]:
    """Return the case of each card."""
    added: defaultdict[str, list[CaseTransaction]] = defaultdict(list)
    for decision in (each.record.decision for each in standing):
        if decision.decision != "approve":
            added[decision.card_id].append(flagged(decision))
    cases = {card_id: merge(None, card_id, some, []) for card_id, some in added.items()}
    return {card_id: case for card_id, case in cases.items() if case is not None}


def alerts_of(standing: Sequence[Standing], console_url: str | None = None) -> list[tuple[str, Alert]]:
    """Return the alerts with their subject lines."""
    return list(alerts_for(standing, cases_of(standing), now_ms=NOW_MS, console_url=console_url).alerts)
