"""The model servers of one endpoint configuration."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.sagemaker.container import Container
from local.sagemaker.errors import JobFailedError
from local.sagemaker.models import Artefact, Models
from local.sagemaker.servers import ModelServer, UnhealthyError
from local.sagemaker.settings import Settings
from local.sagemaker.stack import LogStream, Stack

_HEALTH_CHECK_SECONDS = 60
_DRAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One production variant and the server behind it; ``concurrency`` is None for instances."""

    name: str
    weight: float
    concurrency: int | None
    server: ModelServer


class Fleet:
    """Servers for all variants of a configuration, in a directory of their own.

    The directory outlives the process, so that a restart needs no download.
    """

    def __init__(self, directory: Path, variants: list[Variant]) -> None:
        self.directory = directory
        self._variants = variants

    def pick(self, wanted: str | None) -> Variant | None:
        """Return the variant asked for, else one by weight."""
        if wanted:
            return next((variant for variant in self._variants if variant.name == wanted), None)
        weights = [variant.weight for variant in self._variants]
        return random.choices(self._variants, weights if any(weights) else None)[0]  # noqa: S311 - no secret

    def close(self, *, keep: bool = False) -> None:
        """End the servers once they have answered; remove the directory unless it is kept."""
        for variant in self._variants:
            variant.server.close(_DRAIN_SECONDS)
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)


class Fleets:
    """Starts fleets."""

    def __init__(self, settings: Settings, models: Models, stack: Stack) -> None:
        self._settings, self._models, self._stack = settings, models, stack

    def start(self, endpoint: str, variants: list[dict[str, Any]], directory: Path) -> Fleet:
        """Bring up a server for each variant, from ``directory`` if the models are there already.

        Raises
        ------
        JobFailedError
            When a model cannot be fetched or does not become healthy; nothing is left running.
        """
        started: list[Variant] = []
        try:
            for variant in variants:
                started.append(self._variant(endpoint, variant, directory))  # noqa: PERF401 - kept when one fails
        except JobFailedError:
            Fleet(directory, started).close(keep=True)
            raise
        return Fleet(directory, started)

    def _variant(self, endpoint: str, variant: dict[str, Any], directory: Path) -> Variant:
        name = variant["VariantName"]
        server = self.server(variant["ModelName"], directory / name, f"/aws/sagemaker/Endpoints/{endpoint}", name)
        try:
            server.start(variant.get("ContainerStartupHealthCheckTimeoutInSeconds", _HEALTH_CHECK_SECONDS))
        except UnhealthyError as error:
            raise JobFailedError(
                f"The primary container for production variant {name} did not pass the ping health check. "
                f"Please check CloudWatch logs for this endpoint."
            ) from error
        return Variant(
            name=name,
            weight=variant.get("InitialVariantWeight", 1.0),
            concurrency=variant.get("ServerlessConfig", {}).get("MaxConcurrency"),
            server=server,
        )

    def server(
        self,
        model_name: str,
        directory: Path,
        log_group: str,
        log_name: str,
        environment: Mapping[str, str] | None = None,
    ) -> ModelServer:
        """Return a server for the model, not yet started, unpacked below ``directory``."""
        container = Container(self._settings, directory)
        # Written last: it says that the model is complete, and keeps what the model's record may lose.
        description = directory / "artefact.json"
        if description.exists():
            artefact = Artefact(**json.loads(description.read_text()))
        else:
            artefact = self._models.artefact(model_name)
            self._models.unpack(artefact, container)
            description.write_text(json.dumps(asdict(artefact)))
        inside = {"SM_MODEL_DIR": "/opt/ml/model", **artefact.environment, **(environment or {})}
        stream = f"{log_name}/{int(time.time() * 1000):x}"
        file = self._settings.state / "logs" / log_group.rpartition("/")[2] / f"{log_name}.log"
        log = LogStream(self._stack, log_group, stream, file)
        return ModelServer(self._settings.job_python, container.root, container.environment(inside), log)
