"""Whether a stack may be paused for as long as somebody means to, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from operate.target import Target

_MACHINES = ("RetrainStateMachineArn", "DeployStateMachineArn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What bounds a pause, and goes on costing.

    Attributes
    ----------
    shards
        Open shards; of an on-demand stream, as many as it has now.
    record_age
        How old a record may be that the function is still given; None: any age.
    """

    retention: timedelta
    record_age: timedelta | None
    shards: int
    on_demand: bool

    @property
    def decidable(self) -> timedelta:
        """How long records wait and are then decided by themselves."""
        return self.retention if self.record_age is None else min(self.retention, self.record_age)


def stream_of(target: Target, mapping: dict[str, Any]) -> Stream:
    """Look at the stream."""
    name = target.outputs["TransactionStreamName"]
    found = target.client("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    age = mapping.get("MaximumRecordAgeInSeconds", -1)
    return Stream(
        retention=timedelta(hours=found["RetentionPeriodHours"]),
        record_age=timedelta(seconds=age) if age > 0 else None,
        shards=found["OpenShardCount"],
        on_demand=found.get("StreamModeDetails", {}).get("StreamMode") == "ON_DEMAND",
    )


def dangers(target: Target, stream: Stream, asked: timedelta, endpoint_status: str) -> list[str]:
    """Return why it is not safe to pause for so long now; nothing if it is."""
    found = []
    if asked > stream.retention:
        found.append(
            f"the stream forgets records after {_hours(stream.retention)}, and you ask for {_hours(asked)}: what is "
            "sent in the first hours would be LOST. Raise StreamRetentionHours, or stop the producers first."
        )
    elif asked > stream.decidable:
        found.append(
            f"records older than {_hours(stream.decidable)} (MaximumRecordAgeSeconds) go to the quarantine bucket when "
            f"the stack resumes, undecided until `make redrive`, and you ask for {_hours(asked)}."
        )
    if endpoint_status not in {"missing", "InService"}:
        found.append(f"the endpoint is {endpoint_status}: wait until a deployment is over.")
    for output in _MACHINES:
        running = target.client("stepfunctions").list_executions(
            stateMachineArn=target.outputs[output], statusFilter="RUNNING", maxResults=1
        )["executions"]
        if running:
            found.append(f"{running[0]['name']} is running and would make the endpoint again: wait for it, or stop it.")
    return found


def deadline(now: datetime, stream: Stream) -> datetime:
    """Return when the first record sent after now is forgotten."""
    return now + stream.retention


def _hours(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:g} hours"
