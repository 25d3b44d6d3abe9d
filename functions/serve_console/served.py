"""What all routes are served from, built once for each execution environment."""

import math
import os
from functools import cache

from aged import Aged
from bases import Bases
from drift_reports import DriftReports
from executions import Executions
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.clients import client
from fraudstream.adapters.rules_bucket import RulesBucket
from objects import Documents
from overviews import Overviews
from publications import PublishedRules
from registered import Registered
from settings import Settings

_PATIENCE = {"connect_timeout_seconds": 2, "read_timeout_seconds": 8, "attempts": 2}
"""Twice, and still within the time that API Gateway waits."""

settings = Settings.read(os.environ)
clients = cache(lambda service: client(service, **_PATIENCE))
calls = Calls(8)
documents = Documents(clients("s3"), settings.models_bucket)

overviews = Overviews(
    settings=settings,
    cloudwatch=clients("cloudwatch"),
    kinesis=clients("kinesis"),
    calls=Calls(4),
    created=Aged(math.inf),
    rates=Aged(60),
    costs=Aged(60),
)
drift = DriftReports(documents, calls, Aged(math.inf, most=64))
models = Registered(
    settings=settings,
    sagemaker=clients("sagemaker"),
    ssm=clients("ssm"),
    documents=documents,
    executions=Executions(clients("stepfunctions"), calls, Aged(math.inf, most=256)),
    calls=calls,
    described=Aged(300, most=256),
    evaluations=Aged(math.inf, most=64),
)
rules = PublishedRules(
    bucket=RulesBucket(clients("s3"), settings.models_bucket), calls=calls, entries=Aged(math.inf, most=256)
)
bases = Bases(models=models, rules=rules)
