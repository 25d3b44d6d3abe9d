"""HTTP for who changes the rules: texts checked, tried on the archive, made live, each by a module beside this one."""

import time
from collections.abc import Callable
from typing import Any

import checks
import publications
import trials
from aws_lambda_powertools import Logger
from fraudstream.api.http import Answer, Asked, unavailable
from fraudstream.errors import StoreUnavailableError

logger = Logger()
ROUTES: dict[str, Callable[[Asked], Answer]] = {
    "POST /rules/checks": checks.check,
    "POST /rules/backtests": trials.start,
    "GET /rules/backtests/{backtest_id}": trials.look,
    "POST /rules": publications.publish,
}


def handler(event: dict[str, Any], context: Any) -> Answer:
    """Answer one request. What is unexpected raises, and API Gateway answers 500: never a wrong 200."""
    now_ms = time.time_ns() // 1_000_000
    response = respond(Asked(event=event, request_id=context.aws_request_id, now_ms=now_ms))
    logger.info("request", extra={"route": event["routeKey"], "status": response["statusCode"]})
    return response


def respond(asked: Asked) -> Answer:
    """Return the answer of the route that API Gateway chose; ask for the request again while something is away."""
    try:
        return ROUTES[asked.route](asked)
    except StoreUnavailableError as error:
        logger.warning("unavailable", extra={"error": str(error)})
        return unavailable()
