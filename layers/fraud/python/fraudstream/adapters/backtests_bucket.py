"""Backtests in the models bucket, below `backtests/`, where a lifecycle rule removes them after a week."""

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import ClientError

from fraudstream.adapters.calls import store_errors
from fraudstream.api.backtests import Latest, Seen, Told, Wanted

PREFIX = "backtests/"
_LATEST = f"{PREFIX}latest.json"
_GONE = {"NoSuchKey", "404"}
_BEATEN = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409"}
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class BacktestsBucket:
    """`api.backtests.Shelf` over a bucket."""

    client: Any
    name: str

    def keep(self, backtest_id: str, wanted: Wanted) -> None:
        """Keep what was asked for."""
        self._put(_key(backtest_id, "wanted"), msgspec.json.encode(wanted))

    def wanted(self, backtest_id: str) -> Wanted | None:
        """Return what was asked for."""
        return self._read(_key(backtest_id, "wanted"), Wanted)

    def begin(self, backtest_id: str, told: Told) -> bool:
        """Write the first state; False if there is one."""
        return self._put(_key(backtest_id, "state"), msgspec.json.encode(told), IfNoneMatch="*")

    def tell(self, backtest_id: str, told: Told) -> None:
        """Write how far it is."""
        self._put(_key(backtest_id, "state"), msgspec.json.encode(told))

    def told(self, backtest_id: str) -> Told | None:
        """Return what was said last."""
        return self._read(_key(backtest_id, "state"), Told)

    def file(self, backtest_id: str, report: bytes) -> None:
        """Keep a report (JSON)."""
        self._put(_key(backtest_id, "report"), report)

    def report(self, backtest_id: str) -> bytes | None:
        """Return a report."""
        found = self._get(_key(backtest_id, "report"))
        return found[0] if found else None

    def latest(self) -> Seen | None:
        """Return the backtest that was asked for last."""
        found = self._get(_LATEST)
        return Seen(latest=msgspec.json.decode(found[0], type=Latest), tag=found[1]) if found else None

    def follow(self, seen: Seen | None, latest: Latest) -> bool:
        """Put another in the place of the latest one that was seen; False if somebody was faster."""
        condition = {"IfMatch": seen.tag} if seen else {"IfNoneMatch": "*"}
        return self._put(_LATEST, msgspec.json.encode(latest), **condition)

    def _read(self, key: str, kind: type[Kind]) -> Kind | None:
        found = self._get(key)
        return msgspec.json.decode(found[0], type=kind) if found else None

    def _get(self, key: str) -> tuple[bytes, str] | None:
        with store_errors(f"GetObject {key}"):
            try:
                answer = self.client.get_object(Bucket=self.name, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    return None
                raise
            return answer["Body"].read(), str(answer["ETag"])

    def _put(self, key: str, body: bytes, **condition: str) -> bool:
        """Write an object; False where the condition did not hold."""
        with store_errors(f"PutObject {key}"):
            try:
                self.client.put_object(Bucket=self.name, Key=key, Body=body, **condition)
            except ClientError as error:
                if condition and error.response["Error"]["Code"] in _BEATEN:
                    return False
                raise
        return True


def _key(backtest_id: str, what: str) -> str:
    return f"{PREFIX}{backtest_id}/{what}.json"
