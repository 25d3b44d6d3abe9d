"""How long what is known about cards is kept: the template, the page that says so, and what an erasure looks at."""

import re
from typing import Any

import pytest
from cfnlint.decode import decode
from fraudstream.chargebacks.report import INCOMING, REPORTS

from lint.resources import of_type, target
from local.processes import ROOT
from operate.erase.elsewhere import PLACES
from operate.erase.erasing import QUARANTINED
from operate.erase.evidence import PREFIX as EVIDENCE

RESOURCES: dict[str, Any] = decode(str(ROOT / "template.yaml"))[0]["Resources"]
PAGE = (ROOT / "docs/retention.md").read_text()


def expirations(bucket: str) -> dict[str, Any]:
    """Return the days after which objects go, by prefix; the prefix of all is empty."""
    rules = RESOURCES[bucket]["Properties"]["LifecycleConfiguration"]["Rules"]
    return {rule.get("Prefix", ""): rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}


@pytest.mark.parametrize("prefix", ["archive/", "raw/", "batch/", INCOMING, REPORTS])
def test_what_the_archive_bucket_has_of_cards_expires(prefix):
    """Each prefix has a time of its own; evidence of erasures names no card, and stays."""
    assert expirations("ArchiveBucket")[prefix]
    assert not any(EVIDENCE.startswith(known) for known in expirations("ArchiveBucket"))


def test_the_archive_stays_as_long_as_the_parameter_says():
    """And longer than it takes to move to a colder class, which S3 asks for."""
    template = decode(str(ROOT / "template.yaml"))[0]
    days = expirations("ArchiveBucket")
    assert target(days["archive/"]) == target(days["raw/"]) == "ArchiveKeepDays"
    rules = RESOURCES["ArchiveBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    colder = [t["TransitionInDays"] for rule in rules for t in rule.get("Transitions", ())]
    assert template["Parameters"]["ArchiveKeepDays"]["MinValue"] > max(colder)


@pytest.mark.parametrize("bucket", ["ArchiveBucket", "QuarantineBucket", "ModelsBucket"])
def test_older_versions_go_within_a_month(bucket):
    """What was replaced or deleted is not kept in silence."""
    rules = RESOURCES[bucket]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = [r["NoncurrentVersionExpiration"]["NoncurrentDays"] for r in rules if "NoncurrentVersionExpiration" in r]
    assert days
    assert max(days) <= 30


def test_the_page_says_the_days_of_the_template():
    """Every expiration in a bucket, and every default that bounds a time, stands on the page."""
    stated = set(map(int, re.findall(r"\b(\d+)(?: days)?\b", PAGE)))
    for bucket in ("ArchiveBucket", "QuarantineBucket", "ModelsBucket", "AccessLogsBucket"):
        for prefix, days in expirations(bucket).items():
            assert isinstance(days, dict) or days in stated, (bucket, prefix)
    defaults = decode(str(ROOT / "template.yaml"))[0]["Parameters"]
    for name in ("ArchiveKeepDays", "DecisionsKeepDays", "LogRetentionDays", "StreamRetentionHours"):
        assert f"`{name}` ({defaults[name]['Default']}" in PAGE


def test_the_page_names_every_place_that_an_erasure_looks_at():
    """Prefixes that are rewritten, and those that are only searched."""
    for prefix in ("archive/", "quarantine", "redriven/", *(p for prefixes in PLACES.values() for p in prefixes)):
        assert prefix in PAGE, prefix
    assert set(QUARANTINED) == {"quarantine/", "aws/lambda/", "redriving/", "redriven/"}


def test_the_reader_of_chargebacks_may_do_what_it_does_and_no_more():
    """It reads what was dropped, looks decisions up, sends labels, and writes reports; it changes no table."""
    statements = RESOURCES["ReadChargebacksRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {
        action
        for entry in statements
        for action in ([entry["Action"]] if isinstance(entry["Action"], str) else entry["Action"])
    }
    assert allowed == {
        *("logs:CreateLogStream", "logs:PutLogEvents"),
        *("s3:GetObject", "s3:PutObject", "dynamodb:BatchGetItem", "kinesis:PutRecords", "sns:Publish"),
        "sqs:SendMessage",  # Lambda, of what failed at every try
        *("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"),
    }


def test_a_dropped_file_calls_the_reader_and_a_report_does_not():
    """The rule hears of the prefix that the reader reads, in our bucket alone; its own reports start nothing."""
    rules = dict(of_type(RESOURCES, "AWS::Events::Rule"))
    detail = rules["ChargebacksRule"]["EventPattern"]["detail"]
    assert detail["object"]["key"] == [{"prefix": INCOMING}]
    assert [target(name) for name in detail["bucket"]["name"]] == ["ArchiveBucket"]
    assert not REPORTS.startswith(INCOMING)
    notifications = RESOURCES["ArchiveBucket"]["Properties"]["NotificationConfiguration"]
    assert notifications == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
