"""Settings of the functions that decide, read from the environment once, with every mistake named at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fraudstream.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a function that decides is told by its environment (names in capitals there).

    Attributes
    ----------
    chat_topic_arn
        Where chat channels are told of cases; empty: there are none.
    transaction_stream
        Where the API puts labels; empty for the scoring function, which is given its records.
    rules_bucket
        Where the team's policy is published; empty: the one that ships with the layer decides.
    rules_refresh_seconds
        How long a process goes on with the policy it has before it asks for a newer one.
    """

    decisions_table: str
    histories_table: str
    cases_table: str
    archive_bucket: str
    quarantine_bucket: str
    alert_topic_arn: str
    chat_topic_arn: str
    endpoint_name: str
    unscored_after_seconds: int
    max_event_age_days: int
    decisions_keep_days: int
    console_url: str
    transaction_stream: str
    io_threads: int
    rules_bucket: str
    rules_refresh_seconds: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read settings.

        Raises
        ------
        SettingsError
            Listing every variable that is missing or not a whole number.
        """
        mistakes: list[str] = []

        def text(name: str) -> str:
            if not environment.get(name):
                mistakes.append(f"{name} is not set")
            return environment.get(name, "")

        def whole(name: str, default: int) -> int:
            value = environment.get(name, str(default))
            if not value.isdecimal():
                mistakes.append(f"{name} must be a whole number, 0 or more")
                return default
            return int(value)

        settings = cls(
            decisions_table=text("DECISIONS_TABLE"),
            histories_table=text("HISTORIES_TABLE"),
            cases_table=text("CASES_TABLE"),
            archive_bucket=text("ARCHIVE_BUCKET"),
            quarantine_bucket=text("QUARANTINE_BUCKET"),
            alert_topic_arn=text("ALERT_TOPIC_ARN"),
            chat_topic_arn=environment.get("CHAT_TOPIC_ARN", ""),
            endpoint_name=text("ENDPOINT_NAME"),
            unscored_after_seconds=whole("UNSCORED_AFTER_SECONDS", 300),
            max_event_age_days=whole("MAX_EVENT_AGE_DAYS", 0),
            decisions_keep_days=whole("DECISIONS_KEEP_DAYS", 180),
            console_url=environment.get("CONSOLE_URL", ""),
            transaction_stream=environment.get("TRANSACTION_STREAM", ""),
            io_threads=whole("IO_THREADS", 8),
            rules_bucket=environment.get("RULES_BUCKET", ""),
            rules_refresh_seconds=whole("RULES_REFRESH_SECONDS", 30),
        )
        if mistakes:
            raise SettingsError("; ".join(mistakes))
        return settings
