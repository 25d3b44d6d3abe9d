"""The embedded AWS as this process needs it: objects, log lines, alarms. Plain HTTP, no SDK."""

from __future__ import annotations

import json
import re
import shutil
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

_TIMEOUT_SECONDS = 60
_SHIP_SECONDS = 1.0
_BATCH_LINES = 1_000


class Stack:
    """A client of the embedded endpoint, which reads the account and region from an unchecked signature."""

    def __init__(self, endpoint_url: str, region: str) -> None:
        self._url = endpoint_url.rstrip("/")
        self._region = region
        # A proxy from the environment has no business between two local processes.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, service: str, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        """Send one request, signed in form only; HTTP errors raise ``urllib.error.HTTPError``."""
        # Objects and log lines are moved in the name of the jobs' role, as on AWS; alarms are looked at in nobody's.
        caller = "sagemaker" if service in ("s3", "logs") else "test"
        scope = f"{caller}/20260101/{self._region}/{service}/aws4_request"
        signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        request = urllib.request.Request(self._url + path, data=body, method=method)  # noqa: S310 - ours
        for name, value in {"Authorization": signature, **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        answer: HTTPResponse = self._opener.open(request, timeout=_TIMEOUT_SECONDS)
        return answer

    def keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """Yield the keys under a prefix, in order."""
        query = {"list-type": "2", "prefix": prefix}
        while True:
            with self.send("s3", "GET", f"/{bucket}?{urllib.parse.urlencode(query)}") as answer:
                tree = ET.parse(answer).getroot()  # noqa: S314 - the embedded AWS is not out to harm us
            yield from (element.text or "" for element in tree.iterfind("{*}Contents/{*}Key"))
            token = tree.findtext("{*}NextContinuationToken")
            if not token:
                return
            query["continuation-token"] = token

    def download(self, bucket: str, key: str, path: Path) -> None:
        """Write an object into a file, making its directory."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.send("s3", "GET", _object_path(bucket, key)) as answer, path.open("wb") as file:
            shutil.copyfileobj(answer, file)

    def upload(self, path: Path, bucket: str, key: str, kms_key: str | None = None) -> None:
        """Write a file into an object, encrypted with a key if one is given."""
        headers = {"Content_Length": str(path.stat().st_size), "Content_Type": "application/octet-stream"}
        if kms_key:
            headers |= {
                "x_amz_server_side_encryption": "aws:kms",
                "x_amz_server_side_encryption_aws_kms_key_id": kms_key,
            }
        with path.open("rb") as file:
            self.send("s3", "PUT", _object_path(bucket, key), file, **headers).close()

    def exists(self, bucket: str, key: str) -> bool:
        """Tell whether there is such an object."""
        try:
            self.send("s3", "HEAD", _object_path(bucket, key)).close()
        except urllib.error.HTTPError:
            return False
        return True

    def call(self, service: str, target: str, params: dict[str, Any]) -> None:
        """Make one call of a JSON service."""
        body = json.dumps(params).encode()
        headers = {"Content_Type": "application/x-amz-json-1.1", "X_Amz_Target": target}
        self.send(service, "POST", "/", body, **headers).close()

    def alarms_ringing(self, names: list[str]) -> list[str]:
        """Return those of the alarms that are in state ALARM now."""
        ringing = []
        for name in names:
            form = {"Action": "DescribeAlarms", "Version": "2010-08-01", "AlarmNames.member.1": name}
            body = urllib.parse.urlencode(form).encode()
            with self.send("monitoring", "POST", "/", body) as answer:
                if re.search(rb"<StateValue>ALARM</StateValue>", answer.read()):
                    ringing.append(name)
        return ringing


class LogStream:
    """Output of one job or server: into a file at once, into CloudWatch Logs within a second."""

    def __init__(self, stack: Stack, group: str, stream: str, path: Path) -> None:
        self._stack, self._group, self._stream = stack, group, stream
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._sending = threading.Lock()  # one batch after the other
        self._waiting: list[dict[str, Any]] = []
        self._created = False

    def write(self, line: str) -> None:
        """Add one line."""
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()
            self._waiting.append({"timestamp": int(time.time() * 1000), "message": line or " "})
            is_first = len(self._waiting) == 1
        if is_first:
            timer = threading.Timer(_SHIP_SECONDS, self.ship)
            timer.daemon = True
            timer.start()

    def ship(self) -> None:
        """Send what waits. A log that cannot be shipped is still in the file, and never ends a job."""
        with self._sending:
            with self._lock:
                events, self._waiting = self._waiting, []
            names = {"logGroupName": self._group, "logStreamName": self._stream}
            try:
                self._create_once(names)
                for start in range(0, len(events), _BATCH_LINES):
                    batch = {**names, "logEvents": events[start : start + _BATCH_LINES]}
                    self._stack.call("logs", "Logs_20140328.PutLogEvents", batch)
            except OSError as error:
                print(f"sagemaker: {len(events)} lines not shipped to {self._group}: {error}", file=sys.stderr)

    def close(self) -> None:
        """Send the rest and close the file."""
        self.ship()
        self._file.close()

    def _create_once(self, names: dict[str, str]) -> None:
        if self._created:
            return
        for action, params in (("CreateLogGroup", {"logGroupName": self._group}), ("CreateLogStream", names)):
            try:
                self._stack.call("logs", f"Logs_20140328.{action}", params)
            except urllib.error.HTTPError as error:
                if b"ResourceAlreadyExists" not in error.read():
                    raise
        self._created = True


def parse_uri(uri: str) -> tuple[str, str]:
    """Return bucket and key of an ``s3://`` address."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _object_path(bucket: str, key: str) -> str:
    return f"/{bucket}/{urllib.parse.quote(key)}"
