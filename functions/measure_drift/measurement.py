"""A day's measurement: sample what was served, compare it, act, tell, and keep the report; once for the same hours."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from botocore.exceptions import ClientError
from champion import Champion, read_champion
from columns import numbered, to_sample
from fraudstream.adapters.calls import Calls, store_errors
from fraudstream.drift import LabelLoss, Limits, label_loss, measure
from fraudstream.features import LABEL_DELAY_SECONDS
from labels import known_frauds
from lines import Row
from moments import DAY_MS, HOUR_MS, day, epoch_ms, iso, prefixes
from retraining import Answer, Retraining
from sampling import Archive, Bounds
from settings import Settings
from words import letter, reason

_MATURED_DAYS = 7
_NOTHING = Answer(action="none", text="Nothing drifted, so nothing was done.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one invocation does.

    Attributes
    ----------
    client
        Gives the boto3 client of a service.
    bounds
        Of what is read, of the last day and of the matured days each.
    """

    settings: Settings
    client: Callable[[str], Any]
    calls: Calls
    retraining: Retraining
    bounds: Bounds = field(default_factory=Bounds)

    def run(
        self, event: Mapping[str, Any] | None, now_ms: int, seconds_left: Callable[[], float]
    ) -> tuple[dict[str, Any], bool]:
        """Measure the 24 whole hours before `event["as_of"]`, or before now; return the report and whether it is new.

        Whoever asks again for the same hours is answered with the report that is kept, and nothing else happens. A call
        that died before it kept one is done again: its sample and its retraining's name are the same.
        """
        as_of_ms = epoch_ms(event["as_of"]) if event and event.get("as_of") else now_ms
        until_ms = as_of_ms // HOUR_MS * HOUR_MS
        key = _key(until_ms)
        kept = self._kept(key)
        if kept is not None and kept["window"]["until"] == iso(until_ms):
            return kept, False
        settings = self.settings
        champion = read_champion(
            self.client("ssm"),
            self.client("s3"),
            parameter=settings.champion_parameter,
            models_bucket=settings.models_bucket,
        )
        report: dict[str, Any] = {
            "window": {"from": iso(until_ms - DAY_MS), "until": iso(until_ms)},
            "measured_at": iso(now_ms),
            "why_not": "" if champion else "no model scores yet: rules alone decide",
        }
        if champion is not None:
            report |= self._measured(champion, until_ms, as_of_ms, seconds_left)
            report |= self._acted(report, champion, until_ms, now_ms)
        body = json.dumps(report, indent=1)
        with store_errors(f"PutObject {key}"):
            self.client("s3").put_object(Bucket=settings.models_bucket, Key=key, Body=body.encode())
        return json.loads(body), True  # as it will be read again

    def _kept(self, key: str) -> dict[str, Any] | None:
        with store_errors(f"GetObject {key}"):
            try:
                body = self.client("s3").get_object(Bucket=self.settings.models_bucket, Key=key)["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise
        return json.loads(body)

    def _measured(
        self, champion: Champion, until_ms: int, as_of_ms: int, seconds_left: Callable[[], float]
    ) -> dict[str, Any]:
        archive = Archive(self.client("s3"), self.settings.archive_bucket, self.calls, seconds_left)
        seed = day(until_ms - 1)
        sampled = archive.sample(prefixes(until_ms - DAY_MS, until_ms), seed, self.bounds)
        sample = to_sample(sampled.rows, champion.names, champion.version, champion.features_version)
        limits = Limits(psi=self.settings.drift_psi)
        drift = measure(sample, champion.baseline, score_rows=champion.score_rows, limits=limits)
        found = asdict(drift)
        of_other_features = len(sampled.rows) - len(sample)
        read = {name: getattr(sampled, name) for name in ("objects", "objects_read", "unreadable")}
        return {
            "champion": {"model_version": champion.version, "since": iso(round(champion.since.timestamp() * 1000))},
            "read": read | {"rows_of_other_features": of_other_features},
            "limits": asdict(limits),
            "drift": found,
            "drifted": [column.name for column in drift.drifted],
            "labels": self._labels(archive, champion, until_ms, as_of_ms),
            "why_not": drift.why_not,
        }

    def _labels(self, archive: Archive, champion: Champion, until_ms: int, as_of_ms: int) -> dict[str, Any]:
        """Return how served scores did on arrivals of the last matured days; the champion's alone, if they suffice."""
        matured_ms = until_ms - LABEL_DELAY_SECONDS * 1000
        hours = prefixes(matured_ms - _MATURED_DAYS * DAY_MS, matured_ms)
        rows = [row for row in archive.sample(hours, day(until_ms - 1), self.bounds).rows if row.score is not None]
        ids = [row.transaction_id for row in rows]
        table = self.settings.decisions_table
        known = known_frauds(self.client("dynamodb"), table, self.calls, ids, as_of_ms)
        rows = [row for row in rows if row.transaction_id in known]
        own = [row for row in rows if row.model_version == champion.version]
        found = _loss(own, known, champion)
        of_champion = not found.why_not
        if not of_champion:
            found = replace(_loss(rows, known, champion), worse=None)
        versions = sorted({row.model_version or "" for row in (own if of_champion else rows)})
        evaluated = asdict(champion.evaluated) if champion.evaluated else None
        return {**asdict(found), "model_versions": versions, "of_champion": of_champion, "evaluated": evaluated}

    def _acted(self, report: dict[str, Any], champion: Champion, until_ms: int, now_ms: int) -> dict[str, Any]:
        """Start a retraining where something drifted, and tell; say nothing where nothing did."""
        why = reason(report)
        if not why:
            return {"retraining": asdict(_NOTHING)}
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        answer = self.retraining.start(day(until_ms - 1), why, champion_since=champion.since, now=now)
        place = f"s3://{self.settings.models_bucket}/{_key(until_ms)}"
        subject, text = letter(report, answer.text, place=place)
        with store_errors("Publish"):
            topic = self.settings.operations_topic_arn
            self.client("sns").publish(TopicArn=topic, Subject=subject, Message=text)
        return {"retraining": asdict(answer)}


def _key(until_ms: int) -> str:
    """Name a report by the date of the last hour that it tells of."""
    return f"drift/{day(until_ms - 1)}.json"


def _loss(rows: list[Row], known: Mapping[str, bool], champion: Champion) -> LabelLoss:
    return label_loss(
        np.array([known[row.transaction_id] for row in rows], np.bool_),
        np.array([row.score for row in rows], np.float64),
        numbered(row.card for row in rows),
        champion.evaluated,
    )
