"""What a pause found and has to put back: in the parameter `/<stack>/paused`, written before anything is changed."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from botocore.exceptions import ClientError

Phase = Literal["pausing", "paused", "resuming"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The endpoint as it was.

    Attributes
    ----------
    config
        Name of its configuration, which a pause keeps.
    scaling
        Least and most instances, where it scales by load; None where it does not.
    policies
        Name and target tracking of each scaling policy.
    """

    config: str
    scaling: tuple[int, int] | None = None
    policies: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The stack as it was before the pause.

    Attributes
    ----------
    deadline
        When the oldest record of the pause leaves the stream, RFC 3339.
    reading
        Whether the mapping read the stream.
    schedules, rules
        Those that were enabled: group and name, and name.
    """

    phase: Phase
    at: str
    deadline: str
    mapping: str
    reading: bool
    schedules: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]
    endpoint: Served | None

    def during(self, phase: Phase) -> Self:
        """Return the same in another phase."""
        return replace(self, phase=phase)


@dataclass(frozen=True, slots=True)
class Memory:
    """The parameter."""

    ssm: Any
    name: str

    def read(self) -> Before | None:
        """Return what was remembered, or None where nothing is paused."""
        try:
            value = self.ssm.get_parameter(Name=self.name)["Parameter"]["Value"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        known = json.loads(value)
        served = known.pop("endpoint")
        if served is not None:
            scaling = served["scaling"]
            served = Served(
                config=served["config"],
                scaling=(scaling[0], scaling[1]) if scaling else None,
                policies=tuple(served["policies"]),
            )
        known["schedules"] = tuple((group, name) for group, name in known["schedules"])
        return Before(**known | {"rules": tuple(known["rules"]), "endpoint": served})

    def write(self, before: Before) -> None:
        """Remember."""
        value = json.dumps(asdict(before), separators=(",", ":"))
        description = "What `pause` changed and `resume` puts back; do not delete it while the stack is paused"
        self.ssm.put_parameter(Name=self.name, Value=value, Type="String", Overwrite=True, Description=description)

    def forget(self) -> None:
        """Nothing is paused any more."""
        self.ssm.delete_parameter(Name=self.name)
