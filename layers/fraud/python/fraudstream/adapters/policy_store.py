"""The team's live policy in S3: looked at every half minute, the last good one kept whatever stands there."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fraudstream.errors import PolicyError
from fraudstream.policy import CompiledPolicy, Trouble, default_policy
from fraudstream.policy.published import LIVE_KEY, MAX_PUBLISHED_BYTES, PREVIOUS_KEY, read_published

REFRESH_MS = 30_000
IMPATIENT = {"connect_timeout_seconds": 1, "read_timeout_seconds": 2, "attempts": 1}
"""Of the client: it gives up early and never tries twice, for there is always a policy to go on with."""
_NOT_MODIFIED = {"304", "NotModified"}
_MISSING = {"NoSuchKey", "404"}


class PolicyStore:
    """`policy.Policies` over a bucket.

    `rules/live.json` is asked for on condition that it changed, at most once in `refresh_ms`. A document that is not
    valid, one that is gone, a bucket that does not answer: the policy that decided before goes on deciding. A process
    that has none yet takes `rules/previous.json`, and failing that the policy that ships with the layer.
    """

    def __init__(self, client: Any, bucket: str, refresh_ms: int = REFRESH_MS) -> None:
        self._client = client
        self._bucket = bucket
        self._refresh_ms = refresh_ms
        self._policy: CompiledPolicy | None = None
        self._etag: str | None = None
        self._looked_at_ms = 0
        self._refused: str | None = None
        self._troubles: list[Trouble] = []

    def current(self, now_ms: int) -> CompiledPolicy:
        """Return the policy to decide by."""
        # A clock that is put back must not keep a policy for ever.
        if self._policy is None or not 0 <= now_ms - self._looked_at_ms < self._refresh_ms:
            self._looked_at_ms = now_ms
            self._policy = self._look() or self._policy or self._fallback()
        return self._policy

    def troubles(self) -> list[Trouble]:
        """Return what went wrong since it was last asked."""
        troubles, self._troubles = self._troubles, []
        return troubles

    def _look(self) -> CompiledPolicy | None:
        """Return the live policy if it is another one and valid."""
        try:
            body = self._read(LIVE_KEY, self._etag)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _NOT_MODIFIED:
                if self._refused is not None:  # it still stands there
                    self._trouble("RulesRefused", self._refused)
            elif code not in _MISSING:
                self._trouble("RulesStale", f"{LIVE_KEY} cannot be read: {error}")
            elif self._policy is not None and self._policy.origin is not None:
                self._trouble("RulesStale", f"{LIVE_KEY} is gone: publish again")
            return None
        except BotoCoreError as error:
            self._trouble("RulesStale", f"{LIVE_KEY} cannot be read: {error}")
            return None
        try:
            policy = read_published(body)
        except PolicyError as error:
            self._refused = f"{LIVE_KEY}: {error}"
            self._trouble("RulesRefused", self._refused)
            return None
        self._refused = None
        return policy

    def _read(self, key: str, etag: str | None = None) -> bytes:
        condition = {"IfNoneMatch": etag} if etag else {}
        answer = self._client.get_object(Bucket=self._bucket, Key=key, **condition)
        body: bytes = answer["Body"].read(MAX_PUBLISHED_BYTES + 1)
        if key == LIVE_KEY:
            self._etag = answer["ETag"]
        return body

    def _fallback(self) -> CompiledPolicy:
        try:
            return read_published(self._read(PREVIOUS_KEY))
        except (ClientError, BotoCoreError, PolicyError) as error:
            if not (isinstance(error, ClientError) and error.response["Error"]["Code"] in _MISSING):
                self._trouble("RulesStale", f"{PREVIOUS_KEY} cannot be used: {error}")
            return default_policy()

    def _trouble(self, metric: str, reason: str) -> None:
        # Nobody may ask for long, while batches fail for other reasons: the latest tell enough.
        self._troubles = [*self._troubles[-9:], Trouble(metric=metric, reason=reason)]
