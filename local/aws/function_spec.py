"""What a deployed function asks of its execution environments, out of ministack's record of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Lambda sets these itself and refuses them in a function's configuration.
_RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)


class UnsupportedFunctionError(Exception):
    """The embedded AWS cannot run this function as Lambda would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """Two invocations may share an execution environment exactly if their specifications are equal.

    ``revision`` changes with every update of code or configuration, so an update retires the environments.
    """

    name: str
    version: str
    account: str
    region: str
    revision: str
    runtime: str
    handler: str
    memory_mb: int
    timeout_seconds: int
    log_group: str
    log_format: str
    log_level: str
    layer_arns: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]

    @property
    def pool_key(self) -> tuple[str, str, str, str]:
        """What stays the same across updates: environments are counted and limited per this."""
        return self.account, self.region, self.name, self.version

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> FunctionSpec:
        """Read ministack's function configuration.

        Raises
        ------
        UnsupportedFunctionError
            If it is not a Python function deployed as a zip file.
        """
        name = config["FunctionName"]
        runtime = config.get("Runtime") or ""
        if config.get("PackageType", "Zip") != "Zip" or not runtime.startswith("python"):
            raise UnsupportedFunctionError(
                f"{name}: only Python functions deployed as zip files run here, not {runtime or 'container images'}"
            )
        _, _, _, region, account, *_ = config["FunctionArn"].split(":")
        logging = config.get("LoggingConfig") or {}
        variables = (config.get("Environment") or {}).get("Variables") or {}
        layers = config.get("Layers") or ()
        return cls(
            name=name,
            version=config.get("Version") or "$LATEST",
            account=account,
            region=region,
            revision=f"{config.get('RevisionId')} {config.get('CodeSha256')}",
            runtime=runtime,
            handler=config["Handler"],
            memory_mb=int(config.get("MemorySize") or 128),
            timeout_seconds=int(config.get("Timeout") or 3),
            log_group=logging.get("LogGroup") or f"/aws/lambda/{name}",
            log_format=logging.get("LogFormat") or "Text",
            log_level=logging.get("ApplicationLogLevel") or "",
            layer_arns=tuple(layer if isinstance(layer, str) else layer["Arn"] for layer in layers),
            variables=tuple((key, str(value)) for key, value in variables.items() if key not in _RESERVED),
        )


def worker_environment(
    spec: FunctionSpec,
    *,
    runtime_api: str,
    endpoint_url: str,
    task_root: str,
    python_path: str,
    temporary: str,
    log_stream: str,
) -> dict[str, str]:
    """Return the complete environment of a worker: Lambda's variables and the function's, none of the caller's.

    ``HOME`` and ``TMPDIR`` are the environment's own scratch directory, so that a function neither reads the
    user's AWS configuration nor meets another function's files.
    """
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": temporary,
        "TMPDIR": temporary,
        "PYTHONPATH": python_path,
        **dict(spec.variables),
        "AWS_ENDPOINT_URL": endpoint_url,
        "_HANDLER": spec.handler,
        "AWS_REGION": spec.region,
        "AWS_DEFAULT_REGION": spec.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{spec.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": spec.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": spec.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_LOG_FORMAT": spec.log_format,
        "AWS_ACCESS_KEY_ID": spec.name,  # so that its calls can be told from others'
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_TASK_ROOT": task_root,
    }
    if spec.log_level:
        environment["AWS_LAMBDA_LOG_LEVEL"] = spec.log_level
    return environment
