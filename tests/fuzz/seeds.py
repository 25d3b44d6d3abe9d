"""Where the fuzzer starts from: sample events, golden files, and the words of each format."""

import json
from base64 import b64decode
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from fraudstream.contract import Label, Transaction
from fraudstream.features import FEATURE_NAMES

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
FINDINGS = Path(__file__).parent / "findings"
_JSON = (
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"',
    "null",
    "true",
    "false",
    "NaN",
    "1e309",
    "\\u0000",
    "\\ud800",
    "4111111111111111",
)


def seeds(target: str) -> Iterator[bytes]:
    """Yield inputs of a target that are well-formed, and what was found before."""
    yield from {"decode": _records, "mask": _records, "histories": _histories, "answer": _answers, "rules": _rules}[
        target
    ]()
    yield from (path.read_bytes() for path in sorted((FINDINGS / target).glob("*")))


def words(target: str) -> list[str]:
    """Return the words of a target's format, for the fuzzer to put in."""
    if target in {"decode", "mask"}:
        names = {
            *Transaction.__struct_fields__,
            *Label.__struct_fields__,
            "is_fraud",
            "merchant#",
            "2026-09-21T13:33:20.000Z",
        }
        return [*_JSON, *sorted(names)]
    if target == "answer":
        return [*_JSON, "SCHEMA", "model_version", "schema_hash", "thresholds", "review", "block", "scores", "reasons"]
    if target == "rules":
        keys = (
            "version",
            "rules",
            "name",
            "because",
            "outcome",
            "when",
            "value",
            "approve",
            "review",
            "block",
            "shadow",
        )
        more = ("lists", "of", "effect", "none", "entries", "until", "thresholds", "model", "snoozes", "card_id")
        said = (" and ", " or ", "not ", " in ", " is missing", "==", "!=", "<=", ">=", "min(", "starts_with(", "%")
        return [*_JSON, *keys, *more, *said, *FEATURE_NAMES]
    return []


def _records() -> Iterator[bytes]:
    for path in sorted((ROOT / "events").glob("*.json")):
        event = json.loads(path.read_text())
        records = event.get("Records", ()) if isinstance(event, dict) else ()
        yield from (data for r in records if len(data := b64decode(r["kinesis"]["data"])) <= 4_096)
    for path in sorted(GOLDEN.glob("*/records.jsonl")):
        yield from path.read_bytes().splitlines()


def _histories() -> Iterator[bytes]:
    for path in sorted(GOLDEN.glob("*/histories*.json")):
        blobs = [bytes.fromhex(entry["packed"]) for entry in json.loads(path.read_text()).values()]
        for mine in blobs:
            yield from (len(mine).to_bytes(2, "little") + mine + theirs for theirs in (mine, blobs[0], blobs[-1]))


def _answers() -> Iterator[bytes]:
    reasons = {"0": [0.5] * (len(FEATURE_NAMES) + 1)}
    for scores, explained in (([0.0, 0.5, 1.0], reasons), ([0.1, 0.2, 0.3], {}), ([0.1], {})):
        document = {
            "model_version": "m",
            "schema_hash": "SCHEMA",
            "thresholds": {"review": 0.5, "block": 0.9},
            "scores": scores,
            "reasons": explained,
        }
        yield json.dumps(document).encode()


def _rules() -> Iterator[bytes]:
    yield files("fraudstream.policy").joinpath("default_policy.json").read_bytes()
    one = {"name": "n", "because": "b", "outcome": "block", "when": 'not (10 <= amount < 1e3 or card_id in ["a", "b"])'}
    listed = {"name": "l", "of": "card_id", "effect": "block", "because": "b", "entries": [{"value": "card_a"}]}
    until = "2026-12-24T18:00:00Z"
    yield json.dumps({"version": "1", "rules": [one]}).encode()
    yield json.dumps({"version": "1", "rules": [], "thresholds": {"review": 0.5, "block": "model"}}).encode()
    yield json.dumps(
        {
            "version": "1",
            "rules": [one | {"when": "card_id in l and score is missing and abs(-amount) % 5 > 1", "shadow": True}],
            "lists": [listed | {"entries": [{"value": "card_a", "until": until}]}],
            "snoozes": [{"rule": "n", "until": until, "because": "b"}],
        }
    ).encode()
