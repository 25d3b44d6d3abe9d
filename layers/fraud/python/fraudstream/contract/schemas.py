"""JSON Schemas of the contract, generated from its types: `python -m fraudstream.contract.schemas docs/schemas`.

They say what JSON Schema can say. What needs a clock, a calendar, a check digit or the bytes themselves is checked by
the decoder alone: see docs/data-contract.md.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from fraudstream.contract.alert import Alert
from fraudstream.contract.case import Case
from fraudstream.contract.decision import Decision
from fraudstream.contract.fields import COUNTRY
from fraudstream.contract.label import Label
from fraudstream.contract.sealing import LEAKS
from fraudstream.contract.transaction import Transaction

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_KINDS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "transaction": (Transaction, "One card payment event, as a producer sends it. Unknown fields are kept."),
    "label": (Label, "What one transaction turned out to be, as a producer sends it. Unknown fields are kept."),
    "decision": (Decision, "What was decided on one transaction, by which versions. A label may join it later."),
    "alert": (Alert, "One flagged transaction, as the JSON message of the alert topic."),
    "case": (Case, "The flagged transactions of one card, until a person or a chargeback has disposed of each."),
}
_TERMINAL = {
    "anyOf": [{"required": [name], "properties": {name: {"type": "string"}}} for name in ("terminal_id", "merchant_id")]
}
_NO_LABEL = {"properties": dict.fromkeys(sorted(LEAKS), False)}
_BY_RULES_OR_ENDPOINT = {
    "if": {"properties": {"scored_by": {"const": "endpoint"}}},
    "then": {"properties": {"fraud_score": {"type": "number"}, "model_version": {"type": "string"}}},
    "else": {"properties": {"fraud_score": {"type": "null"}, "model_version": {"type": "null"}}},
}
_NOT_APPROVED = {"properties": {"decision": {"properties": {"decision": {"enum": ["block", "review"]}}}}}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema documents by name: transaction, label, decision, alert, case."""
    documents = {name: document(kind, description) for name, (kind, description) in _KINDS.items()}
    transaction = documents["transaction"]
    transaction["properties"]["attributes"]["anyOf"][0] |= _NO_LABEL
    transaction |= _TERMINAL | {"allOf": [_NO_LABEL]}
    documents["label"] |= _TERMINAL
    documents["decision"] |= _BY_RULES_OR_ENDPOINT
    documents["alert"]["$defs"]["Decision"] |= _BY_RULES_OR_ENDPOINT
    documents["alert"] |= {"allOf": [_NOT_APPROVED]}
    return documents


def write(directory: Path) -> None:
    """Write every schema to `<name>.schema.json` in a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (directory / f"{name}.schema.json").write_text(rendered(schema), encoding="utf-8")


def rendered(schema: dict[str, Any]) -> str:
    """Return a schema as it stands in its file."""
    return json.dumps(schema, indent=2) + "\n"


def document(kind: type[msgspec.Struct], description: str) -> dict[str, Any]:
    """Return one type's schema as a document of its own, the types it is made of beside it."""
    (top,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    own = definitions.pop(top["$ref"].rpartition("/")[2])
    document = {"$schema": DIALECT} | _object(own) | {"description": description}
    if definitions:
        document["$defs"] = {name: _object(definition) for name, definition in definitions.items()}
    return document


def _object(definition: dict[str, Any]) -> dict[str, Any]:
    """Return an object's definition without the attributes that are ours, not the sender's."""
    properties = {name: _field(s) for name, s in definition["properties"].items() if not name.startswith("\x7f")}
    summary = definition.get("description", "").partition("\n")[0]
    return definition | {"description": summary, "properties": properties}


def _field(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema without its default, which is null throughout, and with countries as a pattern.

    In the types a country is one of all pairs of capitals, for speed.
    """
    schema = {key: value for key, value in schema.items() if key != "default"}
    if "anyOf" in schema:
        schema["anyOf"] = [_field(variant) for variant in schema["anyOf"]]
    if len(schema.get("enum", ())) == 26 * 26:
        del schema["enum"]
        schema |= {"type": "string", "pattern": COUNTRY, "maxLength": 2}
    return schema


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/schemas"))
