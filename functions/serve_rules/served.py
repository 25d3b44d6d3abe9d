"""What all routes are served from, built once for each execution environment."""

import json
import os

from fraudstream.adapters.backtests_bucket import BacktestsBucket
from fraudstream.adapters.calls import store_errors
from fraudstream.adapters.clients import client
from fraudstream.adapters.rules_bucket import RulesBucket
from fraudstream.api.backtests import Backtests

_bucket = os.environ["MODELS_BUCKET"]
_function = os.environ["BACKTEST_FUNCTION"]
_objects, _functions = client("s3"), client("lambda")


def _invoke(backtest_id: str) -> None:
    """Have Lambda run the other function, without waiting for it."""
    event = json.dumps({"backtest_id": backtest_id}).encode()
    with store_errors("Invoke"):
        _functions.invoke(FunctionName=_function, InvocationType="Event", Payload=event)


rules = RulesBucket(_objects, _bucket)
backtests = Backtests(shelf=BacktestsBucket(_objects, _bucket), invoke=_invoke)
