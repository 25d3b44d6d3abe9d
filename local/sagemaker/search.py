"""The ranges of a tuning job, and a draw from them: hyperparameters as the strings a training job takes."""

from __future__ import annotations

import math
from random import Random
from typing import Any

from local.sagemaker.errors import invalid, not_done

_LOGARITHMIC = ("Logarithmic", "ReverseLogarithmic")


def check_ranges(ranges: dict[str, Any], static: dict[str, str]) -> None:
    """Refuse ranges that AWS refuses: empty, turned round, logarithmic across 0, or of a static hyperparameter."""
    if ranges.get("AutoParameters"):
        raise not_done("AutoParameters")
    numeric = [*ranges.get("IntegerParameterRanges", []), *ranges.get("ContinuousParameterRanges", [])]
    for given in numeric:
        low, high = float(given["MinValue"]), float(given["MaxValue"])
        scaling = given.get("ScalingType", "Auto")
        if low > high:
            raise invalid(f"The MinValue of {given['Name']} is greater than its MaxValue.")
        if scaling == "Logarithmic" and low <= 0:
            raise invalid(f"{given['Name']}: logarithmic scaling needs a MinValue greater than 0.")
        if scaling == "ReverseLogarithmic" and not 0 <= low <= high < 1:
            raise invalid(f"{given['Name']}: reverse logarithmic scaling needs values from 0 to below 1.")
    names = [given["Name"] for given in (*numeric, *ranges.get("CategoricalParameterRanges", []))]
    twice = {name for name in names if names.count(name) > 1 or name in static}
    if twice or not names:
        raise invalid(f"Hyperparameters must be either tuned or static, once: {', '.join(sorted(twice)) or 'none'}.")


def draw(ranges: dict[str, Any], random: Random) -> dict[str, str]:
    """Return one value for each range. Integers include both ends, as on AWS; ``Auto`` scales linearly."""
    drawn = {}
    for given in ranges.get("IntegerParameterRanges", []):
        low, high = int(given["MinValue"]), int(given["MaxValue"])
        scaling = given.get("ScalingType", "Auto")
        if scaling in _LOGARITHMIC:
            drawn[given["Name"]] = str(min(max(round(_scaled(low, high, scaling, random)), low), high))
        else:
            drawn[given["Name"]] = str(random.randint(low, high))  # nosec B311 - no secret
    for given in ranges.get("ContinuousParameterRanges", []):
        low, high = float(given["MinValue"]), float(given["MaxValue"])
        drawn[given["Name"]] = repr(_scaled(low, high, given.get("ScalingType", "Auto"), random))
    for given in ranges.get("CategoricalParameterRanges", []):
        drawn[given["Name"]] = random.choice(given["Values"])  # nosec B311 - no secret
    return drawn


def _scaled(low: float, high: float, scaling: str, random: Random) -> float:
    if scaling == "Logarithmic":
        value = math.exp(random.uniform(math.log(low), math.log(high)))  # nosec B311 - no secret
    elif scaling == "ReverseLogarithmic":
        value = 1 - math.exp(random.uniform(math.log(1 - high), math.log(1 - low)))  # nosec B311 - no secret
    else:
        value = random.uniform(low, high)  # nosec B311 - no secret
    return min(max(value, low), high)
