"""Batch transform: a model server of the job's own, asked once per object or per batch of lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.sagemaker import data_processing
from local.sagemaker.container import download_prefix, upload_directory
from local.sagemaker.errors import JobFailedError, not_done
from local.sagemaker.fleets import Fleets
from local.sagemaker.jobs import Job
from local.sagemaker.servers import ModelServer, NoAnswerError, UnhealthyError

_HEALTH_CHECK_SECONDS = 60
_ANSWER_SECONDS = 600.0


def check(params: dict[str, Any]) -> None:
    """Refuse what this transform does not do."""
    given = params["TransformInput"]
    if given["DataSource"]["S3DataSource"]["S3DataType"] != "S3Prefix":
        raise not_done("A transform of anything but an S3Prefix")
    if given.get("SplitType", "None") not in ("None", "Line") or given.get("CompressionType", "None") != "None":
        raise not_done("A transform with this SplitType or CompressionType")
    if "DataProcessing" in params:
        data_processing.check(params)


class Transform:
    """Runs transform jobs; output is ``<object>.out`` under the output path."""

    def __init__(self, fleets: Fleets) -> None:
        self._fleets = fleets

    def run(self, job: Job) -> None:
        """Download the objects, ask the model for each, upload the answers."""
        given, wanted = job.record["TransformInput"], job.record["TransformOutput"]
        root = job.container.root
        paths = download_prefix(job.stack, given["DataSource"]["S3DataSource"]["S3Uri"], root / "input")
        server = self._fleets.server(
            job.record["ModelName"],
            root / "container",
            "/aws/sagemaker/TransformJobs",
            job.name,
            job.record.get("Environment", {}),
        )
        try:
            server.start(_HEALTH_CHECK_SECONDS)
            for path in paths:
                if job.stopped_because:
                    return
                self._transform(job, server, path, root / "output" / f"{path.relative_to(root / 'input')}.out")
        except UnhealthyError as error:
            raise JobFailedError("ClientError: See job logs for more information") from error
        finally:
            server.close()
        upload_directory(job.stack, root / "output", wanted["S3OutputPath"], wanted.get("KmsKeyId"))

    def _transform(self, job: Job, server: ModelServer, path: Path, out: Path) -> None:
        given, wanted = job.record["TransformInput"], job.record["TransformOutput"]
        headers = {"Content-Type": given.get("ContentType", "application/octet-stream")}
        headers |= {"Accept": wanted["Accept"]} if "Accept" in wanted else {}
        processing = data_processing.DataProcessing(job.record.get("DataProcessing", {}))
        processes = "DataProcessing" in job.record
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("wb") as file:
            for body in _bodies(path, given.get("SplitType", "None"), job.record):
                try:
                    answer = server.invoke(processing.request(body) if processes else body, headers, _ANSWER_SECONDS)
                except NoAnswerError as error:
                    raise JobFailedError("AlgorithmError: the model did not answer") from error
                if answer.status != 200:
                    job.log.write(answer.body.decode(errors="replace"))
                    raise JobFailedError("AlgorithmError: See job logs for more information")
                written = processing.answer(body, answer.body) if processes else answer.body
                file.write(written)
                if wanted.get("AssembleWith") == "Line" and not written.endswith(b"\n"):
                    file.write(b"\n")


def _bodies(path: Path, split: str, record: dict[str, Any]) -> Iterator[bytes]:
    """Yield the requests for one object: itself, or its lines one by one or as many as the limit allows."""
    if split == "None":
        yield path.read_bytes()
        return
    limit = record.get("MaxPayloadInMB", 6) * 1024 * 1024
    single = record.get("BatchStrategy", "MultiRecord") == "SingleRecord"
    batch = b""
    with path.open("rb") as file:
        for line in file:
            if batch and (single or len(batch) + len(line) > limit):
                yield batch
                batch = b""
            batch += line
    if batch:
        yield batch
