"""What alerts and refusals cost, as a stack's parameters say it."""

from collections.abc import Mapping
from dataclasses import replace

from botocore.exceptions import ClientError
from money import CostMatrix

from operate.stack import Target

_PARAMETERS = {"alert_minor": "AlertCostMinor", "block_genuine_minor": "BlockGenuineCostMinor"}


def costs_of(target: Target | None, costs: Mapping[str, int | None]) -> CostMatrix:
    """Return the cost matrix: as given, else by the stack's parameters, else as training assumes."""
    given = {name: value for name, value in costs.items() if value is not None}
    if target is not None and len(given) < len(_PARAMETERS):
        try:
            (stack,) = target.client("cloudformation").describe_stacks(StackName=target.name)["Stacks"]
            values = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())}
        except ClientError:
            values = {}
        of_stack = {name: int(float(values[key])) for name, key in _PARAMETERS.items() if key in values}
        given = of_stack | given
    return replace(CostMatrix(), **given)
