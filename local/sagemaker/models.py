"""Models and endpoint configurations: checked when created, resolved to an artefact when deployed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.sagemaker.container import Container, unpack
from local.sagemaker.errors import JobFailedError, invalid, not_done
from local.sagemaker.kinds import ENDPOINT_CONFIG, MODEL, PACKAGE
from local.sagemaker.records import Records
from local.sagemaker.stack import Stack, parse_uri

_SUBMIT = "SAGEMAKER_SUBMIT_DIRECTORY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What a model server needs: the archive, the container's environment, the image it stands for."""

    model_data_url: str
    environment: dict[str, str]
    image: str


class Models:
    """Models and endpoint configurations, and the artefact behind a model's name."""

    def __init__(self, records: Records, stack: Stack) -> None:
        self._records, self._stack = records, stack

    def create_model(self, params: dict[str, Any]) -> dict[str, Any]:
        """Create a model whose artefact is there."""
        containers = [params["PrimaryContainer"]] if "PrimaryContainer" in params else params.get("Containers", [])
        if len(containers) != 1:
            raise not_done(f"A model of {len(containers)} containers")
        url = self._artefact(containers[0]).model_data_url
        if not self._stack.exists(*parse_uri(url)):
            raise invalid(f"Could not find model data at {url}.")
        return {"ModelArn": self._records.add(MODEL, params["ModelName"], params)}

    def create_config(self, params: dict[str, Any]) -> dict[str, Any]:
        """Create an endpoint configuration whose models are there. Data capture is accepted, and not done."""
        for unsupported in ("AsyncInferenceConfig", "ShadowProductionVariants", "ExplainerConfig"):
            if unsupported in params:
                raise not_done(unsupported)
        for variant in params["ProductionVariants"]:
            if "ModelName" not in variant:
                raise not_done(f"Variant {variant['VariantName']} without ModelName")
            self._records.get(MODEL, variant["ModelName"])
            if "ServerlessConfig" in variant and len(params["ProductionVariants"]) > 1:
                raise invalid("Serverless endpoint configurations support one production variant.")
            if "ServerlessConfig" in variant and params.get("DataCaptureConfig", {}).get("EnableCapture"):
                raise invalid("DataCaptureConfig is not supported for serverless endpoints.")
            if "ServerlessConfig" not in variant and "InstanceType" not in variant:
                raise invalid(f"Variant {variant['VariantName']} needs an InstanceType or a ServerlessConfig.")
        return {"EndpointConfigArn": self._records.add(ENDPOINT_CONFIG, params["EndpointConfigName"], params)}

    def artefact(self, model_name: str) -> Artefact:
        """Return what a model serves."""
        model = self._records.get(MODEL, model_name)
        return self._artefact(model["PrimaryContainer"] if "PrimaryContainer" in model else model["Containers"][0])

    def _artefact(self, container: dict[str, Any]) -> Artefact:
        if package_name := container.get("ModelPackageName"):
            packaged = self._records.get(PACKAGE, package_name)["InferenceSpecification"]["Containers"][0]
            container = packaged | container
        url = container.get("ModelDataUrl")
        if source := container.get("ModelDataSource", {}).get("S3DataSource"):
            if source.get("CompressionType") != "Gzip":
                raise not_done("Model data that is no tar.gz")
            url = source["S3Uri"]
        if not url:
            raise not_done("A container without model data")
        return Artefact(
            model_data_url=url, environment=container.get("Environment", {}), image=container.get("Image", "")
        )

    def unpack(self, artefact: Artefact, container: Container) -> None:
        """Bring the artefact below the container's ``/opt/ml/model``; code given apart goes to its ``code``."""
        model = container.directory("/opt/ml/model")
        self._fetch(artefact.model_data_url, container.root, model)
        if artefact.environment.get(_SUBMIT, "").startswith("s3://"):
            self._fetch(artefact.environment[_SUBMIT], container.root, model / "code")

    def _fetch(self, url: str, root: Path, directory: Path) -> None:
        archive = root / "download.tar.gz"
        try:
            self._stack.download(*parse_uri(url), archive)
            unpack(archive, directory)
        except Exception as error:
            raise JobFailedError(
                f'Failed to download model data for container "container_1" from URL: "{url}". Please ensure that '
                f"there is an object located at the URL and that the role passed to CreateModel has permissions to "
                f"download the object. ({type(error).__name__}: {error})"
            ) from error
        finally:
            archive.unlink(missing_ok=True)
