"""The template of this directory: its parameters, outputs and regions, without resolving anything."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from operate.doctor.machine import ROOT


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, which are left as they are written."""


def _short_form(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node)  # type: ignore[arg-type]


_Loader.add_multi_constructor("!", _short_form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What is looked at of the template; outputs are those that every stack has."""

    parameters: frozenset[str]
    outputs: frozenset[str]
    regions: frozenset[str]


def read_template(path: Path = ROOT / "template.yaml") -> Template:
    """Read it."""
    document = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader
    return Template(
        parameters=frozenset(document["Parameters"]),
        outputs=frozenset(name for name, output in document["Outputs"].items() if "Condition" not in output),
        regions=frozenset(document["Mappings"]["XgboostImages"]),
    )
