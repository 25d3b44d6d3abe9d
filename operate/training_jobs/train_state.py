"""The training job of the retrain state machine as a request, read from the machine: so there is no second one."""

import json
from collections.abc import Mapping
from typing import Any

import jsonata

STATE = "Train"


class TrainStateError(Exception):
    """The state machine has no training job that can be made by hand."""


def request(
    definition: Mapping[str, Any], *, run: str, version: str, hyperparameters: Mapping[str, str]
) -> dict[str, Any]:
    """Return the CreateTrainingJob request that the machine would send.

    Parameters
    ----------
    definition
        As DescribeStateMachine gives it, substitutions made.
    run
        Whose prepared data is learned from.
    version
        Names the model and, with the stack's name, the job.
    hyperparameters
        Of `train.py`; those not given have its defaults.

    Raises
    ------
    TrainStateError
        If the machine has no such state, or one of its expressions needs what only a run knows.
    """
    try:
        arguments = definition["States"][STATE]["Arguments"]
    except KeyError as error:
        raise TrainStateError(f"the state machine has no state {STATE} with arguments: {error} is missing") from None
    known = {"run": run, "version": version, "options": {"hyperparameters": dict(hyperparameters)}}
    evaluated: dict[str, Any] = json.loads(json.dumps(_evaluated(arguments, known, STATE)))
    return evaluated


def _evaluated(value: Any, known: Mapping[str, Any], place: str) -> Any:
    if isinstance(value, dict):
        return {name: _evaluated(inner, known, f"{place}.{name}") for name, inner in value.items()}
    if isinstance(value, list):
        return [_evaluated(inner, known, f"{place}[{position}]") for position, inner in enumerate(value)]
    if not (isinstance(value, str) and value.startswith("{%") and value.endswith("%}")):
        return value
    try:
        expression = jsonata.Jsonata.jsonata(value[2:-2].strip())
        for name, bound in known.items():
            expression.assign(name, bound)
        found = expression.evaluate(None)
    except Exception as error:  # the library raises whatever comes
        raise TrainStateError(f"{place} cannot be evaluated: {error}") from error
    if found is None:
        raise TrainStateError(f"{place} needs what only a run of the state machine knows: {value}")
    return found
