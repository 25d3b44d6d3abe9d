"""From which scores the models of a period had rows reviewed and blocked."""

import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.policy import BLOCK, REVIEW, CompiledPolicy
from fraudstream.scoring import Thresholds
from numpy.typing import NDArray

from operate.archive.joined import JOINED_BY
from operate.archive.rows import Rows
from operate.objects import read_object
from operate.registry import champion, packages
from operate.target import Target

_METADATA = "bundle/metadata.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The thresholds of a model, and from where they are known: `given`, `registry` or `decisions`."""

    thresholds: Thresholds
    source: str


class GivenThresholdsError(Exception):
    """What was given on the command line is no pair of thresholds."""


def thresholds_of(
    rows: Rows, present: CompiledPolicy, target: Target | None, given: Mapping[str, Thresholds]
) -> dict[str, Found]:
    """Return the thresholds of every model that scored rows: given, else of the registry, else as decisions show them.

    The archive does not state thresholds, the model's artefact does. What its decisions show is a score between the
    highest that passed and the lowest that did not, of rows on which no rule fired that has a say beside a score: that
    decides these rows alike.
    """
    models = rows.coded["model_version"]
    used = [models.values[code] for code in np.unique(models.codes[models.codes >= 0]).tolist()]
    found = {version: Found(thresholds=given[version], source="given") for version in used if version in given}
    if target is not None and len(found) < len(used):
        of_registry = _of_registry(target, set(used) - set(found))
        found |= {version: Found(thresholds=limits, source="registry") for version, limits in of_registry.items()}
    for version in used:
        if version not in found:
            found[version] = Found(thresholds=_shown(rows, version, present), source="decisions")
    return found


def read_given(texts: list[str]) -> dict[str, Thresholds]:
    """Return thresholds as the command line gives them: `model=review,block`.

    Raises
    ------
    GivenThresholdsError
        For anything else.
    """
    found = {}
    for text in texts:
        version, _, pair = text.rpartition("=")
        try:
            review, block = (float(part) for part in pair.split(","))
        except ValueError:
            review, block = 1.0, 0.0
        if not version or not 0 <= review <= block <= 1:
            raise GivenThresholdsError(f"--thresholds takes model_version=review,block with 0 to 1, not {text!r}")
        found[version] = Thresholds(review=review, block=block)
    return found


def _of_registry(target: Target, wanted: set[str]) -> dict[str, Thresholds]:
    """Return what the artefacts of the registry say; of what cannot be read, nothing: the decisions are left."""
    found: dict[str, Thresholds] = {}
    try:
        current = champion(target)
        if current.model_version in wanted:
            found |= _of_artefact(target, current.model_version, current.model_data_url)
        for package in packages(target) if wanted - set(found) else ():
            if package.model_version in wanted - set(found):
                found |= _of_artefact(target, package.model_version, package.model_data_url)
            if set(found) == wanted:
                break
    except (ClientError, BotoCoreError):
        return found
    return found


def _of_artefact(target: Target, version: str, address: str) -> dict[str, Thresholds]:
    try:
        with tarfile.open(fileobj=io.BytesIO(read_object(target.client("s3"), address))) as artefact:
            member = artefact.extractfile(next(m for m in artefact if m.name.removeprefix("./") == _METADATA))
            said: dict[str, Any] = json.load(member) if member else {}
        limits = said["thresholds"]
        if said["model_version"] != version:
            return {}
        return {version: Thresholds(review=float(limits["review"]), block=float(limits["block"]))}
    except (ClientError, tarfile.TarError, OSError, EOFError, StopIteration, KeyError, ValueError, TypeError):
        return {}


def _shown(rows: Rows, version: str, present: CompiledPolicy) -> Thresholds:
    # Approve rules have no say beside a score; which ones they are, only the present document tells.
    without_say = {voice.name for voice in present.voices if voice.outcome == "approve" and not voice.is_list}
    by_present = rows.coded["rules_version"].where(lambda value: value == present.version)
    fired = rows.coded["rules_fired"]
    harmless = fired.where(lambda names: without_say.issuperset(names.split(JOINED_BY)))
    quiet = ~fired.where(bool) | (by_present & harmless)
    mine = quiet & rows.coded["model_version"].where(lambda value: value == version)
    outcome = outcomes_of(rows)[mine]
    score = rows.score[mine]
    review = _lowest(score[outcome >= REVIEW])
    return Thresholds(review=review, block=max(review, _lowest(score[outcome == BLOCK])))


def outcomes_of(rows: Rows) -> NDArray[np.int64]:
    """Return what was decided, as positions in `fraudstream.policy.OUTCOMES`."""
    return rows.coded["decision"].numbers(("approve", "review", "block").index, -1)


def _lowest(scores: NDArray[np.float64]) -> float:
    """Return the lowest score; where there is none, one that no row reaches."""
    return float(scores.min()) if len(scores) else float(np.nextafter(1.0, 2.0))
