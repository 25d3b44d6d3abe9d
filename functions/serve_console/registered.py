"""The models of the stack: those of the registry, and challengers that were not registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from aged import Aged
from evaluations import metrics_of, thresholds_of
from executions import Execution, Executions
from fraudstream.adapters import registry
from fraudstream.adapters.calls import Calls, chunks, store_errors
from fraudstream.adapters.registry import Champion, Package
from fraudstream.console.models import Model, ModelReport, Models
from moments import text_of
from objects import Documents
from pointer import moves
from settings import Settings

from events import events

_NEWEST = 20
_LOOKED_THROUGH = 200
"""Versions of the registry in which one that a decision names is looked for."""
_NOT_REGISTERED = "NotRegistered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Reads models.

    Attributes
    ----------
    described
        Packages by name and approval; what is said of an approval may be a few minutes old.
    evaluations
        Documents by their key; they never change.
    """

    settings: Settings
    sagemaker: Any
    ssm: Any
    documents: Documents
    executions: Executions
    calls: Calls
    described: Aged[Package]
    evaluations: Aged[dict[str, Any] | None]

    def all(self) -> Models:
        """Return the newest models, and what became of them.

        Raises
        ------
        StoreUnavailableError
            Something of AWS is away.
        """
        current, packages = self.champion(), self._packages(_NEWEST)
        pointed = moves(self.ssm, self.settings.champion_parameter)
        retrainings = self.executions.ended(self.settings.retrain_state_machine_arn)
        deployments = self.executions.ended(self.settings.deploy_state_machine_arn)
        refused = [run for run in retrainings if run.said.get("status") == "kept"]
        models = [
            *self.calls.map(lambda package: self._model(package, current), packages),
            *self.calls.map(self._challenger, refused),
        ]
        models.sort(key=lambda model: model.registered_at, reverse=True)
        return Models(
            champion=current.model_version or None,
            models=tuple(models[:_NEWEST]),
            events=events(packages, pointed, retrainings, deployments),
        )

    def report(self, version: str) -> ModelReport | None:
        """Return one model with its evaluation; None if there is no such model.

        Raises
        ------
        StoreUnavailableError
            Something of AWS is away.
        """
        package = self.find(version)
        if package is not None:
            model, key = self._model(package, self.champion()), self._key(package)
        else:
            runs = self.executions.ended(self.settings.retrain_state_machine_arn)
            run = next((each for each in runs if _is_challenger(each, version)), None)
            if run is None:
                return None
            model, key = self._challenger(run), _key_of_run(run.name)
        shown = {name: getattr(model, name) for name in model.__struct_fields__}
        return ModelReport(**shown, evaluation=self._evaluation(key))

    def find(self, version: str) -> Package | None:
        """Return a version of the registry by the name that decisions have; None if there is none."""
        with store_errors("ListModelPackages"):
            found = list(islice(registry.summaries(self.sagemaker, self.settings.stack_name, 100), _LOOKED_THROUGH))
        for some in chunks(found, _NEWEST):
            for package in self._describe(some):
                if package.model_version == version:
                    return package
        return None

    def champion(self) -> Champion:
        """Return what scores now."""
        with store_errors("GetParameter"):
            return registry.champion(self.ssm, self.settings.champion_parameter)

    def evaluation(self, package: Package) -> dict[str, Any] | None:
        """Return a package's evaluation; None where it is gone."""
        return self._evaluation(self._key(package))

    def _packages(self, most: int) -> list[Package]:
        with store_errors("ListModelPackages"):
            found = list(islice(registry.summaries(self.sagemaker, self.settings.stack_name, most), most))
        return self._describe(found)

    def _describe(self, summaries: Sequence[dict[str, Any]]) -> list[Package]:
        def describe(summary: dict[str, Any]) -> Package:
            arn = summary["ModelPackageArn"]
            with store_errors("DescribeModelPackage"):
                return self.described.get(
                    (arn, summary.get("ModelApprovalStatus")), lambda: registry.describe(self.sagemaker, arn)
                )

        return self.calls.map(describe, summaries)

    def _model(self, package: Package, current: Champion) -> Model:
        evaluation = self.evaluation(package)
        return Model(
            model_version=package.model_version or None,
            number=package.number,
            registered_at=text_of(package.created),
            approval=package.approval,
            remark=package.remark,
            run=package.properties.get("run"),
            live=bool(current.model_package_arn) and package.arn == current.model_package_arn,
            thresholds=thresholds_of(evaluation) if evaluation else None,
            metrics=metrics_of(evaluation) if evaluation else None,
            has_report=evaluation is not None,
        )

    def _challenger(self, run: Execution) -> Model:
        evaluation = self._evaluation(_key_of_run(run.name))
        return Model(
            model_version=run.said.get("model_version"),
            number=None,
            registered_at=text_of(run.ended),
            approval=_NOT_REGISTERED,
            remark=str(run.said.get("reason", "")),
            run=run.name,
            live=False,
            thresholds=thresholds_of(evaluation) if evaluation else None,
            metrics=metrics_of(evaluation) if evaluation else None,
            has_report=evaluation is not None,
        )

    def _key(self, package: Package) -> str | None:
        return self.documents.key_of(package.metrics_url)

    def _evaluation(self, key: str | None) -> dict[str, Any] | None:
        return self.evaluations.get(key, lambda: self.documents.read(key)) if key else None


def _is_challenger(run: Execution, version: str) -> bool:
    return run.said.get("status") == "kept" and run.said.get("model_version") == version


def _key_of_run(name: str) -> str:
    return f"runs/{name}/evaluation/evaluation.json"
