"""What DescribeEndpoint says of an endpoint's variants, and what an update keeps of the running ones."""

from __future__ import annotations

import time
from typing import Any

from local.sagemaker.models import Models
from local.sagemaker.records import Record


def summaries(models: Models, config: Record) -> list[dict[str, Any]]:
    """Return the summaries of a configuration's variants, as they are when nothing has scaled them yet."""
    summed = []
    for variant in config["ProductionVariants"]:
        image = models.artefact(variant["ModelName"]).image
        weight = variant.get("InitialVariantWeight", 1.0)
        summary: dict[str, Any] = {
            "VariantName": variant["VariantName"],
            "DeployedImages": [{"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": time.time()}],
            "CurrentWeight": weight,
            "DesiredWeight": weight,
        }
        if serverless := variant.get("ServerlessConfig"):
            summary |= {"CurrentServerlessConfig": serverless, "DesiredServerlessConfig": serverless}
        else:
            count = variant.get("InitialInstanceCount", 1)
            summary |= {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
        summed.append(summary)
    return summed


def retain(variants: list[dict[str, Any]], config: Record, record: Record) -> None:
    """Keep the weights and instance counts that autoscaling or a person gave the running variants."""
    running = {variant["VariantName"]: variant for variant in record.get("ProductionVariants", [])}
    for variant, configured in zip(variants, config["ProductionVariants"], strict=True):
        former = running.get(variant["VariantName"], {})
        kept = [key for key in variant if key.startswith(("Current", "Desired")) and key in former]
        variant.update({key: former[key] for key in kept})
        configured["InitialVariantWeight"] = variant["CurrentWeight"]
