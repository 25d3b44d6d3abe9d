"""The services the machines talk to, as far as they can tell: jobs, registry, endpoint, pointer, topic, each other."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from tests.unit.state_machine_walker import Service, TaskError, Walk, load

SDK = "arn:aws:states:::aws-sdk:"
GROUP = "arn:aws:sagemaker:us-east-1:123456789012:model-package/fraudstream"
OLD_PACKAGE, NEW_PACKAGE = f"{GROUP}/1", f"{GROUP}/2"
EVALUATION: dict[str, Any] = {
    "promote": True,
    "reason": "average precision 0.7100 against the champion's 0.6800",
    "model_version": "new",
    "schema_hash": "feedbeeffeedbeef",
    "artefact_sha256": "ab" * 32,
    "test": {"rows": 1000, "frauds": 9, "from": "2026-02-20", "until": "2026-02-27"},
    "challenger": {
        "all_rows": {
            "average_precision": 0.71,
            "recall_at_budget": 0.6,
            "budget": 0.005,
            "card_precision_at_k": 0.3,
            "k": 100,
        },
        "money": {"saved_minor": 1234500},
    },
    "champion": {"all_rows": {"average_precision": 0.68, "recall_at_budget": 0.55, "card_precision_at_k": None}},
    "money": {"currency": "EUR"},
}


BROKEN = TaskError("SageMaker.SageMakerException", "the service is unwell")


@dataclass(kw_only=True)
class World:
    """Everything there is, and how it misbehaves. It begins empty; `with_champion` gives it a model that scores.

    Parameters
    ----------
    update
        What becomes of a configuration that has not been served before: ``works``, ``rolls back``, ``fails`` or
        ``hangs``.
    failing
        Errors by the action that answers with them, such as ``createModel``.
    fails_after
        An action, and after it another that answers with an error.
    settings
        Substitutions of both machines.
    """

    champion: dict[str, Any] | None = None
    endpoint: dict[str, str] | None = None
    evaluation: dict[str, Any] = field(default_factory=lambda: json.loads(json.dumps(EVALUATION)))
    shadow: dict[str, Any] = field(
        default_factory=lambda: {"fit": True, "reason": "scores agree on 5,000 transactions"}
    )
    best: dict[str, str] = field(default_factory=lambda: {"max_depth": "5", "learning_rate": "0.07"})
    data: tuple[str, ...] = ("archive/", "raw/")
    executions: list[dict[str, str]] = field(default_factory=list)
    deployments: list[dict[str, str]] = field(default_factory=list)
    update: str = "works"
    verdict: dict[str, Any] = field(default_factory=lambda: {"verified": True, "reason": "64 golden rows scored"})
    whole: bool = True
    failing: dict[str, TaskError] = field(default_factory=dict)
    fails_after: tuple[str, str, TaskError] | None = None
    missing: set[str] = field(default_factory=set)
    settings: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    registry: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: list[str] = field(default_factory=list)
    configs: list[str] = field(default_factory=list)
    served: set[str] = field(default_factory=set)
    scaling: list[str] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    pending: list[dict[str, str]] = field(default_factory=list)
    nested: list[Walk] = field(default_factory=list)

    def retrain(self, given: Any = None, *, name: str = "first-model") -> Walk:
        """Run the retraining machine in this world, to its end."""
        return self._run("retrain", given, name)

    def deploy(self, package: str = NEW_PACKAGE, *, name: str = "by-hand", **more: Any) -> Walk:
        """Run the deployment machine for a package, to its end."""
        return self._run("deploy", {"model_package_arn": package} | more, name)

    def score_batch(self, given: Any = None, *, name: str = "batch") -> Walk:
        """Run the machine that scores files, to its end."""
        return self._run("score_batch", given, name)

    @property
    def documents(self) -> dict[str, Any]:
        """What the jobs of a run leave, by file name."""
        return {
            "evaluation.json": self.evaluation,
            "shadow.json": self.shadow,
            "model_card.json": {"model_overview": {"model_name": "new"}},
        }

    def jobs(self) -> list[str]:
        """Return the names of the processing jobs, in order."""
        return [arguments["ProcessingJobName"] for arguments in self.called("createProcessingJob")]

    def called(self, action: str) -> list[dict[str, Any]]:
        """Return the arguments of every call of an action."""
        return [arguments for name, arguments in self.calls if name == action]

    def done(self, *actions: str) -> list[str]:
        """Return which of some actions were called, in order."""
        return [action for action, _ in self.calls if action in actions]

    def forget(self) -> None:
        """Forget what was called and told; what there is stays."""
        self.calls.clear()
        self.messages.clear()
        self.scaling.clear()
        self.nested.clear()

    def register(self, version: str, status: str = "PendingManualApproval") -> str:
        """Put a package of a model into the registry, as the retraining machine does; return its ARN."""
        facts = {name: EVALUATION[name] for name in ("schema_hash", "artefact_sha256")} | {"model_version": version}
        facts |= {"run": version, "golden_rows": f"s3://models/runs/{version}/evaluation/golden_rows.json"}
        container = {"Image": "image", "ModelDataUrl": f"s3://models/{version}/model.tar.gz", "Environment": {"A": "b"}}
        request = {
            "ModelApprovalStatus": status,
            "ModelPackageDescription": f"Run {version}: better",
            "InferenceSpecification": {"Containers": [container]},
            "CustomerMetadataProperties": facts,
        }
        return str(self._register(request)["ModelPackageArn"])

    def status_of(self, package: str) -> str:
        """Return a package's approval status."""
        return str(self.registry[package]["ModelApprovalStatus"])

    def _run(self, machine: str, given: Any, name: str) -> Walk:
        substitutions = {"StackName": "fraudstream", "EndpointKind": "serverless", "RequireApproval": "false"}
        substitutions |= {"TrafficShift": "all-at-once", "ShiftWatchSeconds": "180", "PrepareWith": "sagemaker"}
        substitutions |= {"TuningJobs": "0", "ShadowHours": "0"}
        walk = Walk(
            machine=load(machine, **(substitutions | self.settings)), services=self.services(machine), name=name
        )
        walk.output = walk.run(given)
        return walk

    def services(self, machine: str) -> dict[str, Service]:
        """Return what answers each resource of a machine."""
        sagemaker = {
            "createModelPackage": self._register,
            "describeModelPackage": lambda a: self.registry[a["ModelPackageName"]],
            "updateModelPackage": lambda a: self.registry[a["ModelPackageArn"]].update(a),
            "createModel": lambda a: _create(self.models, a["ModelName"], "model"),
            "deleteModel": lambda a: _delete(self.models, a["ModelName"]),
            "listModels": lambda a: {"Models": [{"ModelName": m} for m in _listed(self.models, a)]},
            "createEndpointConfig": lambda a: _create(self.configs, a["EndpointConfigName"], "endpoint configuration"),
            "deleteEndpointConfig": lambda a: _delete(self.configs, a["EndpointConfigName"]),
            "listEndpointConfigs": lambda a: {
                "EndpointConfigs": [{"EndpointConfigName": c} for c in _listed(self.configs, a)]
            },
            "createModelCard": lambda a: self.cards.append(a["ModelCardName"]),
            "describeEndpoint": self._describe,
            "createEndpoint": lambda a: self._bring(a, "Creating", {"status": "Failed", "config": "fraudstream-other"}),
            "updateEndpoint": lambda a: self._bring(a, "Updating", dict(self.endpoint or {})),
            "deleteEndpoint": self._delete_endpoint,
        }
        running = self.executions if machine == "retrain" else self.deployments
        others = {
            f"{SDK}sfn:listExecutions": lambda _: {"Executions": running},
            f"{SDK}sfn:describeExecution": lambda a: {
                "Input": next(e["Input"] for e in running if e["ExecutionArn"] == a["ExecutionArn"])
            },
            f"{SDK}ssm:getParameter": self._pointer,
            f"{SDK}ssm:putParameter": self._point,
            f"{SDK}s3:listObjectsV2": self._list,
            f"{SDK}s3:getObject": self._read,
            "arn:aws:states:::sagemaker:createProcessingJob.sync": lambda _: {},
            "arn:aws:states:::glue:startJobRun.sync": lambda _: {},
            "arn:aws:states:::sagemaker:createTransformJob.sync": lambda _: {},
            "arn:aws:states:::sagemaker:createHyperParameterTuningJob.sync": lambda _: {
                "BestTrainingJob": {"TunedHyperParameters": dict(self.best)}
            },
            "arn:aws:states:::sagemaker:createTrainingJob.sync": lambda a: {
                "ModelArtifacts": {"S3ModelArtifacts": f"s3://models/{a['TrainingJobName']}/model.tar.gz"}
            },
            "arn:aws:states:::states:startExecution.sync:2": self._nest,
            "arn:aws:states:::lambda:invoke": self._verify,
            "arn:aws:states:::sns:publish": lambda a: self.messages.append((a["Subject"], a["Message"])),
            f"{SDK}applicationautoscaling:registerScalableTarget": lambda a: self.scaling.append(a["ResourceId"]),
            f"{SDK}applicationautoscaling:putScalingPolicy": lambda a: self.scaling.append(a["PolicyName"]),
        }
        named = {f"{SDK}sagemaker:{action}": service for action, service in sagemaker.items()} | others
        return {arn: self._answering(arn, service) for arn, service in named.items()}

    def _answering(self, arn: str, service: Service) -> Service:
        action = arn.removesuffix(":2").removesuffix(".sync").rpartition(":")[2]

        def answer(arguments: dict[str, Any]) -> Any:
            self.calls.append((action, arguments))
            assert_known(arn, action, arguments)
            if action in self.failing:
                raise self.failing[action]
            if self.fails_after and action == self.fails_after[1] and self.called(self.fails_after[0]):
                raise self.fails_after[2]
            return service(arguments) or {}

        return answer

    def _nest(self, arguments: dict[str, Any]) -> Any:
        walk = self._run("deploy", arguments["Input"], "nested")
        self.nested.append(walk)
        said = {"Name": "nested", "Status": walk.status, "Error": walk.error, "Cause": walk.cause}
        if walk.status == "FAILED":
            raise TaskError("States.TaskFailed", json.dumps(said))
        return said | {"Output": walk.output}

    def _verify(self, arguments: Any) -> Any:
        payload = arguments["Payload"]
        assert payload["artefact_sha256"] == EVALUATION["artefact_sha256"]
        if not self.whole:
            return {"Payload": {"verified": False, "reason": "the artefact was changed after it was registered"}}
        if "endpoint_name" not in payload:
            return {"Payload": {"verified": True, "reason": "the artefact is the one that was registered"}}
        return {"Payload": self.verdict}

    def _pointer(self, _: Any) -> Any:
        if self.champion is None:
            raise TaskError("Ssm.ParameterNotFoundException", "not there")
        return {"Parameter": {"Value": json.dumps(self.champion)}}

    def _point(self, arguments: Any) -> None:
        assert arguments["Overwrite"] is True
        self.champion = json.loads(arguments["Value"])

    def _read(self, arguments: Any) -> Any:
        name = arguments["Key"].rpartition("/")[2]
        if name in self.missing:
            raise TaskError("S3.NoSuchKeyException", f"there is no {name}")
        return {"Body": json.dumps(self.documents[name])}

    def _list(self, arguments: Any) -> Any:
        return {"Contents": [{"Key": "x"}]} if arguments["Prefix"] in self.data else {"KeyCount": 0}

    def _register(self, arguments: Any) -> Any:
        number = len(self.registry) + 1
        self.registry[f"{GROUP}/{number}"] = arguments | {"ModelPackageVersion": number}
        return {"ModelPackageArn": f"{GROUP}/{number}"}

    def _describe(self, _: Any) -> Any:
        if self.pending:
            self.endpoint = self.pending.pop(0) or None
        if not self.endpoint:
            raise TaskError("SageMaker.SageMakerException", 'Could not find endpoint "arn:..." (Service: SageMaker)')
        if self.endpoint["status"] == "InService":
            self.served.add(self.endpoint["config"])
        return {"EndpointStatus": self.endpoint["status"], "EndpointConfigName": self.endpoint["config"]}

    def _bring(self, arguments: Any, meanwhile: str, otherwise: dict[str, str]) -> None:
        config = arguments["EndpointConfigName"]
        if config not in self.configs:
            raise TaskError("SageMaker.SageMakerException", f'Could not find endpoint configuration "{config}"')
        before = self.endpoint["config"] if self.endpoint else config
        how = "works" if config in self.served else self.update  # what was served before has proved itself
        end = {
            "works": {"status": "InService", "config": config},
            "rolls back": otherwise,
            "fails": {"status": "Failed", "config": config},
            "hangs": {"status": meanwhile, "config": before},
        }[how]
        self.endpoint = {"status": meanwhile, "config": before}
        self.pending = [dict(self.endpoint), end]

    def _delete_endpoint(self, _: Any) -> None:
        self.endpoint = {"status": "Deleting", "config": (self.endpoint or {}).get("config", "")}
        self.pending = [dict(self.endpoint), {}]


@cache
def _model(service: str) -> Any:
    return botocore.session.Session().get_service_model(service)


def assert_known(arn: str, action: str, arguments: dict[str, Any]) -> None:
    """Hold a call's arguments against the API's own model: a misspelt name would only be found on AWS."""
    service = next((name for name in ("sagemaker", "glue") if f":{name}:" in arn), None)
    if service:
        shape = _model(service).operation_model(action[:1].upper() + action[1:]).input_shape
        report = ParamValidator().validate(arguments, shape)
        assert not report.has_errors(), f"{action}: {report.generate_report()}"


def with_champion(**given: Any) -> World:
    """Return a world in which the first package was deployed by the machine itself; then it is as given."""
    settings = {"settings": given["settings"]} if "settings" in given else {}
    world = World(**settings)
    asked = world.settings.get("RequireApproval") == "true"
    world.deploy(world.register("old", "Approved" if asked else "PendingManualApproval"))
    assert world.champion is not None
    world.forget()
    for name, value in given.items():
        setattr(world, name, value)
    return world


def challenged(**given: Any) -> World:
    """Return a world with a champion, and a second package that waits."""
    world = with_champion(**given)
    assert world.register("new") == NEW_PACKAGE
    return world


def assert_as_before(world: World) -> None:
    """The champion scores, alone: pointer, endpoint, models and configurations are as they were."""
    assert world.champion is not None
    assert world.champion["model_version"] == "old"
    assert world.endpoint == {"status": "InService", "config": OLD_CONFIG}
    assert (world.configs, world.models) == ([OLD_CONFIG], [OLD_CONFIG])


def _create(names: list[str], name: str, kind: str) -> None:
    if name in names:
        raise TaskError("SageMaker.SageMakerException", f'Cannot create already existing {kind} "arn:{name}".')
    names.append(name)


def _delete(names: list[str], name: str) -> None:
    if name not in names:
        raise TaskError("SageMaker.SageMakerException", f'Could not find "{name}".')
    names.remove(name)


def _listed(names: list[str], arguments: dict[str, Any]) -> list[str]:
    """Return names with a text in them, the newest first."""
    assert (arguments["SortBy"], arguments["SortOrder"]) == ("CreationTime", "Descending")
    return [name for name in reversed(names) if arguments["NameContains"] in name][: arguments["MaxResults"]]


OLD_CONFIG = str((with_champion().champion or {})["endpoint_config_name"])
"""What `with_champion` has on its endpoint, unless its settings are others."""
