"""What the scoring function does from its import until it is ready: every package and client costs each new copy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_SERVICE_NAME": "score_transactions",
    "POWERTOOLS_METRICS_NAMESPACE": "fraudstream",
    "PYTHONPATH": f"{ROOT / 'layers' / 'fraud' / 'python'}:{ROOT / 'functions' / 'score_transactions'}",
    **dict.fromkeys(
        ("DECISIONS_TABLE", "HISTORIES_TABLE", "CASES_TABLE", "ARCHIVE_BUCKET", "QUARANTINE_BUCKET"), "some-name"
    ),
    "ALERT_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:alerts",
    "ENDPOINT_NAME": "champion",
}
START = """
import json, sys
before = set(sys.modules)
import botocore.client, botocore.session
made = {"sessions": 0, "clients": []}
make_session, make_client = botocore.session.Session.__init__, botocore.client.ClientCreator.create_client

def session(self, *arguments, **options):
    made["sessions"] += 1
    make_session(self, *arguments, **options)

def client(self, service_name, *arguments, **options):
    made["clients"].append(service_name)
    return make_client(self, service_name, *arguments, **options)

botocore.session.Session.__init__, botocore.client.ClientCreator.create_client = session, client
import handler
made["packages"] = sorted({name.partition(".")[0] for name in sys.modules.keys() - before} - sys.stdlib_module_names)
print(json.dumps(made))
"""
PACKAGES = {
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "certifi",  # botocore looks for it; the layer has none
    "dateutil",
    "fraudstream",
    "handler",
    "__mp_main__",  # an alias that multiprocessing makes
    "jmespath",
    "msgspec",
    "numpy",
    "s3transfer",
    "six",
    "typing_extensions",
    "urllib3",
    "zstandard",
}


@pytest.fixture(scope="module")
def started() -> dict:
    """Import the handler in a process of its own, and say what came with it."""
    done = subprocess.run(
        [sys.executable, "-c", START], env=ENVIRONMENT, cwd="/", capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_the_function_imports_what_it_needs_and_no_more(started):
    """No pandas, xgboost, scipy, pyarrow or pydantic; a package that joins the list has been thought about."""
    assert set(started["packages"]) - PACKAGES == set()


def test_one_session_makes_the_four_clients_that_a_batch_needs(started):
    """A session reads endpoints, partitions and credentials: a third of the start, were there one for each client."""
    assert started["sessions"] == 1
    assert sorted(started["clients"]) == ["dynamodb", "s3", "sagemaker-runtime", "sns"]
