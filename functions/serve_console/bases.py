"""What a decision was made by: the model's thresholds or the team's, the model, and the policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluations import thresholds_of
from fraudstream.console.basis import Basis, BasisModel, BasisPolicy, BasisThresholds
from fraudstream.console.models import ModelThresholds
from fraudstream.console.rules import RulesDocument
from moments import text_of
from publications import PublishedRules
from registered import Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Bases:
    """Finds what the names in a decision stand for."""

    models: Registered
    rules: PublishedRules

    def of(self, model_version: str | None, rules_version: str | None) -> Basis:
        """Return what a decision was made by; null for what it does not name, or nobody knows any more.

        Raises
        ------
        StoreUnavailableError
            Something of AWS is away.
        """
        package = self.models.find(model_version) if model_version else None
        document = self.rules.document(rules_version) if rules_version else None
        evaluation = self.models.evaluation(package) if package else None
        model = None
        if package is not None:
            model = BasisModel(
                model_version=package.model_version,
                registered_at=text_of(package.created),
                approval=package.approval,
                live=self.models.champion().model_package_arn == package.arn,
            )
        return Basis(
            thresholds=thresholds(thresholds_of(evaluation) if evaluation else None, document and document.document),
            model=model,
            policy=_policy(document) if document else None,
        )


def thresholds(of_model: ModelThresholds | None, policy: Mapping[str, Any] | None) -> BasisThresholds | None:
    """Return the thresholds that held: the team's where it set them, else the model's; None if one is not known."""
    chosen = (policy or {}).get("thresholds", {})
    held: dict[str, float] = {}
    by_team = False
    for name in ("review", "block"):
        said = chosen.get(name, "model")
        if said != "model":
            held[name], by_team = float(said), True
        elif of_model is not None:
            held[name] = getattr(of_model, name)
    if len(held) < 2:
        return None
    return BasisThresholds(**held, source="policy" if by_team else "model")


def _policy(document: RulesDocument) -> BasisPolicy:
    return BasisPolicy(version=document.version, author=document.author, at=document.at, why=document.why)
