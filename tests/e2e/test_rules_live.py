"""The live policy over the whole stack: a published list decides, garbage in its place changes nothing and is told."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fraudstream.adapters.rules_bucket import RulesBucket
from fraudstream.policy.published import LIVE_KEY
from fraudstream.policy.publishing import Change, publish, republish

from operate.rules.command import DEFAULT_FILE
from operate.rules.reading import read_rules_text
from tests.e2e.conftest import Deployed
from tests.reliability.proof import proves

pytestmark = pytest.mark.e2e
CARD = "card_stolen"
VERSION = "with-a-deny-list"
_SEEN_WITHIN_SECONDS = 45
"""A second between two looks here, what a batch takes, and patience."""


class Story:
    """One stack, and transactions of one card, one after the other."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self.bucket = RulesBucket(deployed.client("s3"), deployed.outputs["ModelsBucketName"])
        self.sent = 0

    def look_often(self) -> None:
        """Have the scoring function ask for a newer policy every second rather than every half minute."""
        functions, name = self.deployed.client("lambda"), f"{self.deployed.stack_name}-score-transactions"
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        changed = {"Variables": variables | {"RULES_REFRESH_SECONDS": "1"}}
        functions.update_function_configuration(FunctionName=name, Environment=changed)

    def decide(self) -> dict[str, Any]:
        """Send a transaction through the stream; return its decision's item."""
        self.sent += 1
        name = f"rules-{self.sent}"
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        payload = {"schema_version": 1, "transaction_id": name, "event_time": now, "card_id": CARD}
        payload |= {"terminal_id": "terminal_1", "amount_minor": 1999, "currency": "EUR"}
        self.deployed.client("kinesis").put_record(
            StreamName=self.deployed.outputs["TransactionStreamName"], PartitionKey=CARD, Data=json.dumps(payload)
        )
        key = {"transaction_id": {"S": name}}
        table = self.deployed.outputs["DecisionsTableName"]
        item = eventually(lambda: self.deployed.client("dynamodb").get_item(TableName=table, Key=key).get("Item"))
        return {attribute: next(iter(value.values())) for attribute, value in item.items()}

    def refused(self) -> float:
        """Return how many looks at a refused document were counted."""
        now = datetime.now(UTC)
        answer = self.deployed.client("cloudwatch").get_metric_statistics(
            Namespace="Fraudstream",
            MetricName="RulesRefused",
            Dimensions=[{"Name": "service", "Value": "score_transactions"}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in answer["Datapoints"])


def eventually(found: Callable[[], Any]) -> Any:
    """Ask until there is an answer."""
    deadline = time.monotonic() + _SEEN_WITHIN_SECONDS
    while not (answer := found()):
        assert time.monotonic() < deadline, "nothing came of it in time"
        time.sleep(0.5)
    return answer


def change(why: str) -> Change:
    """A publication by a test."""
    return Change(
        author="test", at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"), why=why
    )


@proves(faults=[23])
def test_a_published_list_decides_and_garbage_in_its_place_is_told_and_changes_nothing(deployed):
    """The next transaction of a listed card is blocked; the last good policy outlives what somebody puts there."""
    story = Story(deployed)
    story.look_often()
    assert story.decide()["decision"] == "review", "nothing is known of the card, and no model scores"
    text = DEFAULT_FILE.read_text().replace("version: 2026-11-24.1", f"version: {VERSION}")
    text = text.replace("    entries: []", f"    entries: [{CARD}]", 1)
    publish(story.bucket, read_rules_text(text), change("the card was reported stolen"))
    blocked = eventually(lambda: item if (item := story.decide())["rules_version"] == VERSION else None)
    assert blocked["decision"] == "block"
    assert "blocked_cards" in json.loads(blocked["rules_fired"])

    standing = story.bucket.live()
    story.bucket.client.put_object(Bucket=story.bucket.name, Key=LIVE_KEY, Body=b'{"policy": {"version": "')
    assert story.refused() == 0
    eventually(lambda: story.decide()["rules_version"] == VERSION and story.refused())
    still = story.decide()
    assert (still["decision"], still["rules_version"]) == ("block", VERSION)

    story.bucket.client.put_object(Bucket=story.bucket.name, Key=LIVE_KEY, Body=standing.body)
    other = text.replace(f"version: {VERSION}", "version: taken-off").replace(f"[{CARD}]", "[]")
    publish(story.bucket, read_rules_text(other), change("it was found"))
    republish(story.bucket, VERSION, change("no, it was not"))
    assert [entry.version for entry in story.bucket.log()] == [VERSION, "taken-off", VERSION]
    said = command(deployed, "log")
    assert f"{VERSION}, in place of taken-off" in said
    assert f"- list blocked_cards: 1 entry ({CARD})" in said
    published = command(deployed, "publish", str(DEFAULT_FILE), "--why", "as it ships")
    assert "version 2026-11-24.1 is live, by arn:aws:" in published


def command(deployed: Deployed, *arguments: str) -> str:
    """What the command line says, asked as people do."""
    environment = os.environ | dict(deployed.stack.info.environment)
    ran = [sys.executable, "-m", "operate", "rules", "--stack", deployed.stack_name, *arguments]
    done = subprocess.run(
        ran, env=environment, cwd=DEFAULT_FILE.parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
