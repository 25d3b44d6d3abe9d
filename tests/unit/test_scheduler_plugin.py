"""A schedule's input is sent with its attributes filled in."""

import json

from local.aws.scheduler_plugin import filled_in

EVENT = {"Resources": ["arn:schedule"], "Time": 1_795_487_400.5, "EventId": "e-1"}


def test_attributes_are_what_the_scheduler_knows() -> None:
    """The scheduled time to the second, in UTC, as AWS writes it; the first attempt is the only one here."""
    names = ("scheduled-time", "schedule-arn", "execution-id", "attempt-number")
    sent = json.loads(filled_in(json.dumps([f"<aws.scheduler.{name}>" for name in names]), EVENT))
    assert sent == ["2026-11-24T02:30:00Z", "arn:schedule", "e-1", "1"]


def test_other_inputs_stay_as_they_are() -> None:
    """Whatever else is in pointed brackets."""
    assert filled_in('{"reason": "<schedule>"}', EVENT) == '{"reason": "<schedule>"}'
