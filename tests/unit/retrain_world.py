"""The services the retraining machine talks to, as far as it can tell: jobs, registry, endpoint, pointer, topic."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.unit.state_machine_walker import Service, TaskError, Walk, load

SDK = "arn:aws:states:::aws-sdk:"
OLD = "fraudstream-old"
CHAMPION = {
    "model_version": "old",
    "model_data_url": "s3://models/old/model.tar.gz",
    "endpoint_config_name": OLD,
    "schema_hash": "aa",
}
EVALUATION: dict[str, Any] = {
    "promote": True,
    "reason": "average precision 0.7100 against the champion's 0.6800",
    "model_version": "new",
    "schema_hash": "feedbeeffeedbeef",
    "test": {"rows": 1000, "frauds": 9, "from": "2026-02-20", "until": "2026-02-27"},
    "challenger": {
        "all_rows": {
            "average_precision": 0.71,
            "recall_at_budget": 0.6,
            "budget": 0.005,
            "card_precision_at_k": 0.3,
            "k": 100,
        }
    },
    "champion": {"all_rows": {"average_precision": 0.68, "recall_at_budget": 0.55, "card_precision_at_k": None}},
}


@dataclass(kw_only=True)
class World:
    """Everything there is, and how it misbehaves.

    Parameters
    ----------
    update
        What becomes of a new configuration: ``works``, ``rolls back``, ``fails`` or ``hangs``.
    failing
        Errors by the action that answers with them, such as ``createModel``.
    """

    champion: dict[str, Any] | None = field(default_factory=lambda: dict(CHAMPION))
    endpoint: dict[str, str] | None = field(default_factory=lambda: {"status": "InService", "config": OLD})
    evaluation: dict[str, Any] = field(default_factory=lambda: json.loads(json.dumps(EVALUATION)))
    data: tuple[str, ...] = ("archive/", "raw/")
    executions: list[dict[str, str]] = field(default_factory=list)
    update: str = "works"
    verdict: dict[str, Any] = field(default_factory=lambda: {"verified": True, "reason": "64 golden rows scored"})
    failing: dict[str, TaskError] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    packages: dict[str, str] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    configs: set[str] = field(default_factory=lambda: {OLD})
    scaling: list[str] = field(default_factory=list)
    pending: list[dict[str, str]] = field(default_factory=list)

    def walk(self, given: Any = None, *, name: str = "first-model", **substitutions: str) -> Walk:
        """Run the machine in this world, to its end."""
        machine = load("retrain", **({"StackName": "fraudstream", "EndpointKind": "serverless"} | substitutions))
        walk = Walk(machine=machine, services=self.services(), name=name)
        walk.run(given)
        return walk

    def called(self, action: str) -> list[dict[str, Any]]:
        """Return the arguments of every call of an action."""
        return [arguments for name, arguments in self.calls if name == action]

    def services(self) -> dict[str, Service]:
        """Return what answers each resource of the machine."""
        sagemaker = {
            "createModelPackage": self._register,
            "updateModelPackage": self._judge,
            "createModel": lambda a: self.models.add(a["ModelName"]),
            "deleteModel": lambda a: self.models.discard(a["ModelName"]),
            "createEndpointConfig": lambda a: self.configs.add(a["EndpointConfigName"]),
            "deleteEndpointConfig": lambda a: self.configs.discard(a["EndpointConfigName"]),
            "describeEndpoint": self._describe,
            "createEndpoint": lambda a: self._deploy(a, "Creating", {"status": "Failed", "config": OLD}),
            "updateEndpoint": lambda a: self._deploy(a, "Updating", dict(self.endpoint or {})),
            "deleteEndpoint": self._delete,
        }
        others = {
            f"{SDK}sfn:listExecutions": lambda _: {"Executions": self.executions},
            f"{SDK}ssm:getParameter": self._pointer,
            f"{SDK}ssm:putParameter": self._point,
            f"{SDK}s3:listObjectsV2": self._list,
            f"{SDK}s3:getObject": lambda _: {"Body": json.dumps(self.evaluation)},
            "arn:aws:states:::sagemaker:createProcessingJob.sync": lambda _: {},
            "arn:aws:states:::sagemaker:createTrainingJob.sync": lambda a: {
                "ModelArtifacts": {"S3ModelArtifacts": f"s3://models/{a['TrainingJobName']}/model.tar.gz"}
            },
            "arn:aws:states:::lambda:invoke": lambda _: {"Payload": self.verdict},
            "arn:aws:states:::sns:publish": lambda a: self.messages.append((a["Subject"], a["Message"])),
            f"{SDK}applicationautoscaling:registerScalableTarget": lambda a: self.scaling.append(a["ResourceId"]),
            f"{SDK}applicationautoscaling:putScalingPolicy": lambda a: self.scaling.append(a["PolicyName"]),
        }
        named = {f"{SDK}sagemaker:{action}": service for action, service in sagemaker.items()} | others
        return {arn: self._answering(arn, service) for arn, service in named.items()}

    def _answering(self, arn: str, service: Service) -> Service:
        action = arn.rpartition(":")[2].removesuffix(".sync")

        def answer(arguments: dict[str, Any]) -> Any:
            self.calls.append((action, arguments))
            if action in self.failing:
                raise self.failing[action]
            return service(arguments) or {}

        return answer

    def _pointer(self, _: Any) -> Any:
        if self.champion is None:
            raise TaskError("Ssm.ParameterNotFoundException", "not there")
        return {"Parameter": {"Value": json.dumps(self.champion)}}

    def _point(self, arguments: Any) -> None:
        assert arguments["Overwrite"] is True
        self.champion = json.loads(arguments["Value"])

    def _list(self, arguments: Any) -> Any:
        return {"Contents": [{"Key": "x"}]} if arguments["Prefix"] in self.data else {"KeyCount": 0}

    def _register(self, arguments: Any) -> Any:
        arn = f"arn:package/{len(self.packages) + 1}"
        self.packages[arn] = arguments["ModelApprovalStatus"]
        return {"ModelPackageArn": arn}

    def _judge(self, arguments: Any) -> None:
        self.packages[arguments["ModelPackageArn"]] = arguments["ModelApprovalStatus"]

    def _describe(self, _: Any) -> Any:
        if self.pending:
            self.endpoint = self.pending.pop(0) or None
        if not self.endpoint:
            raise TaskError("SageMaker.SageMakerException", 'Could not find endpoint "arn:..." (Service: SageMaker)')
        return {"EndpointStatus": self.endpoint["status"], "EndpointConfigName": self.endpoint["config"]}

    def _deploy(self, arguments: Any, meanwhile: str, otherwise: dict[str, str]) -> None:
        config = arguments["EndpointConfigName"]
        assert config in self.configs, f"{config} does not exist"
        before = self.endpoint["config"] if self.endpoint else config
        how = "works" if config == OLD else self.update  # the old configuration has proved itself
        end = {
            "works": {"status": "InService", "config": config},
            "rolls back": otherwise,
            "fails": {"status": "Failed", "config": config},
            "hangs": {"status": meanwhile, "config": before},
        }[how]
        self.endpoint = {"status": meanwhile, "config": before}
        self.pending = [dict(self.endpoint), end]

    def _delete(self, _: Any) -> None:
        self.endpoint = {"status": "Deleting", "config": (self.endpoint or {}).get("config", "")}
        self.pending = [dict(self.endpoint), {}]
