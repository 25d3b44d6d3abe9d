"""Runs of the retraining and deployment machines over the whole embedded stack, and what is looked at afterwards."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
from botocore.exceptions import ClientError

from local.alert_queue import AlertQueue
from local.demo_data import simulated
from local.deployed import Deployed
from local.nested import Nested, entered_states, history_of
from local.waiting import wait_until

from raw_data import write_canonical  # isort: skip

QUICK = {"reason": "test", "hyperparameters": {"rounds": "60"}}
"""Input of a run that learns fast."""
_RING_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What must be as it was after a run that failed: who scores, who is the champion, what lies about."""

    config: str | None
    champion: str | None
    models: frozenset[str]
    configs: frozenset[str]


class Runs:
    """A stack whose machines are started, and the letters that operations receive."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self.client, self.outputs = deployed.client, deployed.outputs
        self.sagemaker = self.client("sagemaker")
        self._states = self.client("stepfunctions")
        self._post = AlertQueue(self.client("sqs"), self.client("sns"), self.outputs["OperationsTopicArn"])

    def close(self) -> None:
        """Unsubscribe."""
        self._post.remove()

    def retrain(self, **more: Any) -> dict[str, Any]:
        """Run the retraining machine to its end; return status, output, error and cause."""
        return self.ended(self.start_retraining(**more))

    def start_retraining(self, **more: Any) -> str:
        """Start the retraining machine with a quick run's input; return the execution."""
        return self._start("RetrainStateMachineArn", {**QUICK, **more})

    def fill_histories(self) -> dict[str, Any]:
        """Run the backfill machine on the uploaded history."""
        return self.ended(self._start("BackfillStateMachineArn", {"raw_prefix": "raw/"}))

    def score_file(self, address: str) -> dict[str, Any]:
        """Run the batch scoring machine for a file."""
        return self.ended(self._start("ScoreBatchStateMachineArn", {"input": address}))

    def approve(self, package_arn: str) -> dict[str, Any]:
        """Approve a package, as a person does, and wait for the end of the deployment that this starts."""
        before = set(self.executions("DeployStateMachineArn"))
        self.sagemaker.update_model_package(ModelPackageArn=package_arn, ModelApprovalStatus="Approved")
        started = wait_until(lambda: set(self.executions("DeployStateMachineArn")) - before, 30)
        return self.ended(started.pop())

    def deploy(self, package_arn: str) -> dict[str, Any]:
        """Run the deployment machine for a package, as a person who rolls back does."""
        return self.ended(self.start_deployment(package_arn))

    def start_deployment(self, package_arn: str) -> str:
        """Start the deployment machine for a package; return the execution."""
        return self._start("DeployStateMachineArn", {"model_package_arn": package_arn})

    def run(
        self, output: str, given: dict[str, Any], *, on_state: Callable[[str], None], seconds: float = 300
    ) -> dict[str, Any]:
        """Run a machine to its end, as `ended`, and name the states it enters, those of what it starts too."""
        execution = self._start(output, given)
        nested, told = Nested(self._states, self.outputs[output], execution), 0

        def over() -> bool:
            nonlocal told
            status = self._states.describe_execution(executionArn=execution)["status"]
            names = entered_states(history_of(self._states, execution))
            for name in [*nested.entered(names[:told]), *names[told:]]:
                on_state(name)
            told = len(names)
            return status != "RUNNING"

        wait_until(over, seconds, what=f"the end of {output.removesuffix('Arn')}")
        return self.ended(execution, 10)

    def ended(self, execution: str, seconds: float = 180) -> dict[str, Any]:
        """Wait for the end of an execution."""
        found: dict[str, Any] = {}

        def over() -> bool:
            found.update(self._states.describe_execution(executionArn=execution))
            return found["status"] != "RUNNING"

        wait_until(over, seconds)
        return found | {"said": json.loads(found["output"]) if found.get("output") else {}}

    def executions(self, output: str) -> list[str]:
        """Return the executions of a machine, the newest first."""
        listed = self._states.list_executions(stateMachineArn=self.outputs[output])["executions"]
        return [entry["executionArn"] for entry in sorted(listed, key=lambda e: e["startDate"], reverse=True)]

    def letters(self) -> list[str]:
        """Return what operations were told since the last call, each letter's subject and text together."""
        return [f"{subject}\n{text}" for subject, text in self._post.letters()]

    def standing(self) -> Standing:
        """Return who scores and what there is."""
        return Standing(
            config=self._live(),
            champion=self.champion().get("model_version"),
            models=frozenset(self._listed("list_models", "Models", "ModelName")),
            configs=frozenset(self._listed("list_endpoint_configs", "EndpointConfigs", "EndpointConfigName")),
        )

    def champion(self) -> dict[str, Any]:
        """Return the champion's pointer; empty if there is none."""
        ssm = self.client("ssm")
        found = ssm.describe_parameters()["Parameters"]
        names = [entry["Name"] for entry in found if entry["Name"].endswith("/champion")]
        return json.loads(ssm.get_parameter(Name=names[0])["Parameter"]["Value"]) if names else {}

    def packages(self) -> list[dict[str, Any]]:
        """Return the registered packages, the newest first."""
        listed = self.sagemaker.list_model_packages(MaxResults=100)["ModelPackageSummaryList"]
        return sorted(listed, key=lambda package: package["ModelPackageVersion"], reverse=True)

    @contextmanager
    def other_artefact(self, package_arn: str, change: Callable[[bytes], bytes]) -> Iterator[None]:
        """Have other bytes lie where a package's artefact lay."""
        package = self.sagemaker.describe_model_package(ModelPackageName=package_arn)
        address = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
        bucket, _, key = address.removeprefix("s3://").partition("/")
        s3 = self.client("s3")
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.put_object(Bucket=bucket, Key=key, Body=change(body))
        try:
            yield
        finally:
            s3.put_object(Bucket=bucket, Key=key, Body=body)

    def endpoint_status(self) -> str:
        """Return the endpoint's status."""
        found = self.sagemaker.describe_endpoint(EndpointName=self.outputs["EndpointName"])
        return str(found["EndpointStatus"])

    @contextmanager
    def ringing(self, name: str) -> Iterator[None]:
        """Have one of the stack's alarms sound, however often its evaluation says otherwise meanwhile."""
        cloudwatch = self.client("cloudwatch")
        alarms = [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]]
        (alarm,) = (alarm for alarm in alarms if name in alarm)
        over = threading.Event()

        def ring() -> None:
            while True:
                cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
                if over.wait(_RING_SECONDS):
                    return

        with ThreadPoolExecutor(1) as bell:
            rung = bell.submit(ring)
            try:
                yield
            finally:
                over.set()
                rung.result()
                cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="the test is over")

    def training_jobs(self) -> set[str]:
        """Return the names of all training jobs there ever were."""
        return set(self._listed("list_training_jobs", "TrainingJobSummaries", "TrainingJobName"))

    def put_history(self, frame: pd.DataFrame, directory: Any) -> None:
        """Make a table the whole uploaded history."""
        path = directory / "history.parquet"
        write_canonical(frame, path)
        self.put_raw(path.read_bytes())

    def put_raw(self, body: bytes | None, name: str = "history.parquet") -> None:
        """Make one object the whole uploaded history; None leaves nothing."""
        s3, bucket = self.client("s3"), self.outputs["ArchiveBucketName"]
        for entry in s3.list_objects_v2(Bucket=bucket, Prefix="raw/").get("Contents", ()):
            s3.delete_object(Bucket=bucket, Key=entry["Key"])
        if body is not None:
            s3.put_object(Bucket=bucket, Key=f"raw/{name}", Body=body)

    def _listed(self, call: str, key: str, name: str) -> Iterator[str]:
        for page in self.sagemaker.get_paginator(call).paginate():
            yield from (entry[name] for entry in page[key])

    def _start(self, output: str, given: dict[str, Any]) -> str:
        started = self._states.start_execution(stateMachineArn=self.outputs[output], input=json.dumps(given))
        return str(started["executionArn"])

    def _live(self) -> str | None:
        try:
            return str(
                self.sagemaker.describe_endpoint(EndpointName=self.outputs["EndpointName"])["EndpointConfigName"]
            )
        except ClientError:
            return None


def small_history(seed: int = 3) -> pd.DataFrame:
    """Simulate two months of a small world."""
    world = {"cards": 700, "terminals": 250, "online_shops": 40, "daily_transactions": 260, "fraud_share": 0.0099}
    return simulated(transactions=300, seed=seed, history_days=65, **world).history
