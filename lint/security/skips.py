"""What scanners find and we keep: each skip stands in the template with its reason, and none outlives its finding.

A resource's `Metadata.Skipped` holds for that resource and for what SAM makes of it. The template's own holds for every
resource of a type (`Of`): decisions about the whole system, said once. Both are lists of `{Rules: [...], Because: a
sentence}`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lint.security.findings import ScannerFinding

_SHORTEST_REASON = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """One rule that is not asked of one resource (`resource`) or of all of a type (`kind`)."""

    rule: str
    because: str
    resource: str = ""
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.rule} of {self.resource or self.kind}"

    def covers(self, finding: ScannerFinding, *, resource: str, kind: str) -> bool:
        """Tell whether it skips a finding about a resource of this type."""
        return self.rule == finding.rule and (self.resource == resource if self.resource else self.kind == kind)


def skips_of(template: Mapping[str, Any]) -> Iterator[Skip]:
    """Yield every skip of a template."""
    for entry in (template.get("Metadata") or {}).get("Skipped") or ():
        for kind in _listed(entry.get("Of")):
            for rule in _listed(entry.get("Rules")):
                yield Skip(rule=rule, because=str(entry.get("Because") or ""), kind=kind)
    for name, resource in template["Resources"].items():
        for entry in (resource.get("Metadata") or {}).get("Skipped") or ():
            for rule in _listed(entry.get("Rules")):
                yield Skip(rule=rule, because=str(entry.get("Because") or ""), resource=name)


def unexplained(skips: Iterable[Skip]) -> Iterator[str]:
    """Yield what is wrong with skips whose reason is no sentence."""
    for skip in skips:
        reason = skip.because.strip()
        if len(reason) < _SHORTEST_REASON or " " not in reason or not reason.endswith("."):
            yield f"{skip} is skipped without a reason: Because takes a sentence"


def apply(
    skips: Iterable[Skip], findings: Iterable[ScannerFinding], template: Mapping[str, Any], expanded: Mapping[str, Any]
) -> tuple[list[ScannerFinding], list[ScannerFinding], list[Skip]]:
    """Return the findings that stay, those that are skipped, and the skips that skipped nothing."""
    skips = list(skips)
    stay, skipped, used = [], [], set()
    for finding in findings:
        resource = source_of(finding.where, template["Resources"]) or finding.where
        kind = expanded["Resources"].get(finding.where, {}).get("Type", "")
        covering = [skip for skip in skips if skip.covers(finding, resource=resource, kind=kind)]
        used.update(covering)
        (skipped if covering else stay).append(finding)
    return stay, skipped, [skip for skip in skips if skip not in used]


def source_of(logical_id: str, resources: Mapping[str, Any]) -> str | None:
    """Return the template's own resource from which SAM made one: the longest whose name it begins with."""
    if logical_id in resources:
        return logical_id
    sam = (
        name for name, resource in resources.items() if str(resource.get("Type", "")).startswith("AWS::Serverless::")
    )
    return max((name for name in sam if logical_id.startswith(name)), key=len, default=None)


def _listed(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []
