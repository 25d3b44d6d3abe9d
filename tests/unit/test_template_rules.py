"""Our rules of the template fail on a bad template; on the real one they have nothing to say."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.api import lint_file
from cfnlint.config import ManualArgs

from lint.alarms import alarms_tell
from lint.buckets import buckets_are_private
from lint.encryption import stores_are_encrypted
from lint.functions import functions_have_log_groups, functions_have_roles
from lint.permissions import wildcards_are_explained
from lint.streams import stream_mappings_are_safe

ROOT = Path(__file__).parents[2]
RULES = [
    alarms_tell,
    buckets_are_private,
    functions_have_log_groups,
    functions_have_roles,
    stores_are_encrypted,
    stream_mappings_are_safe,
    wildcards_are_explained,
]
KEY = {"Fn::GetAtt": ["Key", "Arn"]}
BLOCK = dict.fromkeys(["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True)


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """Return a resource of a template."""
    return {"Type": kind, "Properties": properties}


def statement(**parts: Any) -> dict[str, Any]:
    """Return a role with one statement."""
    return resource("AWS::IAM::Role", Policies=[{"PolicyDocument": {"Statement": [{"Effect": "Allow", **parts}]}}])


GOOD: dict[str, Any] = {
    "Key": resource("AWS::KMS::Key", EnableKeyRotation=True),
    "Group": resource("AWS::Logs::LogGroup", RetentionInDays=7, KmsKeyId=KEY),
    "Role": statement(Sid="Read", Action="s3:GetObject", Resource={"Fn::Sub": "${Bucket.Arn}/*"}),
    "Function": resource(
        "AWS::Serverless::Function", Role={"Fn::GetAtt": "Role.Arn"}, LoggingConfig={"LogGroup": {"Ref": "Group"}}
    ),
    "Stream": resource("AWS::Kinesis::Stream", StreamEncryption={"KeyId": KEY}),
    "Mapping": resource(
        "AWS::Lambda::EventSourceMapping",
        FunctionResponseTypes=["ReportBatchItemFailures"],
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=3,
        MaximumRecordAgeInSeconds={"Ref": "Age"},
        DestinationConfig={"OnFailure": {"Destination": {"Fn::GetAtt": ["Bucket", "Arn"]}}},
    ),
    "Table": resource("AWS::DynamoDB::Table", SSESpecification={"KMSMasterKeyId": KEY}),
    "Topic": resource("AWS::SNS::Topic", KmsMasterKeyId=KEY),
    "Queue": resource("AWS::SQS::Queue", KmsMasterKeyId=KEY),
    "Bucket": resource(
        "AWS::S3::Bucket",
        PublicAccessBlockConfiguration=BLOCK,
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"KMSMasterKeyID": KEY}}]
        },
    ),
    "BucketPolicy": resource(
        "AWS::S3::BucketPolicy",
        Bucket={"Ref": "Bucket"},
        PolicyDocument={
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": "*",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ]
        },
    ),
    "Alarm": resource(
        "AWS::CloudWatch::Alarm",
        AlarmActions=[{"Ref": "Topic"}],
        TreatMissingData="notBreaching",
        AlarmDescription="Batches fail and are retried. Read the function's log; it names the service that is broken.",
    ),
}
SHORT = {"KMSMasterKeyId": "alias/aws/dynamodb"}


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Return the good resources with one change."""
    resources = copy.deepcopy(GOOD)
    change(resources)
    return resources


def of(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function to a resource's properties."""
    return lambda resources: resources[name]["Properties"]


def test_a_good_template_passes_every_rule() -> None:
    """Nothing is said about a template without mistakes."""
    assert [finding for rule in RULES for finding in rule(GOOD)] == []


@pytest.mark.parametrize(
    ("rule", "change", "said"),
    [
        (functions_have_log_groups, lambda r: of("Function")(r).pop("LoggingConfig"), "names no log group"),
        (functions_have_log_groups, lambda r: of("Group")(r).pop("RetentionInDays"), "for ever"),
        (functions_have_log_groups, lambda r: of("Group")(r).pop("KmsKeyId"), "not encrypted"),
        (functions_have_log_groups, lambda r: r.update(Second=r["Function"]), "shares the log group"),
        (functions_have_roles, lambda r: of("Function")(r).pop("Role"), "has no role"),
        (functions_have_roles, lambda r: of("Function")(r).update(Role="arn:aws:iam::1:role/x"), "has no role"),
        (functions_have_roles, lambda r: r.update(Second=r["Function"]), "shares the role"),
        (stream_mappings_are_safe, lambda r: of("Mapping")(r).pop("DestinationConfig"), "no failure destination"),
        (stream_mappings_are_safe, lambda r: of("Mapping")(r).pop("FunctionResponseTypes"), "no partial answers"),
        (stream_mappings_are_safe, lambda r: of("Mapping")(r).pop("BisectBatchOnFunctionError"), "does not bisect"),
        (stream_mappings_are_safe, lambda r: of("Mapping")(r).pop("MaximumRetryAttempts"), "no MaximumRetryAttempts"),
        (stream_mappings_are_safe, lambda r: of("Mapping")(r).update(MaximumRecordAgeInSeconds=-1), "RecordAge"),
        (
            stream_mappings_are_safe,
            lambda r: of("Function")(r).update(Events={"Stream": {"Type": "Kinesis", "Properties": {}}}),
            "Function/Stream has no failure destination",
        ),
        (stores_are_encrypted, lambda r: of("Table")(r).pop("SSESpecification"), "Table is not encrypted"),
        (stores_are_encrypted, lambda r: of("Table")(r).update(SSESpecification=SHORT), "Table is not encrypted"),
        (stores_are_encrypted, lambda r: of("Bucket")(r).pop("BucketEncryption"), "Bucket is not encrypted"),
        (stores_are_encrypted, lambda r: of("Topic")(r).update(KmsMasterKeyId="alias/aws/sns"), "Topic is not"),
        (stores_are_encrypted, lambda r: of("Stream")(r).pop("StreamEncryption"), "Stream is not encrypted"),
        (stores_are_encrypted, lambda r: of("Queue")(r).pop("KmsMasterKeyId"), "Queue is not encrypted"),
        (
            stores_are_encrypted,
            lambda r: (of("Queue")(r).pop("KmsMasterKeyId"), r["Queue"].update(Metadata={"NotWithTheKey": "because"})),
            "Queue is not encrypted",
        ),
        (stores_are_encrypted, lambda r: of("Key")(r).pop("EnableKeyRotation"), "not rotated"),
        (wildcards_are_explained, lambda r: r.update(Wide=statement(Action="s3:*", Resource="arn")), "action s3:*"),
        (wildcards_are_explained, lambda r: r.update(Wide=statement(Action="s3:Get*", Resource="a")), "s3:Get*"),
        (wildcards_are_explained, lambda r: r.update(Wide=statement(Action=["a:B"], Resource="*")), "the resource *"),
        (wildcards_are_explained, lambda r: r.update(Wide=statement(Action="a:B", Resource=["*"])), "the resource *"),
        (
            wildcards_are_explained,
            lambda r: r.update(Wide=statement(Action="a:B", Resource="a", Principal={"AWS": "*"})),
            "the principal *",
        ),
        (
            wildcards_are_explained,
            lambda r: r["Role"].update(Metadata={"Wildcards": {"Read": "It once read everything there was."}}),
            "needs no explanation any more",
        ),
        (alarms_tell, lambda r: of("Alarm")(r).pop("AlarmActions"), "tells no topic"),
        (alarms_tell, lambda r: of("Alarm")(r).update(AlarmDescription="errors"), "does not describe"),
        (alarms_tell, lambda r: of("Alarm")(r).pop("TreatMissingData"), "missing data"),
        (buckets_are_private, lambda r: of("Bucket")(r).pop("PublicAccessBlockConfiguration"), "public access"),
        (buckets_are_private, lambda r: r.pop("BucketPolicy"), "without TLS"),
    ],
)
def test_a_mistake_is_found(rule: Any, change: Callable[[dict[str, Any]], Any], said: str) -> None:
    """Each rule finds its mistake, and names it."""
    findings = [str(finding) for finding in rule(changed(change))]
    assert any(said in finding for finding in findings), findings


def test_an_exception_with_a_reason_is_accepted() -> None:
    """Where AWS leaves no choice, a sentence in the metadata is enough."""
    why = "AWS has no narrower resource than this for it."
    resources = changed(lambda r: of("Queue")(r).pop("KmsMasterKeyId"))
    resources["Queue"]["Metadata"] = {"NotWithTheKey": why}
    resources["Wide"] = statement(Sid="LogIn", Action="ecr:GetAuthorizationToken", Resource="*")
    resources["Wide"]["Metadata"] = {"Wildcards": {"LogIn": why}}
    assert not [*stores_are_encrypted(resources), *wildcards_are_explained(resources)]


def test_the_rules_fail_the_build_inside_cfn_lint(tmp_path: Path) -> None:
    """cfn-lint runs all of ours, and a bad template does not pass."""
    bad = {
        "Function": resource("AWS::Lambda::Function", Code={"ZipFile": "x"}, Handler="index.x", Runtime="python3.13"),
        "Topic": resource("AWS::SNS::Topic"),
        "Bucket": resource("AWS::S3::Bucket"),
        "Wide": statement(Action="s3:*", Resource="*"),
        "Alarm": resource("AWS::CloudWatch::Alarm", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1),
        "Mapping": resource("AWS::Lambda::EventSourceMapping", FunctionName="x", EventSourceArn="arn:aws:kinesis:x"),
    }
    path = tmp_path / "template.yaml"
    path.write_text(yaml.safe_dump({"AWSTemplateFormatVersion": "2010-09-09", "Resources": bad}))
    matches = lint_file(path, ManualArgs(append_rules=[str(ROOT / "lint" / "rules")]))
    assert {f"E910{number}" for number in range(1, 10)} <= {match.rule.id for match in matches}


def test_the_template_passes_cfn_lint_and_our_rules() -> None:
    """The real template has nothing to be said about it."""
    matches = lint_file(ROOT / "template.yaml", ManualArgs(append_rules=[str(ROOT / "lint" / "rules")]))
    assert [f"{match.rule.id} {match.linenumber}: {match.message}" for match in matches] == []
