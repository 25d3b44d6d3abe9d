"""The last drift report is printed as a table."""

import json

import boto3
import pytest
from botocore.stub import ANY, Stubber

from operate.drift import command
from operate.target import Target

COLUMN = {
    "name": "amount",
    "psi": 0.61,
    "missing": 0.0,
    "missing_learned": 0.02,
    "effective_rows": 1234.5,
    "chance": 1e-9,
    "missing_chance": 1.0,
    "drifted": True,
    "missing_drifted": False,
}
LABELS = {
    "why_not": "",
    "rows": 4000,
    "frauds": 40,
    "average_precision": 0.5,
    "average_precision_low": 0.4,
    "average_precision_high": 0.6,
    "log_loss": 0.02,
    "worse": None,
    "evaluated": None,
}
REPORT = {
    "window": {"from": "2026-11-23T02:00:00Z", "until": "2026-11-24T02:00:00Z"},
    "why_not": "",
    "champion": {"model_version": "m7"},
    "drift": {
        "rows": 2000,
        "cards": 400,
        "columns": [COLUMN, COLUMN | {"name": "hour", "psi": 0.01, "drifted": False}],
        "score_why_not": "",
    },
    "labels": LABELS,
    "retraining": {"action": "started", "text": "The retraining drift-2026-11-24 was started."},
}


@pytest.fixture(name="printed")
def a_command(monkeypatch, capsys):
    """Give the command with these reports in the bucket; return its code and what it printed."""

    def printed(reports: dict[str, dict], *arguments: str):
        s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        with Stubber(s3) as stub:
            contents = [{"Key": f"drift/{day}.json"} for day in reports]
            stub.add_response(
                "list_objects_v2", {"Contents": contents} if contents else {}, {"Bucket": ANY, "Prefix": ANY}
            )
            if reports:
                day = max(reports)
                body = json.dumps(reports[day]).encode()
                stub.add_response("get_object", {"Body": _Body(body)}, {"Bucket": "models", "Key": f"drift/{day}.json"})
            target = Target(name="s", outputs={"ModelsBucketName": "models"}, client=lambda _: s3, where="here")
            monkeypatch.setattr(command, "find_target", lambda _: target)
            code = command.main(list(arguments))
        return code, capsys.readouterr().out

    return printed


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self) -> bytes:
        return self._content


def test_the_last_report_is_shown_what_moved_most_first(printed) -> None:
    """Of two days the later one; drifted columns are marked."""
    code, out = printed({"2026-11-23": {}, "2026-11-24": REPORT}, "--limit", "1")
    assert code == 0
    assert "model m7, 2,000 transactions of 400 cards" in out
    assert "*  amount  0.610  1.0e-09    0.0%     2.0%     1,234" in out
    assert "and 1 more that moved less" in out
    assert "average precision 0.500 (0.400 to 0.600), log loss 0.020; evaluated -: not compared" in out
    assert out.endswith("The retraining drift-2026-11-24 was started.\n")


def test_a_day_that_was_not_measured_says_why(printed) -> None:
    """Before the first model there is no more to say."""
    told = {"window": REPORT["window"], "why_not": "no model scores yet: rules alone decide"}
    code, out = printed({"2026-11-24": told})
    assert code == 0
    assert out.endswith("not measured: no model scores yet: rules alone decide\n")


def test_without_a_report_it_says_how_to_get_one(printed) -> None:
    """The command can be copied."""
    code, out = printed({})
    assert code == 1
    assert "aws lambda invoke --function-name s-measure-drift report.json" in out
