"""HTTP to the API: each route of the table in docs/api.md has a function in one of the modules beside this one."""

import time
from collections.abc import Callable
from typing import Any

import cards
import decisions
import document
import findings
import review_queue
import similar
import terminals
from aws_lambda_powertools import Logger
from fraudstream.api.http import Answer, Asked, unavailable
from fraudstream.errors import EndpointUnavailableError, StoreUnavailableError
from reporting import count, metrics, report_troubles

import rules

logger = Logger()
ROUTES: dict[str, Callable[[Asked], Answer]] = {
    "POST /transactions": decisions.decide,
    "GET /decisions/{transaction_id}": decisions.tell,
    "POST /labels": findings.label,
    "POST /dispositions": findings.dispose,
    "GET /queue": review_queue.page,
    "GET /cards/{card_id}": cards.look,
    "POST /cards/{card_id}/snooze": cards.snooze,
    "GET /decisions/{transaction_id}/similar": similar.tell,
    "GET /terminals/{terminal_id}": terminals.look,
    "GET /rules": rules.tell,
    "GET /openapi.json": document.tell,
}


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Answer:
    """Answer one request. What is unexpected raises, and API Gateway answers 500: never a wrong 200."""
    count("Requests", 1)
    now_ms = time.time_ns() // 1_000_000
    response = respond(Asked(event=event, request_id=context.aws_request_id, now_ms=now_ms))
    report_troubles(logger)
    logger.info("request", extra={"route": event["routeKey"], "status": response["statusCode"]})
    return response


def respond(asked: Asked) -> Answer:
    """Return the answer of the route that API Gateway chose; ask for the request again while something is away."""
    try:
        return ROUTES[asked.route](asked)
    except (EndpointUnavailableError, StoreUnavailableError) as error:
        logger.warning("unavailable", extra={"error": str(error)})
        return unavailable()
