"""The whole embedded stack over HTTP: API Gateway, the built function under Lambda's runtime, stores, a real model."""

import http.client
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from benchmarks.api.requests import percentiles, transactions
from local.demo_data import simulated
from local.deployed import deployed_stack
from local.screen import Screen
from local.training_run import train

_WARMING = 50
_HEADERS = {"authorization": "anything", "content-type": "application/json"}


def measure(count: int) -> dict[str, Any]:
    """Train a model in a stack of its own, then return latencies of so many requests on one connection."""
    with TemporaryDirectory() as directory, deployed_stack(Path(directory)) as deployed:
        train(deployed.client, deployed.outputs, simulated(transactions=1_500, seed=11), Screen(Console(quiet=True)))
        return {"requests": count, **_posted(deployed.outputs["ApiUrl"], count)}


def _posted(url: str, count: int) -> dict[str, Any]:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=60)
    taken: list[float] = []
    scored_by_model = 0
    for number, body in enumerate(transactions(count + _WARMING, name="embedded")):
        began = time.perf_counter()
        connection.request("POST", f"{address.path}/transactions", body, _HEADERS)
        response = connection.getresponse()
        answer = response.read()
        if number >= _WARMING:
            taken.append(1000 * (time.perf_counter() - began))
            scored_by_model += b'"scored_by":"endpoint"' in answer
        if response.status != 200:
            raise SystemExit(f"the API answered {response.status}: {answer.decode()}")
    return {**percentiles(taken), "scored_by_model": scored_by_model}
