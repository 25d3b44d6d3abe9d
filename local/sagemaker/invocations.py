"""InvokeEndpoint: limits, routing, the container's answer or the error AWS makes of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.sagemaker.endpoints import Endpoints
from local.sagemaker.errors import AwsError
from local.sagemaker.faults import Faults, spoil
from local.sagemaker.fleets import Variant
from local.sagemaker.kinds import ENDPOINT
from local.sagemaker.metrics import EndpointMetrics
from local.sagemaker.records import Records
from local.sagemaker.servers import RESPONSE_LIMIT_SECONDS, Answer, NoAnswerError

BODY_LIMIT_BYTES = 6_291_456
SERVERLESS_BODY_LIMIT_BYTES = 4 * 1024 * 1024
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics "
    "for each container in Amazon CloudWatch, resolve the issue, and try again."
)
_SPOILING = ("nan", "out_of_range", "wrong_count")
_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoked:
    """A successful answer."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Invocations:
    """The runtime side of the endpoints."""

    def __init__(self, records: Records, endpoints: Endpoints, faults: Faults, metrics: EndpointMetrics) -> None:
        self._records, self._endpoints = records, endpoints
        self._faults, self._metrics = faults, metrics

    def invoke(self, name: str, headers: Mapping[str, str], body: bytes) -> Invoked:
        """Return the model's answer; all else raises :class:`AwsError` with a code of the runtime API."""
        variant = self._variant(name, headers.get("X-Amzn-SageMaker-Target-Variant"))
        if variant.concurrency is not None:
            if len(body) > SERVERLESS_BODY_LIMIT_BYTES:
                raise AwsError("ValidationError", f"Request {uuid.uuid4()} has oversize body.")
            if variant.server.in_flight >= variant.concurrency:
                raise AwsError("ThrottlingException", "Rate exceeded")
        if len(body) > BODY_LIMIT_BYTES:
            raise AwsError("413", f"HTTP content length exceeded {BODY_LIMIT_BYTES} bytes.", 413)

        started_at = time.perf_counter()
        answer = self._ask(name, variant, headers, body)
        self._metrics.count(name, variant.name, answer.status, int((time.perf_counter() - started_at) * 1e6))
        if answer.status != 200:
            raise self._model_error(name, answer)
        given = {"Content-Type": answer.content_type, "x-Amzn-Invoked-Production-Variant": variant.name}
        return Invoked(body=answer.body, headers=given)

    def _variant(self, name: str, wanted: str | None) -> Variant:
        fleet = self._endpoints.route(name)
        if fleet is None:
            known = [r["EndpointStatus"] for r in self._records.every(ENDPOINT) if r["EndpointName"] == name]
            if known and known[0] not in ("Creating", "Failed", "Deleting"):
                raise AwsError("ServiceUnavailable", f"Endpoint {name} is being brought back.", 503)
            account = self._records.settings.account
            raise AwsError("ValidationError", f"Endpoint {name} of account {account} not found.")
        variant = fleet.pick(wanted)
        if variant is None:
            raise AwsError("ValidationError", f"Variant {wanted} not found for endpoint {name}.")
        return variant

    def _ask(self, name: str, variant: Variant, headers: Mapping[str, str], body: bytes) -> Answer:
        fault = self._faults.take("endpoints", name)
        mode = fault.get("mode")
        if mode == "throttle":
            raise AwsError("ThrottlingException", "Rate exceeded")
        if mode == "unavailable":
            raise AwsError("ServiceUnavailable", "The service is currently unavailable.", 503)
        if mode == "error":
            return Answer(status=fault.get("status", 500), content_type="text/plain", body=b"injected fault")
        delay = float(fault.get("seconds", 2)) if mode == "slow" else 0.0
        time.sleep(min(delay, RESPONSE_LIMIT_SECONDS))
        passed = {h: headers[h] for h in ("Content-Type", "Accept", _ATTRIBUTES) if h in headers}
        try:
            answer = variant.server.invoke(body, passed, max(RESPONSE_LIMIT_SECONDS - delay, 0.001))
        except NoAnswerError as error:
            said = _TIMED_OUT if error.timed_out else "The connection to the container was closed."
            return Answer(status=0, content_type="", body=said.encode())
        if mode in _SPOILING and answer.status == 200:
            spoilt = spoil(str(mode), answer.body, answer.content_type)
            return Answer(status=200, content_type=answer.content_type, body=spoilt)
        return answer

    def _model_error(self, name: str, answer: Answer) -> AwsError:
        settings = self._records.settings
        group = f"/aws/sagemaker/Endpoints/{name}"
        said = answer.body.decode(errors="replace")
        side = "client" if 400 <= answer.status < 500 else "server"
        message = (
            f'Received {side} error ({answer.status}) from primary with message "{said}". See '
            f"https://{settings.region}.console.aws.amazon.com/cloudwatch/home?region={settings.region}"
            f"#logEventViewer:group={group} in account {settings.account} for more information."
        )
        members: dict[str, Any] = {
            "OriginalStatusCode": answer.status,
            "OriginalMessage": said,
            "LogStreamArn": f"arn:aws:logs:{settings.region}:{settings.account}:log-group:{group}",
        }
        return AwsError("ModelError", message, 424, **members)
