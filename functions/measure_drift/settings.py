"""What the function is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fraudstream.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Names in capitals are the environment's variables.

    Attributes
    ----------
    drift_retrain
        Whether drift starts a retraining.
    drift_cooldown_days
        For how long after the last retraining began, or the champion went live, drift starts none.
    drift_psi
        Least index of a drifted column.
    """

    archive_bucket: str
    models_bucket: str
    decisions_table: str
    champion_parameter: str
    retrain_state_machine_arn: str
    operations_topic_arn: str
    drift_retrain: bool
    drift_cooldown_days: float
    drift_psi: float

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read settings.

        Raises
        ------
        SettingsError
            Naming every variable that is missing or cannot be read.
        """
        mistakes: list[str] = []

        def text(name: str) -> str:
            if not environment.get(name):
                mistakes.append(f"{name} is not set")
            return environment.get(name, "")

        def number(name: str) -> float:
            try:
                return float(text(name) or 0)
            except ValueError:
                mistakes.append(f"{name} must be a number")
                return 0.0

        settings = cls(
            archive_bucket=text("ARCHIVE_BUCKET"),
            models_bucket=text("MODELS_BUCKET"),
            decisions_table=text("DECISIONS_TABLE"),
            champion_parameter=text("CHAMPION_PARAMETER"),
            retrain_state_machine_arn=text("RETRAIN_STATE_MACHINE_ARN"),
            operations_topic_arn=text("OPERATIONS_TOPIC_ARN"),
            drift_retrain=text("DRIFT_RETRAIN") == "ENABLED",
            drift_cooldown_days=number("DRIFT_COOLDOWN_DAYS"),
            drift_psi=number("DRIFT_PSI"),
        )
        if mistakes:
            raise SettingsError("; ".join(mistakes))
        return settings
