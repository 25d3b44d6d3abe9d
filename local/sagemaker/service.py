"""The parts put together, and the table of what the control API can do."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from typing import Any

from local.sagemaker import kinds, processing, training, transform, tuning
from local.sagemaker.autoscaling import AutoScaling
from local.sagemaker.endpoints import Endpoints
from local.sagemaker.errors import AwsError
from local.sagemaker.faults import Faults
from local.sagemaker.fleets import Fleets
from local.sagemaker.invocations import Invocations
from local.sagemaker.jobs import Jobs
from local.sagemaker.kinds import Kind
from local.sagemaker.listing import list_resources
from local.sagemaker.metrics import EndpointMetrics
from local.sagemaker.model_cards import ModelCards
from local.sagemaker.models import Models
from local.sagemaker.records import Records, public
from local.sagemaker.registry import Registry
from local.sagemaker.settings import Settings
from local.sagemaker.stack import Stack
from local.sagemaker.tags import Tags

Action = Callable[[dict[str, Any]], dict[str, Any]]


class Service:
    """One SageMaker. Composed here and nowhere else."""

    def __init__(self, settings: Settings) -> None:
        self.records = Records(settings)
        self.faults = Faults()
        stack = Stack(settings.endpoint_url, settings.region)
        models = Models(self.records, stack)
        fleets = Fleets(settings, models, stack)
        self.endpoints = Endpoints(self.records, models, fleets, stack, self.faults)
        self.metrics = EndpointMetrics(stack)
        self.invocations = Invocations(self.records, self.endpoints, self.faults, self.metrics)
        self._jobs = self._make_jobs(fleets, stack)
        self._actions = self._table(models)

    def start(self, stop: threading.Event) -> None:
        """Take up what the last process left, and publish metrics until ``stop``."""
        shutil.rmtree(self.records.settings.state / "jobs", ignore_errors=True)
        for jobs in self._jobs:
            jobs.recover()
        self.endpoints.recover()
        threading.Thread(target=self.metrics.publish_forever, args=[stop], daemon=True).start()

    def call(self, target: str, body: bytes) -> dict[str, Any]:
        """Make one call of the control API, by its ``X-Amz-Target``."""
        service, _, action = target.partition(".")
        known = self._actions.get(f"{service}.{action}")
        if known is None:
            raise AwsError("UnknownOperationException", f"The embedded SageMaker does not know {target}.")
        try:
            params = json.loads(body or b"{}")
        except ValueError as error:
            raise AwsError("SerializationException", str(error)) from error
        self.faults.strike_action(action)
        return known(params)

    def _make_jobs(self, fleets: Fleets, stack: Stack) -> list[Jobs]:
        given = {"records": self.records, "stack": stack, "faults": self.faults}
        trained = Jobs(kinds.TRAINING_JOB, run=training.run, check=training.check, initial=training.initial, **given)
        self._tuning = tuning.Tuning(trained, self.records)
        transforms = transform.Transform(fleets)
        return [
            trained,
            Jobs(kinds.PROCESSING_JOB, run=processing.run, check=processing.check, **given),
            Jobs(kinds.TRANSFORM_JOB, run=transforms.run, check=transform.check, **given),
            Jobs(kinds.TUNING_JOB, run=self._tuning.run, check=tuning.check, initial=tuning.initial, **given),
        ]

    def _table(self, models: Models) -> dict[str, Action]:
        registry, tags, scaling = Registry(self.records), Tags(self.records), AutoScaling(self.records)
        cards = ModelCards(self.records)
        sagemaker: dict[str, Action] = {
            "CreateModel": models.create_model,
            "CreateEndpointConfig": models.create_config,
            "CreateEndpoint": self.endpoints.create,
            "UpdateEndpoint": self.endpoints.update,
            "DeleteEndpoint": self.endpoints.delete,
            "CreateModelPackageGroup": registry.create_group,
            "DeleteModelPackageGroup": registry.delete_group,
            "CreateModelPackage": registry.create,
            "UpdateModelPackage": registry.update,
            "DeleteModelPackage": registry.delete,
            "CreateModelCard": cards.create,
            "DescribeModelCard": cards.describe,
            "UpdateModelCard": cards.update,
            "ListModelCards": cards.list,
            "ListModelCardVersions": cards.list_versions,
            "DeleteModelCard": cards.delete,
            "ListTrainingJobsForHyperParameterTuningJob": self._tuning.list_trained,
            "AddTags": tags.add,
            "ListTags": tags.list,
            "DeleteTags": tags.delete,
        }
        for jobs in self._jobs:
            sagemaker[f"Create{jobs.kind.name}"] = jobs.create
            sagemaker[f"Stop{jobs.kind.name}"] = jobs.stop
        named = (kinds.MODEL, kinds.ENDPOINT_CONFIG, kinds.ENDPOINT, kinds.PACKAGE_GROUP)
        for kind in (*(jobs.kind for jobs in self._jobs), *named):
            sagemaker[f"Describe{kind.name}"] = self._describe(kind)
            sagemaker[f"List{kind.name}s"] = self._list(kind)
        for kind in (kinds.MODEL, kinds.ENDPOINT_CONFIG):
            sagemaker[f"Delete{kind.name}"] = self._delete(kind)
        sagemaker |= {"DescribeModelPackage": registry.describe, "ListModelPackages": registry.list}
        autoscaling: dict[str, Action] = {
            "RegisterScalableTarget": scaling.register,
            "DeregisterScalableTarget": scaling.deregister,
            "DescribeScalableTargets": scaling.describe,
            "PutScalingPolicy": scaling.put_policy,
            "DescribeScalingPolicies": scaling.describe_policies,
            "DeleteScalingPolicy": scaling.delete_policy,
        }
        return {
            **{f"SageMaker.{name}": action for name, action in sagemaker.items()},
            **{f"AnyScaleFrontendService.{name}": action for name, action in autoscaling.items()},
        }

    def _describe(self, kind: Kind) -> Action:
        return lambda params: public(self.records.get(kind, params[f"{kind.name}Name"]))

    def _list(self, kind: Kind) -> Action:
        return lambda params: list_resources(self.records, kind, params)

    def _delete(self, kind: Kind) -> Action:
        def delete(params: dict[str, Any]) -> dict[str, Any]:
            self.records.remove(kind, params[f"{kind.name}Name"])
            return {}

        return delete
