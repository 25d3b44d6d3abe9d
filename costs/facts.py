"""What the calculation stands on: prices, counts, assumptions, and what the template has."""

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fraudstream.outcome import Outcome

HERE = Path(__file__).parent
TEMPLATE = HERE.parent / "template.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A list price, and where it is from."""

    usd: float
    unit: str
    status: str
    source: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """List prices of one region on one day."""

    region: str
    date: str
    by_name: Mapping[str, Price]


@dataclass(frozen=True, slots=True)
class Operation:
    """What one record asks of one operation of AWS, on average."""

    requests: float = 0.0
    request_bytes: float = 0.0
    response_bytes: float = 0.0
    write_units: float = 0.0
    read_units: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted; see `measure`."""

    document: Mapping[str, Any]

    def operations(self, who: str, batch: float) -> dict[str, Operation]:
        """Return what a record of a batch of that size asks, between the sizes counted, and at the ends as there."""
        low, high, share = self._between(who, batch)

        def mixed(name: str, column: str) -> float:
            at_low, at_high = (float(at["operations"].get(name, {}).get(column, 0.0)) for at in (low, high))
            return _mix(at_low, at_high, share)

        names = sorted(low["operations"].keys() | high["operations"].keys())
        return {name: Operation(*(mixed(name, column) for column in Operation.__slots__)) for name in names}

    def cpu_ms(self, who: str, batch: float) -> float:
        """Return milliseconds of a processor for one record of a batch of that size."""
        low, high, share = self._between(who, batch)
        return _mix(low["cpu_ms"], high["cpu_ms"], share)

    def item_bytes(self, who: str, what: str) -> int:
        """Return the size of a `decision`, or of what is stored of a `card` or a `terminal`; 0 if it is not."""
        return int(self.document["contestants"][who]["item_bytes"].get(what, 0))

    def _between(self, who: str, batch: float) -> tuple[dict[str, Any], dict[str, Any], float]:
        sizes: dict[str, Any] = self.document["contestants"][who]["sizes"]
        known = sorted(map(int, sizes))
        low = max((size for size in known if size <= batch), default=known[0])
        high = min((size for size in known if size >= batch), default=known[-1])
        # Requests are shared by the batch, so what a record asks falls with one over its size.
        share = 0.0 if low == high else (1 / low - 1 / batch) / (1 / low - 1 / high)
        return sizes[str(low)], sizes[str(high)], share


def _mix(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


@cache
def prices() -> Prices:
    """Return the prices of `prices.toml`."""
    document = tomllib.loads((HERE / "prices.toml").read_text())
    by_name = {name: Price(**entry) for name, entry in document.items() if isinstance(entry, dict)}
    return Prices(region=document["region"], date=document["date"], by_name=by_name)


@cache
def measured() -> Measured:
    """Return the counts of `measured.json`."""
    return Measured(json.loads((HERE / "measured.json").read_text()))


@cache
def assumptions() -> dict[str, float]:
    """Return the values of `assumptions.toml`."""
    return tomllib.loads((HERE / "assumptions.toml").read_text())


def template() -> dict[str, Any]:
    """Return the template, its short tags as what they hold."""
    document: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Tolerant)  # noqa: S506 - a safe loader
    return document


@cache
def alarm_metrics() -> int:
    """Return how many metrics the template's alarms look at: each is charged."""
    resources = template()["Resources"].values()
    alarms = [resource["Properties"] for resource in resources if resource["Type"] == "AWS::CloudWatch::Alarm"]
    return sum(sum("MetricStat" in entry for entry in alarm.get("Metrics", ())) or 1 for alarm in alarms)


def custom_metrics() -> int:
    """Return how many metrics the scoring function emits: each is charged."""
    return len(Outcome().counts)


def whole(value: float) -> int:
    """Round up, but for what is a whole number but for the error of computing."""
    return math.ceil(value - 1e-9)


class _Tolerant(yaml.SafeLoader):
    """Reads CloudFormation's short tags as what they hold."""


def _content(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node)


_Tolerant.add_multi_constructor("!", _content)
