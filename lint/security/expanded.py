"""The template as CloudFormation gets it: SAM's resources turned into AWS's own, without AWS and without a network."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from samtranslator.translator.transform import transform

# Where SAM resources name local files that `sam deploy` uploads; the expansion needs an address in their place.
_FILES = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
_UPLOADED = "s3://artifacts/uploaded"


class _NoManagedPolicies:
    """SAM asks for AWS's managed policies by name; this template uses none, each role spells out its own."""

    def load(self) -> dict[str, str]:
        return {}


def read_template(path: Path) -> dict[str, Any]:
    """Return a template with its short forms (`!Ref`) written out."""
    return dict(yaml.load(path.read_text(), Loader=_loader()))  # noqa: S506 - a safe loader with CloudFormation's tags


def expand(template: Mapping[str, Any], region: str = "us-east-1") -> dict[str, Any]:
    """Return the template with every SAM resource expanded; the argument stays as it is."""
    document = copy.deepcopy(dict(template))
    for resource in document["Resources"].values():
        file = _FILES.get(resource["Type"])
        if file:
            resource["Properties"][file] = _UPLOADED
    with patch("boto3.session.Session.region_name", region):
        return dict(transform(document, {}, _NoManagedPolicies()))


def _loader() -> type[yaml.SafeLoader]:
    class Loader(yaml.SafeLoader):
        """Knows CloudFormation's short forms."""

    def short_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
        if isinstance(node, yaml.ScalarNode):
            value: Any = loader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        else:
            value = loader.construct_mapping(node, deep=True)
        if tag == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}

    Loader.add_multi_constructor("!", short_form)
    return Loader
