"""The champion's pointer, and every place where it stood."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from fraudstream.adapters.calls import store_errors
from fraudstream.adapters.registry import read_pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """A model that the champion's pointer was moved to."""

    at: datetime
    model_version: str
    model_package_arn: str


def moves(ssm: Any, parameter: str) -> list[Pointed]:
    """Return every move of the pointer that is kept (a hundred), the oldest first; none before the first champion.

    Raises
    ------
    StoreUnavailableError
        The parameter store is away.
    """
    with store_errors("GetParameterHistory"):
        try:
            pages = ssm.get_paginator("get_parameter_history").paginate(Name=parameter)
            kept = [entry for page in pages for entry in page["Parameters"]]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return []
            raise
    return [_pointed(entry) for entry in sorted(kept, key=lambda each: each["Version"])]


def _pointed(entry: dict[str, Any]) -> Pointed:
    said = read_pointer(entry["Value"])
    return Pointed(
        at=entry["LastModifiedDate"], model_version=said.model_version, model_package_arn=said.model_package_arn
    )
