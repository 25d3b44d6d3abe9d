"""Topics and queues are private, and alarms end with a page that somebody wrote."""

from pathlib import Path
from typing import Any

import pytest

from lint.alarms import alarms_have_runbooks
from lint.buckets import messages_are_private

DENY = {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def resources(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a topic and a queue with these statements in their policies."""
    document = {"Statement": list(statements)}
    return {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "OfTopic": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document},
        },
        "OfQueue": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": document},
        },
    }


def said(found: Any) -> list[str]:
    """Return what findings say."""
    return [finding.message for finding in found]


def test_messages_over_open_connections_are_refused():
    """By a policy that names the topic or the queue; without one, both are found."""
    assert said(messages_are_private(resources(DENY))) == []
    assert len(said(messages_are_private(resources()))) == 2
    without = {name: value for name, value in resources(DENY).items() if not name.startswith("Of")}
    assert len(said(messages_are_private(without))) == 2


def test_a_policy_that_lets_anybody_in_is_found():
    """Unless a condition says who that is."""
    anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish"}
    assert "OfTopic lets anybody in" in said(messages_are_private(resources(DENY, anybody)))
    some = anybody | {"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}
    assert said(messages_are_private(resources(DENY, some))) == []


@pytest.mark.parametrize(
    ("description", "finding"),
    [
        ("It lags. Runbook: docs/runbooks/scoring-lag.md.", ""),
        ("It lags. Runbook: docs/runbooks/scoring-lag.md", "does not end with"),
        ("It lags. Runbook: docs/runbooks/other.md.", "does not end with"),
        ("", "does not end with"),
    ],
)
def test_an_alarm_ends_with_its_page(tmp_path: Path, description: str, finding: str):
    """Named as the alarm, in kebab case, without `Alarm`."""
    page = tmp_path / "docs" / "runbooks" / "scoring-lag.md"
    page.parent.mkdir(parents=True)
    page.write_text("# Scoring lag")
    alarm = {"ScoringLagAlarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmDescription": description}}}
    assert all(finding in text for text in said(alarms_have_runbooks(alarm, tmp_path)))
    assert bool(said(alarms_have_runbooks(alarm, tmp_path))) == bool(finding)


def test_a_page_that_nobody_wrote_is_found(tmp_path: Path):
    """The name is right, the file is not there."""
    text = "It lags. Runbook: docs/runbooks/scoring-lag.md."
    alarm = {"ScoringLagAlarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmDescription": text}}}
    assert "which is not there" in said(alarms_have_runbooks(alarm, tmp_path))[0]
