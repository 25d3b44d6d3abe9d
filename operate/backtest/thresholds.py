"""From which scores the models of a period had rows reviewed and blocked."""

import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.policy import APPROVE, BLOCK, OUTCOMES, REVIEW, CompiledPolicy
from fraudstream.scoring import Thresholds
from numpy.typing import NDArray

from operate.archive.joined import JOINED_BY
from operate.archive.rows import Rows
from operate.objects import read_object
from operate.registry import champion, packages
from operate.stack import Target

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
    highest that passed and the lowest that did not, of rows that were treated more severely than the rules that fired
    ask for: that decides these rows alike.
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
    mine = rows.coded["model_version"].where(lambda value: value == version)
    outcome, score = outcomes_of(rows), rows.score
    by_score = mine & (outcome > _severity_of_rules(rows, present))
    review = _lowest(score[by_score & (outcome >= REVIEW)])
    return Thresholds(review=review, block=max(review, _lowest(score[by_score & (outcome == BLOCK)])))


def _severity_of_rules(rows: Rows, present: CompiledPolicy) -> NDArray[np.int64]:
    """Return what the fired rules alone would have had done; the severest where another document's fired: unknown."""
    severities = {voice.name: OUTCOMES.index(voice.outcome) for voice in present.voices}

    def severity(names: str) -> int:
        return max((severities.get(name, BLOCK) for name in names.split(JOINED_BY) if name), default=APPROVE)

    fired = rows.coded["rules_fired"]
    by_present = rows.coded["rules_version"].where(lambda value: value == present.version)
    return np.where(by_present | ~fired.where(bool), fired.numbers(severity, APPROVE), BLOCK)


def outcomes_of(rows: Rows) -> NDArray[np.int64]:
    """Return what was decided, as positions in `fraudstream.policy.OUTCOMES`."""
    return rows.coded["decision"].numbers(("approve", "review", "block").index, -1)


def _lowest(scores: NDArray[np.float64]) -> float:
    """Return the lowest score; where there is none, one that no row reaches."""
    return float(scores.min()) if len(scores) else float(np.nextafter(1.0, 2.0))
