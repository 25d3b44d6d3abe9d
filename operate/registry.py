"""The model registry of a target: `fraudstream.adapters.registry`, by the names that a stack gives."""

from collections.abc import Iterator

from fraudstream.adapters import registry
from fraudstream.adapters.registry import Champion, Package

from operate.stack import Target

__all__ = ["Champion", "Package", "champion", "describe", "packages"]


def champion(target: Target) -> Champion:
    """Return what the pointer says."""
    return registry.champion(target.client("ssm"), f"/{target.name}/champion")


def packages(target: Target) -> Iterator[Package]:
    """Yield the versions of the stack's group, the newest first; each is asked for when it is taken."""
    return registry.packages(target.client("sagemaker"), target.name)


def describe(target: Target, arn: str) -> Package:
    """Return one version."""
    return registry.describe(target.client("sagemaker"), arn)
