"""The same training job through Amazon's `ModelTrainer`. Runs in the SDK's environment; stands alone.

In a notebook:

    from operate.training_jobs.with_sdk import trainer
    trainer(request).train()

`request` is what `python -m operate training-jobs launch --dry-run` prints. There is no `source_code`: the image's
script mode fetches the program that the hyperparameters name, as it does for the state machine; the SDK adds nothing.
"""

import json
import os
import sys
from typing import Any

from sagemaker.core import shapes
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.utils.utils import pascal_to_snake
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Channel, Compute, OutputDataConfig, StoppingCondition, Tag

_TAKEN = {
    "TrainingJobName",
    "RoleArn",
    "AlgorithmSpecification",
    "Environment",
    "HyperParameters",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "Tags",
}
_NO_TELEMETRY = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}
"""The SDK would tell Amazon of every job, by a request of its own."""
_ROLE_IS_OURS = "SAGEMAKER_VALIDATE_ROLE"
"""The SDK refuses a role that may not make network interfaces; the state machine's may not, and needs none."""


def trainer(request: dict[str, Any], session: Session | None = None) -> ModelTrainer:
    """Return a trainer whose `train()` sends a request, under a name of its own: the job's, and a time.

    Raises
    ------
    ValueError
        If the request has a part that would be lost on the way.
    """
    algorithm = request["AlgorithmSpecification"]
    lost = (request.keys() - _TAKEN) | (algorithm.keys() - {"TrainingImage", "TrainingInputMode", "MetricDefinitions"})
    if lost:
        raise ValueError(f"not known how to give {', '.join(sorted(lost))} to ModelTrainer")
    os.environ[_ROLE_IS_OURS] = "false"
    made = ModelTrainer(
        sagemaker_session=session or Session(sagemaker_config=_NO_TELEMETRY),
        role=request["RoleArn"],
        base_job_name=request["TrainingJobName"],
        training_image=algorithm["TrainingImage"],
        training_input_mode=algorithm["TrainingInputMode"],
        hyperparameters=request["HyperParameters"],
        environment=request.get("Environment", {}),
        compute=Compute(**_snake(request["ResourceConfig"])),
        stopping_condition=StoppingCondition(**_snake(request["StoppingCondition"])),
        output_data_config=OutputDataConfig(**_snake(request["OutputDataConfig"])),
        input_data_config=[Channel(**_snake(channel)) for channel in request["InputDataConfig"]],
        tags=[Tag(**_snake(tag)) for tag in request.get("Tags", ())],
    )
    if metrics := algorithm.get("MetricDefinitions"):
        made.with_metric_definitions([shapes.MetricDefinition(**_snake(metric)) for metric in metrics])
    return made


def main() -> None:
    """Launch the request on standard input, and say the job's name; `--wait` until it has ended."""
    made = trainer(json.load(sys.stdin))
    made.train(wait="--wait" in sys.argv, logs=False)
    print(json.dumps({"TrainingJobName": made._latest_training_job.training_job_name}))  # noqa: SLF001 - has no other


def _snake(value: Any) -> Any:
    if isinstance(value, dict):
        return {pascal_to_snake(name): _snake(inner) for name, inner in value.items()}
    return [_snake(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
