"""The champion: what it is, what it learned from, and what it had in its evaluation."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from fraudstream.adapters.calls import store_errors
from fraudstream.drift import Evaluated, read_bundled

_LARGEST_ARTEFACT = 512 << 20
_LARGEST_REPORT = 16 << 20
_GONE = frozenset({"NoSuchKey", "404"})


class ChampionError(Exception):
    """The champion's artefact cannot be read: it scores, but what it learned from is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """The model that scores.

    Attributes
    ----------
    since
        When the pointer was moved to it.
    score_rows
        How many rows the baseline's score was measured on.
    """

    version: str
    since: datetime
    features_version: str
    names: tuple[str, ...]
    baseline: dict[str, Any]
    score_rows: int | None
    evaluated: Evaluated | None


def read_champion(ssm: Any, s3: Any, *, parameter: str, models_bucket: str) -> Champion | None:
    """Return the champion; None before the first.

    Raises
    ------
    ChampionError
        If its artefact is gone, larger than any of ours, or not one.
    """
    try:
        found = ssm.get_parameter(Name=parameter)["Parameter"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise
    pointer = json.loads(found["Value"])
    baseline, metadata = _bundled(s3, pointer["model_data_url"])
    return Champion(
        version=pointer["model_version"],
        since=found["LastModifiedDate"],
        features_version=metadata["features_version"],
        names=tuple(metadata["feature_names"]),
        baseline=baseline,
        score_rows=metadata.get("windows", {}).get("validation", {}).get("rows"),
        evaluated=_evaluated(s3, models_bucket, pointer),
    )


def _bundled(s3: Any, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    with store_errors(f"GetObject {key}"):
        try:
            answer = s3.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise ChampionError(f"the champion's artefact {address} is gone; put it back or retrain") from error
            raise
        if answer["ContentLength"] > _LARGEST_ARTEFACT:
            raise ChampionError(f"the champion's artefact {address} is larger than {_LARGEST_ARTEFACT:,} bytes")
        read = read_bundled(answer["Body"], key)
    if isinstance(read, str):
        raise ChampionError(f"{read}; go back to another model or retrain")
    return read


def _evaluated(s3: Any, bucket: str, pointer: dict[str, Any]) -> Evaluated | None:
    """Return what the model's run measured; None where its report is gone, which it is after a year."""
    key = f"runs/{pointer.get('run')}/evaluation/evaluation.json"
    with store_errors(f"GetObject {key}"):
        try:
            answer = s3.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        if answer["ContentLength"] > _LARGEST_REPORT:
            return None
        report = json.loads(answer["Body"].read())
    if report.get("model_version") != pointer["model_version"]:
        return None
    measured = report.get("challenger", {})
    ranked = measured.get("all_rows", {})
    return Evaluated(
        average_precision=ranked.get("average_precision"),
        log_loss=measured.get("calibration", {}).get("log_loss"),
        frauds=ranked.get("frauds", 0),
    )
