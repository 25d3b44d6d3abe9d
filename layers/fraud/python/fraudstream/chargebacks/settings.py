"""What the reader of chargebacks is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fraudstream.errors import SettingsError

_NAMES = ("DECISIONS_TABLE", "ARCHIVE_BUCKET", "TRANSACTION_STREAM", "OPERATIONS_TOPIC_ARN")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargebackSettings:
    """Names of what the function reads from and writes to."""

    decisions_table: str
    archive_bucket: str
    transaction_stream: str
    operations_topic_arn: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read settings.

        Raises
        ------
        SettingsError
            Listing every variable that is missing.
        """
        missing = [name for name in _NAMES if not environment.get(name)]
        if missing:
            raise SettingsError("; ".join(f"{name} is not set" for name in missing))
        return cls(**{name.lower(): environment[name] for name in _NAMES})
