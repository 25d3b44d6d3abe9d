"""What the console's pages show, read only: each route has a function in one of the modules beside this one."""

import time
from collections.abc import Callable
from typing import Any

import basis
import drift
import models
import overview
import versions
from aws_lambda_powertools import Logger
from fraudstream.api.http import Answer, Asked, unavailable
from fraudstream.errors import StoreUnavailableError

logger = Logger()
ROUTES: dict[str, Callable[[Asked], Answer]] = {
    "GET /overview": overview.tell,
    "GET /drift": drift.tell,
    "GET /models": models.tell,
    "GET /models/{model_version}": models.report,
    "GET /rules/versions": versions.tell,
    "GET /rules/versions/{version}": versions.document,
    "GET /basis": basis.tell,
}


def handler(event: dict[str, Any], context: Any) -> Answer:
    """Answer one request. What is unexpected raises, and API Gateway answers 500: never a wrong 200."""
    asked = Asked(event=event, request_id=context.aws_request_id, now_ms=time.time_ns() // 1_000_000)
    response = respond(asked)
    logger.info("request", extra={"route": asked.route, "status": response["statusCode"]})
    return response


def respond(asked: Asked) -> Answer:
    """Return the answer of the route that API Gateway chose; ask for the request again while something is away."""
    try:
        return ROUTES[asked.route](asked)
    except StoreUnavailableError as error:
        logger.warning("unavailable", extra={"error": str(error)})
        return unavailable()
