"""The deployed, trained stack that all tests of the console share, and what they do to it beside the browser."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from local.demo import show_system
from local.demo_data import simulated
from local.deployed import Deployed, deployed_stack
from local.metric_history import backfill_rates
from local.screen import Screen
from local.waiting import wait_until
from tests.browser.policy import look_often, publish
from tests.samples import transaction

from archive import Archive, read_archive  # isort: skip

STREAMED = 1_500


@dataclass(frozen=True)
class Stage:
    """A stack with a model, decisions, cases, and people who may sign in.

    Attributes
    ----------
    deployed
        The stack, through AWS's own interfaces.
    """

    deployed: Deployed

    @property
    def console_origin(self) -> str:
        """Where browsers reach the console."""
        return str(self.deployed.stack.info.console_url).rstrip("/")

    @property
    def console(self) -> str:
        """Address of the console, ending with a slash."""
        return f"{self.console_origin}/"

    @property
    def issuer(self) -> str:
        """Origin of the page on which people say who they are."""
        return str(self.deployed.stack.info.issuer_url)

    def send(self, *transactions: dict[str, Any]) -> None:
        """Put transactions onto the stream, as a producer does."""
        records = [{"Data": json.dumps(one).encode(), "PartitionKey": one["card_id"]} for one in transactions]
        name = self.deployed.outputs["TransactionStreamName"]
        sent = self.deployed.client("kinesis").put_records(StreamName=name, Records=records)
        assert sent["FailedRecordCount"] == 0

    def decided(self, *transactions: dict[str, Any]) -> list[dict[str, Any]]:
        """Send transactions and return their decisions as the table has them, once it has."""
        self.send(*transactions)
        names = [one["transaction_id"] for one in transactions]
        return [self.eventually(lambda name=name: self.decision(name), f"a decision about {name}") for name in names]

    def decision(self, transaction_id: str) -> dict[str, Any] | None:
        """Return an item of the table of decisions, its texts only; None if there is none."""
        key, table = {"transaction_id": {"S": transaction_id}}, self.deployed.outputs["DecisionsTableName"]
        found = self.deployed.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return None if found is None else {name: value["S"] for name, value in found.items() if "S" in value}

    def flagged(self) -> dict[str, Any]:
        """Return the decision of a streamed transaction that the model flagged and gave reasons for."""
        table = self.deployed.outputs["DecisionsTableName"]
        items = self.deployed.client("dynamodb").scan(TableName=table)["Items"]
        scored = [item for item in items if item["decision"]["S"] != "approve" and item["scored_by"]["S"] == "endpoint"]
        found = max(scored, key=lambda item: (len(item["reasons"]["S"]), item["transaction_id"]["S"]))
        texts = {name: value["S"] for name, value in found.items() if "S" in value}
        return texts | {"fraud_score": found["fraud_score"]["N"], "reasons": json.loads(texts["reasons"])}

    def labelled(self, transaction_id: str) -> dict[str, Any]:
        """Return the item of a decision once it has a label."""
        return self.eventually(
            lambda: (found := self.decision(transaction_id)) and "label" in found and found,
            f"a label of {transaction_id}",
        )

    def archive(self, directory: Path) -> Archive:
        """Read the archive as the preparation of a training does, at this moment."""
        s3, bucket = self.deployed.client("s3"), self.deployed.outputs["ArchiveBucketName"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="archive/"):
            for entry in page.get("Contents", ()):
                path = directory / entry["Key"]
                path.parent.mkdir(parents=True, exist_ok=True)
                s3.download_file(bucket, entry["Key"], str(path))
        return read_archive(directory / "archive", int(time.time() * 1_000))

    @staticmethod
    def eventually(look: Any, what: str, seconds: float = 60) -> Any:
        """Return what is seen, once it is."""
        return wait_until(look, seconds, what=what)


def payment(name: str, **fields: Any) -> dict[str, Any]:
    """Return a payment that happens now, on a card of its own, at a terminal whose payments are all reviewed."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    usual = {"transaction_id": name, "event_time": now, "card_id": f"card_{name}", "terminal_id": f"review-{name}"}
    return transaction(1, **usual, amount_minor=41_250) | fields


@contextmanager
def staged(directory: Path) -> Iterator[Stage]:
    """Deploy, publish rules, train, stream, and measure drift, after a week of ordinary counts; a minute."""
    with deployed_stack(directory / "stack") as deployed:
        publish(deployed, directory, version="browser-tests.1", why="Payments at some terminals are always looked at")
        look_often(deployed)
        silent = Screen(console=Console(quiet=True))
        show_system(deployed.client, deployed.outputs, simulated(transactions=STREAMED, seed=11), silent)
        now = datetime.now(UTC)
        ordinary = {"decided": 1_500, "alert_share": 0.03, "fraud_share": 0.006}
        backfill_rates(deployed.client("cloudwatch"), until=now - timedelta(hours=2), days=8, **ordinary)
        soon = json.dumps({"as_of": (now + timedelta(hours=1)).isoformat()}).encode()
        deployed.client("lambda").invoke(FunctionName=f"{deployed.stack_name}-measure-drift", Payload=soon)
        yield Stage(deployed)
