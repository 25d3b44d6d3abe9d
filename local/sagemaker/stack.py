"""The embedded AWS as this process needs it: objects, log lines, alarms. Plain HTTP, no SDK."""

from __future__ import annotations

import json
import re
import shutil
import sys
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
_FLUSH_SECONDS = 1.0
_FLUSH_LINES = 1_000


class Stack:
    """A client of the embedded endpoint, which reads the account and region from an unchecked signature."""

    def __init__(self, endpoint_url: str, region: str) -> None:
        self._url = endpoint_url.rstrip("/")
        self._region = region
        # A proxy from the environment has no business between two local processes.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, service: str, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        """One request, signed in form only; HTTP errors raise ``urllib.error.HTTPError``."""
        scope = f"test/20260101/{self._region}/{service}/aws4_request"
        signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        request = urllib.request.Request(self._url + path, data=body, method=method)
        for name, value in {"Authorization": signature, **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        return self._opener.open(request, timeout=_TIMEOUT_SECONDS)

    def keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """The keys under a prefix, in order."""
        query = {"list-type": "2", "prefix": prefix}
        while True:
            with self.send("s3", "GET", f"/{bucket}?{urllib.parse.urlencode(query)}") as answer:
                tree = ET.parse(answer).getroot()
            yield from (element.text or "" for element in tree.iterfind("{*}Contents/{*}Key"))
            token = tree.findtext("{*}NextContinuationToken")
            if not token:
                return
            query["continuation-token"] = token

    def download(self, bucket: str, key: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.send("s3", "GET", _object_path(bucket, key)) as answer, path.open("wb") as file:
            shutil.copyfileobj(answer, file)

    def upload(self, path: Path, bucket: str, key: str, kms_key: str | None = None) -> None:
        headers = {"Content_Length": str(path.stat().st_size), "Content_Type": "application/octet-stream"}
        if kms_key:
            headers |= {
                "x_amz_server_side_encryption": "aws:kms",
                "x_amz_server_side_encryption_aws_kms_key_id": kms_key,
            }
        with path.open("rb") as file:
            self.send("s3", "PUT", _object_path(bucket, key), file, **headers).close()

    def exists(self, bucket: str, key: str) -> bool:
        try:
            self.send("s3", "HEAD", _object_path(bucket, key)).close()
        except urllib.error.HTTPError:
            return False
        return True

    def call(self, service: str, target: str, params: dict[str, Any]) -> None:
        """One call of a JSON service."""
        body = json.dumps(params).encode()
        headers = {"Content_Type": "application/x-amz-json-1.1", "X_Amz_Target": target}
        self.send(service, "POST", "/", body, **headers).close()

    def alarms_ringing(self, names: list[str]) -> list[str]:
        """Those of the alarms that are in state ALARM now."""
        ringing = []
        for name in names:
            form = {"Action": "DescribeAlarms", "Version": "2010-08-01", "AlarmNames.member.1": name}
            body = urllib.parse.urlencode(form).encode()
            with self.send("monitoring", "POST", "/", body) as answer:
                if re.search(rb"<StateValue>ALARM</StateValue>", answer.read()):
                    ringing.append(name)
        return ringing


class LogStream:
    """Output of one job or server: into a file at once, into CloudWatch Logs about once a second."""

    def __init__(self, stack: Stack, group: str, stream: str, path: Path) -> None:
        self._stack, self._group, self._stream = stack, group, stream
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._waiting: list[dict[str, Any]] = []
        self._flushed_at = 0.0
        self._created = False

    def write(self, line: str) -> None:
        self._file.write(line + "\n")
        self._waiting.append({"timestamp": int(time.time() * 1000), "message": line or " "})
        if time.monotonic() - self._flushed_at > _FLUSH_SECONDS or len(self._waiting) >= _FLUSH_LINES:
            self.flush()

    def flush(self) -> None:
        """Send what waits. A log that cannot be shipped is still in the file, and never ends a job."""
        self._file.flush()
        self._flushed_at = time.monotonic()
        events, self._waiting = self._waiting, []
        names = {"logGroupName": self._group, "logStreamName": self._stream}
        try:
            if not self._created:
                self._create(names)
            if events:
                self._stack.call("logs", "Logs_20140328.PutLogEvents", {**names, "logEvents": events})
        except OSError as error:
            print(f"sagemaker: {len(events)} lines not shipped to {self._group}: {error}", file=sys.stderr)

    def close(self) -> None:
        self.flush()
        self._file.close()

    def _create(self, names: dict[str, str]) -> None:
        for action in ("CreateLogGroup", "CreateLogStream"):
            wanted = names if action == "CreateLogStream" else {"logGroupName": self._group}
            try:
                self._stack.call("logs", f"Logs_20140328.{action}", wanted)
            except urllib.error.HTTPError as error:
                if b"ResourceAlreadyExists" not in error.read():
                    raise
        self._created = True


def parse_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an ``s3://`` address."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _object_path(bucket: str, key: str) -> str:
    return f"/{bucket}/{urllib.parse.quote(key)}"
