"""What must hold of cases: they are the fold of flagged decisions and labels, and the queue holds what waits."""

import json
from collections import defaultdict
from typing import Any

import msgspec
from fraudstream.cases import MOST_LISTED, risk
from fraudstream.contract import Case

from tests.reliability.world import World

Item = dict[str, Any]


def check_cases(world: World) -> None:
    """14. Each case is the union of its card's flagged decisions with their labels; the queue holds what waits."""
    flagged: dict[str, dict[str, Item]] = defaultdict(dict)
    for name, item in world.items("Decisions").items():
        if item["decision"] != "approve":
            flagged[item["card_id"]][name] = item
    items = world.items("Cases")
    assert set(items) == set(flagged), f"cases are not of the flagged cards: {set(items) ^ set(flagged)}"
    for card_id, item in items.items():
        case = msgspec.json.decode(item["case"], type=Case)
        _check_case(case, flagged[card_id])
        assert item.get("queue") == ("open" if case.is_open else None), f"{card_id} waits and is not in the queue"
        assert (float(item["risk"]), item["opened_at"]) == (risk(case), case.opened_at), f"{card_id} has another place"
    _check_messages(world)


def case_state(world: World) -> dict[str, Any]:
    """Return what must come out the same of each case: what waits in it.

    Where a case was disposed of between two of its transactions, the second one opens a case of its own if they came
    in batches of their own: which case it is in depends on how batches were cut, that it waits does not.
    """
    cases = [msgspec.json.decode(item["case"], type=Case) for item in world.items("Cases").values()]
    return {
        case.card_id: sorted((t.transaction_id, t.decision) for t in case.transactions if t.disposition is None)
        for case in cases
    }


def _check_case(case: Case, flagged: dict[str, Item]) -> None:
    listed = {t.transaction_id: t for t in case.transactions}
    assert set(listed) <= set(flagged), f"{case.case_id} lists what is not flagged"
    waiting = {name for name, item in flagged.items() if not item["label_time"]}
    if len(flagged) <= MOST_LISTED:
        assert waiting <= set(listed), f"{case.case_id} lost sight of {waiting - set(listed)}"
        if len(waiting) == len(flagged):
            assert (set(listed), case.count) == (set(flagged), len(flagged)), (
                f"{case.case_id} is not its card's flagged"
            )
    for name, transaction in listed.items():
        item, found = flagged[name], transaction.disposition
        said = (found.label, found.label_time, found.source) if found else (None, "", None)
        assert said == (item.get("label"), item["label_time"], item.get("label_source")), f"{name} has another label"
        assert (transaction.decision, transaction.decided_at) == (item["decision"], item["decided_at"])
    assert len({t.sequence for t in case.transactions}) == len(listed), f"two of {case.case_id} have one place"
    assert [m.event for m in case.milestones].count("opened") == 1, f"{case.case_id} was not opened once"


def _check_messages(world: World) -> None:
    """Check that copies of an alert say the same of its case, and that chats got what opened it or made it worse."""
    said: dict[str, set[tuple[str, str, int]]] = defaultdict(set)
    for message in world.alerts:
        alert = json.loads(message.text)
        case = alert["case"]
        assert message.attributes["event"] == case["event"]
        assert "email" in message.by_protocol
        said[alert["alert_id"]].add((case["case_id"], case["event"], case["sequence"]))
    torn = {name: each for name, each in said.items() if len(each) > 1}
    assert not torn, f"copies of an alert differ: {torn}"
    loud = {name for name, each in said.items() for _, event, _ in each if event != "updated"}
    assert {json.loads(message.text)["id"] for message in world.chats} == loud, "chats are not of what matters"
