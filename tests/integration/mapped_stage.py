"""A stream, a function that writes down its batches, a mapping between them, and the process that reads it."""

import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.stack_info import StackInfo

ROOT = Path(__file__).parents[2]

# What a record asks for in its data: "raise" fails the batch, "report" fails this record in a partial answer,
# "slow" takes a moment, and ":once" after it means only until the marker file exists.
FUNCTION = """
import base64, json, os, pathlib, time

def handler(event, context):
    folder = pathlib.Path(os.environ["FOLDER"])
    texts = [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
    shard = event["Records"][0]["eventID"].split(":")[0]
    with (folder / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps({"shard": shard, "texts": texts, "began": time.time()}) + "\\n")
    if any("slow" in text for text in texts):
        time.sleep(1.5)
        (folder / "slow.done").touch()
    if any("raise" in text for text in texts):
        raise RuntimeError("as asked")
    return {"batchItemFailures": [
        {"itemIdentifier": record["kinesis"]["sequenceNumber"]}
        for record, text in zip(event["Records"], texts)
        if "report" in text and not (folder / "healed").exists()
    ]}
"""


def wait_until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Return the condition's first true value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return value


@dataclass(kw_only=True)
class Stage:
    """A stream, a function, a mapping between them, and the process that reads it."""

    info: StackInfo
    folder: Path
    name: str
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """Return an AWS client for the base."""
        return self.info.client(service)

    def map(self, *, shards: int = 1, **settings: Any) -> str:
        """Make the stream, the function and the mapping; return the mapping's id."""
        self.client("kinesis").create_stream(StreamName=self.name, ShardCount=shards)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr("handler.py", FUNCTION)
        self.client("lambda").create_function(
            FunctionName=self.name,
            Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
            Role="arn:aws:iam::000000000000:role/function",
            Handler="handler.handler",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": {"FOLDER": str(self.folder)}},
            Timeout=30,
        )
        return str(
            self.client("lambda").create_event_source_mapping(
                EventSourceArn=f"arn:aws:kinesis:us-east-1:000000000000:stream/{self.name}",
                FunctionName=self.name,
                **{"StartingPosition": "TRIM_HORIZON"} | settings,
            )["UUID"]
        )

    def put(self, *texts: str, key: str = "card") -> None:
        """Append records to the stream."""
        entries = [{"Data": text.encode(), "PartitionKey": key} for text in texts]
        answer = self.client("kinesis").put_records(StreamName=self.name, Records=entries)
        assert answer["FailedRecordCount"] == 0

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the mapping process."""
        command = [sys.executable, "-m", "local.streams", "--endpoint-url", self.info.endpoint_url]
        with (self.folder / "mapping.log").open("a") as log:
            process = subprocess.Popen(
                [*command, "--state", str(self.folder / "state")], cwd=ROOT, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def calls(self) -> list[list[str]]:
        """Return the batches that the function has seen."""
        return [call["texts"] for call in self.call_records()]

    def call_records(self) -> list[dict[str, Any]]:
        """Return what the function wrote down of each call."""
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def seen(self) -> list[str]:
        """Return every record that the function has seen, in order, with repetitions."""
        return [text for call in self.calls() for text in call]

    def checkpoints(self) -> list[dict[str, Any]]:
        """Return the checkpoints on disk."""
        return [json.loads(path.read_text()) for path in self.folder.glob("state/checkpoints/*/shardId-*.json")]

    def close(self) -> None:
        """Leave no process and no mapping behind."""
        for process in self.processes:
            process.kill()
            process.wait()
        mine = self.client("lambda").list_event_source_mappings(FunctionName=self.name)
        for mapping in mine["EventSourceMappings"]:
            self.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
