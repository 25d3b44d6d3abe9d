"""Processing jobs: the given entry point, between inputs from S3 and outputs to S3."""

from __future__ import annotations

import json
from typing import Any

from local.sagemaker.container import download_prefix, upload_directory
from local.sagemaker.errors import not_done
from local.sagemaker.jobs import Job


def check(params: dict[str, Any]) -> None:
    """Refuse what needs the container image or another service."""
    if not params["AppSpecification"].get("ContainerEntrypoint"):
        raise not_done("A processing job without AppSpecification.ContainerEntrypoint")
    for given in params.get("ProcessingInputs", []):
        source = given.get("S3Input")
        if source is None or source.get("S3DataType") != "S3Prefix":
            raise not_done(f"Input {given['InputName']}: anything but an S3Input of type S3Prefix")
        if source.get("S3InputMode", "File") != "File" or source.get("S3CompressionType", "None") != "None":
            raise not_done(f"Input {given['InputName']}: Pipe mode or Gzip")
    for wanted in params.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if "S3Output" not in wanted:
            raise not_done(f"Output {wanted['OutputName']}: anything but an S3Output")


def run(job: Job) -> None:
    """Download the inputs, run the entry point, upload the outputs; ``Continuous`` counts as ``EndOfJob``."""
    container, application = job.container, job.record["AppSpecification"]
    for given in job.record.get("ProcessingInputs", []):
        source = given["S3Input"]
        download_prefix(job.stack, source["S3Uri"], container.directory(source["LocalPath"]))
    outputs = job.record.get("ProcessingOutputConfig", {})
    directories = [
        (container.directory(wanted["S3Output"]["LocalPath"]), wanted["S3Output"]["S3Uri"])
        for wanted in outputs.get("Outputs", [])
    ]
    container.directory("/opt/ml/output")
    configuration = container.directory("/opt/ml/config")
    shown = {key: value for key, value in job.record.items() if not key.endswith(("Time", "Status"))}
    (configuration / "processingjobconfig.json").write_text(json.dumps(shown))
    (configuration / "resourceconfig.json").write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))

    isolated = job.record.get("NetworkConfig", {}).get("EnableNetworkIsolation", False)
    exit_code = job.execute(
        container.command(application["ContainerEntrypoint"], application.get("ContainerArguments", [])),
        cwd=container.root,
        environment=container.environment(job.record.get("Environment", {}), isolated=isolated),
    )
    message = container.root / "output" / "message"
    if message.is_file():
        job.change(ExitMessage=message.read_text(errors="replace")[:1024])
    if job.stopped_because:
        return  # half a result is none
    if exit_code != 0:
        raise job.fail_with(exit_code)
    for directory, uri in directories:
        upload_directory(job.stack, directory, uri, outputs.get("KmsKeyId"))
