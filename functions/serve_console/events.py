"""What became of models: registered, live, rolled back, refused; told by the machines, the registry and the pointer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from executions import Execution
from fraudstream.adapters.registry import Package
from fraudstream.console.models import EventKind, ModelEvent
from moments import text_of
from pointer import Pointed

_SUCCEEDED = "SUCCEEDED"
_REFUSED = {"kept": "", "unfit": "in shadow: "}
_UNTOUCHED = frozenset({"Begin", "ListRuns", "LookAtOther", "ReadChampion", "DescribePackage", "CheckArtefact"})
"""Steps of a deployment in which the endpoint has not been touched yet."""
_NOT_FIT = frozenset({"ArtefactChanged", "NotApproved", "UnprovenPackage"})
_OF_DEPLOYMENT = frozenset({"Deploy", "KeepChampion"})
_TOLD = " (the operations topic was told)"
_SENTENCE = re.compile(r'\\*"(?:ExitMessage|FailureReason|ErrorMessage)\\*":\s*\\*"([^"\\]+)')
_LONGEST = 500
_ENDED = {"TIMED_OUT": "it took longer than it may", "ABORTED": "it was stopped by a person"}


def events(
    packages: Sequence[Package],
    pointed: Sequence[Pointed],
    retrainings: Sequence[Execution],
    deployments: Sequence[Execution],
) -> tuple[ModelEvent, ...]:
    """Return what became of models, the newest first.

    Parameters
    ----------
    pointed
        Every move of the pointer that is kept, the oldest first.
    """
    versions = {package.arn: package.model_version for package in packages}
    told = [
        *(_registered(package) for package in packages),
        *_live(pointed, {package.arn: package for package in packages}),
        *(event for each in retrainings if (event := _of_retraining(each)) is not None),
        *(event for each in deployments if (event := _of_deployment(each, versions, pointed)) is not None),
    ]
    ended_badly = {event.model_version for event in told if event.kind in ("refused", "rolled_back", "failed")}
    told += [
        _event(package.modified, "refused", package.model_version, package.remark)
        for package in packages
        if package.approval == "Rejected" and package.modified and package.model_version not in ended_badly
    ]
    return tuple(sorted(told, key=lambda event: event.at, reverse=True))


def sentence(cause: str) -> str:
    """Return why something failed, for people: a job's cause is the whole job as JSON, and the sentence is in it."""
    step, _, why = cause.removesuffix(_TOLD).partition(": ")
    found = _SENTENCE.search(why)
    return f"{step}: {found[1] if found else why}"[:_LONGEST] if why else step[:_LONGEST]


def why_registered(package: Package) -> str:
    """Return why a package is in the registry, without the run's name, which stands beside it."""
    return package.why.removeprefix(f"Run {package.properties.get('run', '')}: ")


def _registered(package: Package) -> ModelEvent:
    text = f"version {package.number} of the registry: {why_registered(package)}".removesuffix(": ")
    return _event(package.created, "registered", package.model_version, text)


def _live(pointed: Sequence[Pointed], packages: Mapping[str, Package]) -> Iterator[ModelEvent]:
    seen: list[str] = []
    for each in pointed:
        package = packages.get(each.model_package_arn)
        text = why_registered(package) if package else ""
        if each.model_package_arn in seen:
            text = "deployed again" if each.model_package_arn == seen[-1] else "gone back to: it was live before"
        seen.append(each.model_package_arn)
        yield _event(each.at, "live", each.model_version, text)


def _of_retraining(run: Execution) -> ModelEvent | None:
    if run.status == _SUCCEEDED:
        status = run.said.get("status")
        if status not in _REFUSED:
            return None
        text = _REFUSED[status] + str(run.said.get("reason", ""))
        return _event(run.ended, "refused", run.said.get("model_version"), text)
    if run.cause.partition(": ")[0] in _OF_DEPLOYMENT:
        return None  # the deployment's own execution says it
    return _event(run.ended, "failed", None, _why_failed(run))


def _of_deployment(run: Execution, versions: Mapping[str, str], pointed: Sequence[Pointed]) -> ModelEvent | None:
    if run.status == _SUCCEEDED:
        if run.said.get("status") != "restored":
            return None  # the pointer tells of those that went live
        return _event(run.ended, "live", run.said.get("model_version"), str(run.said.get("reason", "")))
    package = str(run.asked.get("model_package_arn", ""))
    was_live = next((each.model_package_arn for each in reversed(pointed) if each.at <= run.ended), None) == package
    step = run.cause.partition(": ")[0]
    kind: EventKind = "rolled_back"
    if run.error in _NOT_FIT:
        kind = "refused"
    elif was_live or step in _UNTOUCHED or run.status in _ENDED:
        kind = "failed"
    return _event(run.ended, kind, versions.get(package), _why_failed(run))


def _why_failed(run: Execution) -> str:
    return _ENDED.get(run.status) or sentence(run.cause) or run.error or run.status


def _event(at: datetime, kind: EventKind, version: str | None, text: str) -> ModelEvent:
    return ModelEvent(at=text_of(at), kind=kind, model_version=version or None, text=text)
