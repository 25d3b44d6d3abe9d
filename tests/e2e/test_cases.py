"""One compromised card, from the stream to people: one case, few messages, and a queue that ends when it is told."""

import email
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.cases_table import CasesTable
from fraudstream.cases import snooze
from fraudstream.contract import Case

from local.alert_queue import AlertQueue
from local.deployed import Deployed, deployed_stack
from tests.samples import label, transaction

pytestmark = pytest.mark.e2e
CARD, FRAUDS = "card_compromised", 40
Value = TypeVar("Value")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A stack that tells analysts by mail, and chat channels."""
    settings = {"AlertEmail": "analysts@example.com", "ChatAlerts": "true"}
    with deployed_stack(tmp_path_factory.mktemp("stack"), **settings) as stack:
        yield stack


@pytest.fixture(scope="module")
def listening(deployed: Deployed) -> dict[str, AlertQueue]:
    """Queues that take every alert, and everything told to chat channels."""
    sqs, sns = deployed.client("sqs"), deployed.client("sns")
    return {name: AlertQueue(sqs, sns, deployed.outputs[name]) for name in ("AlertTopicArn", "ChatTopicArn")}


@pytest.fixture(scope="module")
def told(deployed: Deployed, listening: dict[str, AlertQueue]) -> dict[str, list[dict[str, Any]]]:
    """What came of forty transactions of one card, in four batches; before the first model all of them are reviewed."""
    for start in range(0, FRAUDS, 10):
        put(deployed, [transaction_of(number) for number in range(start, start + 10)])
        wait_for(lambda done=start + 10: (found := case_of(deployed)) and found.count == done)
    machines: list[dict[str, Any]] = []
    wait_for(lambda: machines.extend(listening["AlertTopicArn"].poll()) or len(machines) >= FRAUDS)
    return {"machines": machines, "chats": list(listening["ChatTopicArn"].poll())}


def transaction_of(number: int, card_id: str = CARD) -> dict[str, object]:
    """A payment that happens now, at a place whose name would be a link and a mention."""
    return transaction(
        number,
        transaction_id=f"{card_id}-{number}",
        card_id=card_id,
        event_time=moment(),
        merchant_city="<!channel> http://pay.example",
        amount_minor=999_00 + number,
    )


def moment() -> str:
    """Now, as the contract writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def put(deployed: Deployed, payloads: list[dict[str, object]]) -> None:
    """Put records on the stream."""
    records = [{"Data": json.dumps(each).encode(), "PartitionKey": str(each["card_id"])} for each in payloads]
    deployed.client("kinesis").put_records(StreamName=deployed.outputs["TransactionStreamName"], Records=records)


def wait_for(look: Callable[[], Value], seconds: float = 60) -> Value:
    """Look until there is something, and return it."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)
    return found


def table(deployed: Deployed) -> CasesTable:
    """The table as any program has it."""
    return CasesTable(deployed.client("dynamodb"), deployed.outputs["CasesTableName"], Calls(1))


def case_of(deployed: Deployed, card_id: str = CARD) -> Case | None:
    """A card's case."""
    stored = table(deployed).load([card_id]).get(card_id)
    return stored.case if stored else None


def mails(deployed: Deployed) -> list[email.message.EmailMessage]:
    """The mails that were sent."""
    files = Path(deployed.stack.paths.state, "aws", "mail").glob("*.eml")
    return [email.message_from_bytes(file.read_bytes(), policy=default) for file in sorted(files)]


def test_forty_flagged_transactions_of_a_card_are_one_case(deployed, told):
    """It waits in the queue, by risk and by age, with every transaction in it."""
    case = case_of(deployed)
    assert (case.count, len(case.transactions), case.is_open) == (FRAUDS, FRAUDS, True)
    assert case.amounts == {"EUR": sum(999_00 + number for number in range(FRAUDS))}
    for order in ("risk", "age"):
        page = table(deployed).queue(order, 10)
        assert [(each.card_id, each.count) for each in page.cases] == [(CARD, FRAUDS)]


def test_machines_get_every_alert_and_people_five_messages(deployed, told):
    """Opened once, and worse at 5, 10, 20 and 40: by mail in words, in chat as a notification, to machines as JSON."""
    events = Counter(alert["case"]["event"] for alert in told["machines"])
    assert events == {"opened": 1, "escalated": 4, "updated": 35}
    assert {alert["case"]["sequence"] for alert in told["machines"]} == set(range(1, FRAUDS + 1))
    sent = wait_for(lambda: found if len(found := mails(deployed)) >= 5 else None)
    assert len(sent) == len(told["chats"]) == 5
    assert {mail["To"] for mail in sent} == {"analysts@example.com"}
    assert {chat["source"] for chat in told["chats"]} == {"custom"}
    assert {chat["metadata"]["eventType"] for chat in told["chats"]} == {"opened", "escalated"}
    assert len({chat["metadata"]["threadId"] for chat in told["chats"]}) == 1


def test_what_people_read_is_plain_language_in_which_nothing_can_be_clicked(deployed, told):
    """The name of a place that somebody else chose stays a name."""
    [mail] = [each for each in mails(deployed) if each["Subject"].startswith("Review: 999.00 EUR")]
    text = mail.get_content()
    for words in ("A payment needs a look: 999.00 EUR", "Why it stands out:", "What to do next:", "A new case begins"):
        assert words in text
    assert "http://pay.example" not in text
    assert all("<!channel>" not in json.dumps(chat) for chat in told["chats"])


def test_a_snoozed_card_is_in_the_queue_and_nobody_is_told(deployed, told, listening):
    """Decision and case go on; the metric counts what is held back."""
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    now_ms = round(time.time() * 1000)
    assert snooze(table(deployed), CARD, until, now_ms=now_ms, pause=lambda _: None).snoozed_until == until
    put(deployed, [transaction_of(FRAUDS)])
    wait_for(lambda: case_of(deployed).count == FRAUDS + 1)
    put(deployed, [transaction_of(0, "card_other")])
    names = []
    wait_for(lambda: names.extend(alert["alert_id"] for alert in listening["AlertTopicArn"].poll()) or names)
    assert names == ["card_other-0"]


def test_what_is_disposed_of_leaves_the_queue(deployed, told):
    """Labels close the case, from whatever source; what was found stands beside each transaction."""
    case = case_of(deployed)
    put(
        deployed,
        [
            label(
                transaction_id=t.transaction_id,
                card_id=CARD,
                event_time=t.event_time,
                label_time=moment(),
                source="analyst",
            )
            for t in case.transactions
        ],
    )
    closed = wait_for(lambda: None if (found := case_of(deployed)).is_open else found)
    assert {t.disposition.source for t in closed.transactions} == {"analyst"}
    assert CARD not in {each.card_id for each in table(deployed).queue("age", 10).cases}
