"""A card number that was written anywhere is found, in whatever form; what was never written is not."""

import base64
import gzip
import json
import time

import boto3
import pytest
import zstandard
from moto import mock_aws

from local.everywhere import everything, leaks

CANARY, OTHER = "4111111111111111", "5555555555554444"
LINE = f'{{"note": "paid with {CANARY} today"}}'.encode()


@pytest.mark.parametrize(
    "content",
    [
        LINE,
        b"4111 1111 1111 1111",
        b"4111-1111-1111-1111",
        b"4111.1111.1111.1111",
        zstandard.ZstdCompressor().compress(LINE),
        gzip.compress(LINE, mtime=0),
        b'{"data_base64": "' + base64.b64encode(LINE) + b'"}',
        zstandard.ZstdCompressor().compress(b'{"data_base64": "' + base64.b64encode(LINE) + b'"}'),
    ],
    ids=["plain", "spaces", "dashes", "points", "zstandard", "gzip", "base64", "base64 in zstandard"],
)
def test_a_number_is_found_in_every_form(content):
    """Plain, grouped, compressed, encoded, and encoded inside compressed."""
    assert leaks([CANARY, OTHER], [("place", content)]) == (1, [f"{CANARY} in place"])


def test_other_numbers_are_no_finding():
    """A masked number, another number, a longer one that is none of ours."""
    places = [("masked", b"411111******1111"), ("other", b"4000056655665556"), ("bytes", bytes(range(256)))]
    assert leaks([CANARY], places) == (3, [])


@pytest.fixture
def account():
    """An account with one of everything, all clean."""
    with mock_aws():
        made = {
            name: boto3.client(name, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
            for name in ("dynamodb", "s3", "logs", "stepfunctions", "cloudwatch", "ssm")
        }
        made["dynamodb"].create_table(
            TableName="decisions",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        made["s3"].create_bucket(Bucket="archive")
        made["logs"].create_log_group(logGroupName="score")
        made["logs"].create_log_stream(logGroupName="score", logStreamName="one")
        made["machine"] = made["stepfunctions"].create_state_machine(
            name="retrain",
            definition=json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/retrain",
        )["stateMachineArn"]
        yield made


def item(made):
    """Leak into a nested attribute of a table."""
    made["dynamodb"].put_item(TableName="decisions", Item={"id": {"S": "a"}, "m": {"L": [{"M": {"n": {"S": CANARY}}}]}})


def packed_item(made):
    """Leak into a compressed attribute."""
    packed = zstandard.ZstdCompressor().compress(LINE)
    made["dynamodb"].put_item(TableName="decisions", Item={"id": {"S": "a"}, "packed": {"B": packed}})


def object_name(made):
    """Leak into the key of an object."""
    made["s3"].put_object(Bucket="archive", Key=f"reports/{CANARY}.json", Body=b"{}")


def object_metadata(made):
    """Leak into what an object says of itself."""
    made["s3"].put_object(Bucket="archive", Key="a", Body=b"", Metadata={"card": CANARY})


def log_line(made):
    """Leak into a log."""
    made["logs"].put_log_events(
        logGroupName="score", logStreamName="one", logEvents=[{"timestamp": int(time.time() * 1000), "message": CANARY}]
    )


def execution(made):
    """Leak into the input of a state machine."""
    made["stepfunctions"].start_execution(stateMachineArn=made["machine"], input=json.dumps({"card": CANARY}))


def metric(made):
    """Leak into a dimension."""
    datum = {"MetricName": "Decided", "Value": 1, "Dimensions": [{"Name": "card", "Value": CANARY}]}
    made["cloudwatch"].put_metric_data(Namespace="Fraudstream", MetricData=[datum])


def parameter(made):
    """Leak into a parameter."""
    made["ssm"].put_parameter(Name="/fraudstream/champion", Value=CANARY, Type="String")


@pytest.mark.parametrize(
    "leak", [item, packed_item, object_name, object_metadata, log_line, execution, metric, parameter]
)
def test_a_leak_on_purpose_is_found_wherever_it_is(account, leak):
    """Clean before, one finding after: the scan cannot pass by not looking."""
    searched, found = leaks([CANARY], everything(account.__getitem__))
    assert found == []
    leak(account)
    searched_after, found = leaks([CANARY], everything(account.__getitem__))
    assert searched_after > searched
    assert len(found) == 1


def test_what_was_handed_in_can_be_left_out_by_name(account):
    """The object that somebody dropped is not searched; its name and everything else is."""
    account["s3"].put_object(Bucket="archive", Key="chargebacks/incoming/a.csv", Body=CANARY.encode())
    places = everything(account.__getitem__, leave_out=["archive/chargebacks/incoming/a.csv"])
    assert leaks([CANARY], places)[1] == []
