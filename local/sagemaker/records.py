"""The resources and what is known of them, kept in one JSON file that survives a restart."""

from __future__ import annotations

import copy
import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.sagemaker.errors import AwsError, invalid
from local.sagemaker.kinds import Kind
from local.sagemaker.settings import Settings

Record = dict[str, Any]

_NAME_PATTERN = "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


def now() -> float:
    """Return the time as AWS's JSON protocol writes it: epoch seconds, to the millisecond."""
    return round(time.time(), 3)


def public(record: Record) -> Record:
    """Return the record as Describe answers it, without our own members, which start with an underscore."""
    return {key: value for key, value in record.items() if not key.startswith("_")}


class Records:
    """Every resource by kind and name.

    Safe from any thread. What is handed out is a copy; a change goes through :meth:`change`, which writes
    the file before it returns.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._path: Path = settings.state / "records.json"
        self._lock = threading.RLock()
        self._all: dict[str, dict[str, Record]] = {}
        if self._path.exists():
            self._all = json.loads(self._path.read_text())

    def arn(self, kind: Kind, name: str) -> str:
        """Return the ARN, whether or not there is such a resource."""
        return self.settings.arn(kind.arn_part, name)

    def short_name(self, kind: Kind, name_or_arn: str) -> str:
        """Return the name itself, of a name or an ARN: AWS takes either in many places."""
        return name_or_arn.rpartition(f":{kind.arn_part}/")[2]

    def add(self, kind: Kind, name: str, record: Record, *, checked: bool = True) -> str:
        """Add a resource and return its ARN; its ``Tags`` are kept apart, as on AWS."""
        if checked and not _NAME.fullmatch(name):
            member = f"{kind.name[0].lower()}{kind.name[1:]}Name"
            raise invalid(
                f"1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: "
                f"Member must satisfy regular expression pattern: {_NAME_PATTERN}"
            )
        arn = self.arn(kind, name)
        stamped = {f"{kind.name}Name": name, f"{kind.name}Arn": arn, "CreationTime": now(), **record}
        tags = stamped.pop("Tags", None)
        with self._lock:
            if name in self._all.get(kind.name, {}):
                raise AwsError(kind.taken_code, kind.taken.format(name=name, arn=arn))
            self._all.setdefault(kind.name, {})[name] = copy.deepcopy(stamped)
            if tags:
                self._all.setdefault("Tags", {})[arn] = {tag["Key"]: tag["Value"] for tag in tags}
            self._save()
        return arn

    def get(self, kind: Kind, name: str) -> Record:
        """Return the record, or raise what AWS answers for a missing one."""
        name = self.short_name(kind, name)
        with self._lock:
            record = self._all.get(kind.name, {}).get(name)
            if record is None:
                raise AwsError(kind.missing_code, kind.missing.format(name=name, arn=self.arn(kind, name)))
            return copy.deepcopy(record)

    def change(self, kind: Kind, name: str, **members: Any) -> None:
        """Set members (``None`` removes one) and the time of the last change, in one step."""
        with self._lock:
            record = self._all[kind.name][name]
            record.update(copy.deepcopy(members), LastModifiedTime=now())
            self._all[kind.name][name] = {key: value for key, value in record.items() if value is not None}
            self._save()

    def remove(self, kind: Kind, name: str) -> None:
        """Remove the resource and its tags."""
        with self._lock:
            self.get(kind, name)
            del self._all[kind.name][name]
            self._all.get("Tags", {}).pop(self.arn(kind, name), None)
            self._save()

    def every(self, kind: Kind) -> list[Record]:
        """Return all records of a kind."""
        with self._lock:
            return copy.deepcopy(list(self._all.get(kind.name, {}).values()))

    def table(self, name: str, change: Callable[[dict[str, Any]], Any]) -> Any:
        """Run ``change`` on a plain table (tags, autoscaling) and save it: for what is no resource itself."""
        with self._lock:
            answer = copy.deepcopy(change(self._all.setdefault(name, {})))
            self._save()
            return answer

    def _save(self) -> None:
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(self._all))
        written.replace(self._path)
