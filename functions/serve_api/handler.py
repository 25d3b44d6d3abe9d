"""HTTP to pipeline: decide a transaction now, take in a label, tell a decision."""

import os
import time
from typing import Any

from answers import answer, body_of, refused, unavailable, unknown
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from fraudstream.adapters.composition import build_api
from fraudstream.contract import Rejected
from fraudstream.errors import EndpointUnavailableError, StoreUnavailableError
from fraudstream.settings import Settings
from reporting import count, metrics, report

logger = Logger()
app = APIGatewayHttpResolver()
api = build_api(Settings.read(os.environ))


@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request. What is unexpected raises, and API Gateway answers 500: never a wrong 200."""
    count("Requests", 1)
    response = app.resolve(event, context)
    logger.info("request", extra={"route": event["routeKey"], "status": response["statusCode"]})
    return response


@app.post("/transactions")
def post_transaction() -> Response[str]:
    """Decide a transaction; sent again, tell the same decision."""
    request_id, now_ms = app.lambda_context.aws_request_id, time.time_ns() // 1_000_000
    result, outcome = api.decide(body_of(app.current_event.raw_event), request_id=request_id, now_ms=now_ms)
    report(outcome)
    return refused(result) if isinstance(result, Rejected) else answer(200, result)


@app.post("/labels")
def post_label() -> Response[str]:
    """Send a label on its way through the stream."""
    label = api.label(body_of(app.current_event.raw_event), now_ms=time.time_ns() // 1_000_000)
    if label is None:
        return unknown()
    return refused(label) if isinstance(label, Rejected) else answer(202, {"transaction_id": label.transaction_id})


@app.get("/decisions/.+")
def get_decision() -> Response[str]:
    """Tell a decision with its reasons, and its label once it has one."""
    decision = api.find(app.current_event.raw_event["pathParameters"]["transaction_id"])
    return unknown() if decision is None else answer(200, decision)


@app.exception_handler([EndpointUnavailableError, StoreUnavailableError])
def away(error: Exception) -> Response[str]:
    """Ask for the request again."""
    logger.warning("unavailable", extra={"error": str(error)})
    return unavailable()
