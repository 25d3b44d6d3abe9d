"""The composition root: the pipeline over AWS, and the API over the pipeline."""

from fraudstream.adapters.bucket import Bucket
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.cases_table import CasesTable
from fraudstream.adapters.clients import client
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.adapters.endpoint import CONNECT_SECONDS, READ_SECONDS, WORST_CASE_SECONDS, Endpoint
from fraudstream.adapters.histories_table import HistoriesTable
from fraudstream.adapters.policy_store import IMPATIENT, PolicyStore
from fraudstream.adapters.signing import sign_without_repetition
from fraudstream.adapters.stream import Stream
from fraudstream.adapters.topic import Topic
from fraudstream.api import Api
from fraudstream.contract import Bounds
from fraudstream.errors import SettingsError
from fraudstream.histories.policy import DAY_MS
from fraudstream.pipeline import Pipeline
from fraudstream.policy import FixedPolicy, Policies
from fraudstream.settings import Settings


def build_pipeline(settings: Settings) -> Pipeline:
    """Return the pipeline of the scoring function."""
    calls = Calls(max(settings.io_threads, 1))
    tables = client("dynamodb")
    sign_without_repetition(tables)
    objects = client("s3")
    endpoint = client(
        "sagemaker-runtime", connect_timeout_seconds=CONNECT_SECONDS, read_timeout_seconds=READ_SECONDS, attempts=1
    )
    days = settings.max_event_age_days
    return Pipeline(
        histories=HistoriesTable(tables, settings.histories_table, calls),
        decisions=DecisionsTable(tables, settings.decisions_table, calls, settings.decisions_keep_days),
        scorer=Endpoint(endpoint, settings.endpoint_name),
        cases=CasesTable(tables, settings.cases_table, calls, settings.decisions_keep_days),
        archive=Bucket(objects, settings.archive_bucket),
        quarantine=Bucket(objects, settings.quarantine_bucket),
        alerts=Topic(client("sns"), settings.alert_topic_arn, calls, settings.chat_topic_arn),
        policies=_policies(settings),
        bounds=Bounds(max_event_age_ms=days * DAY_MS if days else None),
        unscored_after_ms=settings.unscored_after_seconds * 1000,
        pause=calls.pause,
        console_url=settings.console_url or None,
        reserve_ms=round(WORST_CASE_SECONDS * 1000),
    )


def build_api(settings: Settings) -> Api:
    """Return what the API does.

    Raises
    ------
    SettingsError
        If it is not told which stream takes labels.
    """
    if not settings.transaction_stream:
        raise SettingsError("TRANSACTION_STREAM is not set")
    return Api.over(build_pipeline(settings), stream=Stream(client("kinesis"), settings.transaction_stream))


def _policies(settings: Settings) -> Policies:
    if not settings.rules_bucket:
        return FixedPolicy()
    return PolicyStore(client("s3", **IMPATIENT), settings.rules_bucket, settings.rules_refresh_seconds * 1000)
