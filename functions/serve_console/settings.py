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
    rate_history_days
        How many days before an hour tell what is usual in it; as many as `watch_rates` goes by.
    stream_shards
        0: the stream is charged by what flows through it, whatever its shards.
    endpoint_memory_mb, endpoint_instances
        One of them is 0: the endpoint is serverless, or has instances.
    api_id, alert_topic
        Names under which CloudWatch knows the API of machines and the topic of alerts.
    """

    stack_name: str
    models_bucket: str
    champion_parameter: str
    retrain_state_machine_arn: str
    deploy_state_machine_arn: str
    transaction_stream: str
    decisions_table: str
    histories_table: str
    cases_table: str
    scoring_function: str
    api_function: str
    api_id: str
    alert_topic: str
    rate_history_days: int
    stream_shards: int
    endpoint_memory_mb: int
    endpoint_instances: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read settings.

        Raises
        ------
        SettingsError
            Naming every variable that is missing or no whole number.
        """
        mistakes: list[str] = []

        def value(name: str, kind: type) -> str | int:
            text = environment.get(name.upper(), "")
            if not text:
                mistakes.append(f"{name.upper()} is not set")
            elif kind is int and not text.isdecimal():
                mistakes.append(f"{name.upper()} must be a whole number")
            return text if kind is str else int(text) if text.isdecimal() else 0

        settings = cls(**{name: value(name, kind) for name, kind in cls.__annotations__.items()})
        if mistakes:
            raise SettingsError("; ".join(mistakes))
        return settings
