"""What pause and resume tell people."""

from collections.abc import Sequence
from datetime import datetime

from operate.pausing.memory import Before
from operate.pausing.safety import Stream


def unsafe(dangers: Sequence[str]) -> str:
    """Return why nothing was done."""
    return "\n".join(["not paused, nothing was changed:", *(f"  - {danger}" for danger in dangers), _YES])


_YES = "Shorten the pause with --hours, mend it, or give --yes if you know better."


def paused(before: Before, stream: Stream) -> str:
    """Return what is paused, until when, and what it costs all the same."""
    lines = [
        f"PAUSED since {before.at}.",
        f"RESUME BEFORE {before.deadline}: then the stream forgets the first records sent during the pause, for good.",
    ]
    if stream.record_age is not None and stream.record_age < stream.retention:
        hours = stream.record_age.total_seconds() / 3600
        lines.append(
            f"Records that wait longer than {hours:g} hours (MaximumRecordAgeSeconds) go to the quarantine bucket at "
            "the resume: then `make redrive`."
        )
    lines += ["Producers may go on sending: their records wait in the stream.", _API, "What still costs:"]
    if stream.on_demand:
        lines.append("  - the stream: on-demand streams have an hourly charge too, whoever sends nothing")
    else:
        lines.append(
            f"  - the stream: {stream.shards} provisioned shard{'s' if stream.shards > 1 else ''} by the hour; "
            "on-demand is no better, it has an hourly charge of its own, higher than that of a shard"
        )
    return "\n".join([*lines, *_COSTS])


_API = (
    "The HTTP API stays open: without the endpoint rules alone decide what it is sent, and say so (scored_by: rules). "
    "Stop its callers."
)
_COSTS = (
    "  - what is stored: tables with their point-in-time recovery, buckets, logs, the key",
    "  - alarms and dashboard",
    "Everything else is billed by use. To undo all of it: make resume",
)


def resumed(before: Before, now: datetime) -> str:
    """Return what goes on."""
    lines = [f"RESUMED. It was paused since {before.at}; what waited in the stream is decided now, oldest first."]
    if now > datetime.fromisoformat(before.deadline):
        lines.append(
            f"THE DEADLINE {before.deadline} HAS PASSED: records sent in the first hours of the pause are gone from "
            "the stream. Their producers have to send them again."
        )
    if not before.reading:
        lines.append("The stream was not read before the pause either, so it is not read now.")
    return "\n".join(lines)
