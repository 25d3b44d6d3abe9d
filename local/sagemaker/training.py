"""Training jobs in script mode: the real script, with the conventions of the container."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from typing import Any

from local.sagemaker.container import download_prefix, pack, unpack
from local.sagemaker.errors import not_done
from local.sagemaker.jobs import Job
from local.sagemaker.records import now
from local.sagemaker.stack import parse_uri

_HOST = "algo-1"
_OF_THE_PLATFORM = ("sagemaker_", "_tuning_objective_metric")  # hyperparameters that no script is given


def check(params: dict[str, Any]) -> None:
    """Refuse what only a container image could run, and inputs that are no S3 prefix."""
    if "sagemaker_program" not in params.get("HyperParameters", {}):
        raise not_done("A training job without the hyperparameter sagemaker_program (script mode)")
    if "TrainingImage" not in params.get("AlgorithmSpecification", {}):
        raise not_done("A training job without AlgorithmSpecification.TrainingImage")
    for channel in params.get("InputDataConfig", []):
        source = channel["DataSource"].get("S3DataSource", {})
        mode = channel.get("InputMode", params["AlgorithmSpecification"].get("TrainingInputMode", "File"))
        if source.get("S3DataType") != "S3Prefix" or mode == "Pipe":
            raise not_done(f"Channel {channel['ChannelName']}: anything but an S3Prefix in File or FastFile mode")


def initial(params: dict[str, Any]) -> dict[str, Any]:
    """Return what Describe knows of a job before it runs."""
    location = f"{params['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{params['TrainingJobName']}/output"
    return {
        "SecondaryStatus": "Starting",
        "SecondaryStatusTransitions": [],
        "ModelArtifacts": {"S3ModelArtifacts": f"{location}/model.tar.gz"},
        "StoppingCondition": params.get("StoppingCondition") or {"MaxRuntimeInSeconds": 86_400},
    }


def run(job: Job) -> None:
    """Download code and channels, run the program, upload the model and the output data."""
    stages = _Stages(job)
    hyperparameters = {name: _decoded(value) for name, value in job.record["HyperParameters"].items()}
    stages.enter("Downloading", "Downloading input data")
    code = job.container.directory("/opt/ml/code")
    if source := hyperparameters.get("sagemaker_submit_directory"):
        archive = job.container.root / "sourcedir.tar.gz"
        job.stack.download(*parse_uri(source), archive)
        unpack(archive, code)
    if (code / "requirements.txt").exists():
        job.log.write("requirements.txt is not installed here: the job's Python has the pinned libraries already.")
    channels = {}
    for channel in job.record.get("InputDataConfig", []):
        directory = job.container.directory(f"/opt/ml/input/data/{channel['ChannelName']}")
        download_prefix(job.stack, channel["DataSource"]["S3DataSource"]["S3Uri"], directory)
        channels[channel["ChannelName"]] = str(directory)

    arguments = _arguments({k: v for k, v in hyperparameters.items() if not k.startswith(_OF_THE_PLATFORM)})
    environment = _environment(job, hyperparameters, channels, arguments) | {"PYTHONPATH": str(code)}
    metrics = _Metrics(job.record["AlgorithmSpecification"].get("MetricDefinitions", []))
    stages.enter("Training", "Training image download completed. Training in progress.")
    exit_code = job.execute(
        [job.settings.job_python, hyperparameters["sagemaker_program"], *arguments],
        cwd=code,
        environment=job.container.environment(environment, isolated=job.record.get("EnableNetworkIsolation", False)),
        on_line=metrics.read,
    )
    if metrics.last:
        job.change(FinalMetricDataList=list(metrics.last.values()))
    failed = exit_code != 0 and not job.stopped_because
    stages.enter("Uploading", "Uploading generated training model")
    _upload(job, "/opt/ml/output/data", "output.tar.gz")
    if failed:
        raise job.fail_with(exit_code)
    _upload(job, "/opt/ml/model", "model.tar.gz")


def _environment(
    job: Job, hyperparameters: dict[str, Any], channels: dict[str, str], arguments: list[str]
) -> dict[str, str]:
    """Return the training toolkit's ``SM_`` variables and the job's own, having written the configuration files."""
    inside = job.container.directory
    own = {name: value for name, value in hyperparameters.items() if not name.startswith(_OF_THE_PLATFORM)}
    resources = {"current_host": _HOST, "hosts": [_HOST], "network_interface_name": "lo"}
    configuration = inside("/opt/ml/input/config")
    (configuration / "hyperparameters.json").write_text(json.dumps(job.record["HyperParameters"]))
    (configuration / "resourceconfig.json").write_text(json.dumps(resources))
    (configuration / "inputdataconfig.json").write_text(json.dumps({name: {} for name in channels}))
    return {
        **job.record.get("Environment", {}),
        "TRAINING_JOB_NAME": job.name,
        "TRAINING_JOB_ARN": job.record["TrainingJobArn"],
        "SM_MODEL_DIR": str(inside("/opt/ml/model")),
        "SM_INPUT_DIR": str(inside("/opt/ml/input")),
        "SM_INPUT_CONFIG_DIR": str(configuration),
        "SM_OUTPUT_DIR": str(inside("/opt/ml/output")),
        "SM_OUTPUT_DATA_DIR": str(inside("/opt/ml/output/data")),
        "SM_CHANNELS": json.dumps(sorted(channels)),
        "SM_HPS": json.dumps(own),
        "SM_USER_ARGS": json.dumps(arguments),
        "SM_USER_ENTRY_POINT": hyperparameters["sagemaker_program"],
        "SM_MODULE_DIR": hyperparameters.get("sagemaker_submit_directory", ""),
        "SM_NUM_CPUS": str(os.cpu_count() or 1),
        "SM_NUM_GPUS": "0",
        "SM_CURRENT_HOST": _HOST,
        "SM_HOSTS": json.dumps([_HOST]),
        "SM_RESOURCE_CONFIG": json.dumps(resources),
        **{f"SM_CHANNEL_{name.upper()}": path for name, path in channels.items()},
        **{f"SM_HP_{name.upper()}": _text(value) for name, value in own.items()},
    }


def _decoded(value: str) -> Any:
    """Hyperparameters are JSON in strings; a plain word stays what it is."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, list | dict) else str(value)


def _arguments(hyperparameters: dict[str, Any]) -> list[str]:
    words = []
    for name, value in sorted(hyperparameters.items()):
        words += [f"-{name}" if len(name) == 1 else f"--{name}", _text(value)]
    return words


def _upload(job: Job, path: str, file_name: str) -> None:
    directory = job.container.directory(path)
    if not any(directory.iterdir()):
        return
    archive = job.container.root / file_name
    pack(directory, archive)
    bucket, key = parse_uri(job.record["ModelArtifacts"]["S3ModelArtifacts"])
    key = f"{key.rpartition('/')[0]}/{file_name}"
    job.stack.upload(archive, bucket, key, job.record["OutputDataConfig"].get("KmsKeyId"))


class _Stages:
    """The secondary status, and its history with times."""

    def __init__(self, job: Job) -> None:
        self._change: Callable[..., None] = job.change
        self._past: list[dict[str, Any]] = []

    def enter(self, status: str, message: str) -> None:
        if self._past:
            self._past[-1]["EndTime"] = now()
        self._past.append({"Status": status, "StartTime": now(), "StatusMessage": message})
        self._change(SecondaryStatus=status, SecondaryStatusTransitions=self._past)


class _Metrics:
    """The last value of each metric that a definition's pattern finds in the output."""

    def __init__(self, definitions: list[dict[str, str]]) -> None:
        self._patterns = [(definition["Name"], re.compile(definition["Regex"])) for definition in definitions]
        self.last: dict[str, dict[str, Any]] = {}

    def read(self, line: str) -> None:
        for name, pattern in self._patterns:
            if (found := pattern.search(line)) and found.groups():
                try:
                    self.last[name] = {"MetricName": name, "Value": float(found[1]), "Timestamp": now()}
                except ValueError:
                    continue  # what the pattern found is no number
