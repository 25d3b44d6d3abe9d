"""Settings of the scoring function."""

import pytest
from fraudstream.errors import SettingsError
from fraudstream.settings import Settings

ENVIRONMENT = {
    "DECISIONS_TABLE": "decisions",
    "HISTORIES_TABLE": "histories",
    "CASES_TABLE": "cases",
    "ARCHIVE_BUCKET": "archive",
    "QUARANTINE_BUCKET": "quarantine",
    "ALERT_TOPIC_ARN": "arn:aws:sns:eu-west-1:000000000000:alerts",
    "ENDPOINT_NAME": "fraudstream",
}


def test_settings_have_defaults_where_there_is_a_sane_one():
    """Only names of resources have none."""
    settings = Settings.read(ENVIRONMENT)
    assert (settings.unscored_after_seconds, settings.max_event_age_days, settings.io_threads) == (300, 0, 8)


def test_all_mistakes_are_named_at_once():
    """One look at the log is enough to mend the environment."""
    wrong = ENVIRONMENT | {"UNSCORED_AFTER_SECONDS": "soon", "MAX_EVENT_AGE_DAYS": "-1", "ENDPOINT_NAME": ""}
    with pytest.raises(SettingsError) as error:
        Settings.read({name: value for name, value in wrong.items() if name != "ARCHIVE_BUCKET"})
    for name in ("UNSCORED_AFTER_SECONDS", "MAX_EVENT_AGE_DAYS", "ENDPOINT_NAME", "ARCHIVE_BUCKET"):
        assert name in str(error.value)
