"""Archives for tests: written by the pipeline itself, laid out as in the bucket."""

import json
from collections.abc import Sequence
from pathlib import Path

import zstandard
from fraudstream.contract import Bounds
from fraudstream.pipeline import Pipeline
from fraudstream.policy import CompiledPolicy, FixedPolicy, Policy, Rule, ThresholdChoice, compile_policy

from tests.fakes import FakeAlerts, FakeCases, FakeDecisions, FakeHistories, FakeObjects, FakeScorer
from tests.samples import NOW_MS, records


def rule(name: str, when: str, outcome: str = "review", *, shadow: bool = False) -> Rule:
    """A rule, in a line."""
    return Rule(name=name, because="a test wants it", when=when, outcome=outcome, shadow=shadow)


def policy(version: str, *rules: Rule, thresholds: ThresholdChoice | None = None, **parts: object) -> CompiledPolicy:
    """A policy of some rules."""
    chosen = thresholds or ThresholdChoice()
    return compile_policy(Policy(version=version, rules=rules, thresholds=chosen, **parts))


def pipeline(compiled: CompiledPolicy, scorer: FakeScorer | None = None) -> Pipeline:
    """The pipeline over tables in memory."""
    return Pipeline(
        histories=FakeHistories(),
        decisions=FakeDecisions(),
        scorer=scorer or FakeScorer(),
        archive=FakeObjects(),
        cases=FakeCases(),
        quarantine=FakeObjects(),
        alerts=FakeAlerts(),
        policies=FixedPolicy(compiled),
        bounds=Bounds(max_event_age_ms=None),
        unscored_after_ms=300_000,
        pause=lambda _: None,
    )


def decide(made: Pipeline, payloads: Sequence[object], *, first: int = 1, now_ms: int = NOW_MS) -> None:
    """Let the pipeline decide a batch."""
    made.run(records(payloads, first, arrived_at_ms=now_ms - 500), now_ms)


def write(made: Pipeline, directory: Path) -> list[Path]:
    """Write what the pipeline archived below a directory; return the files in order of keys."""
    paths = []
    for key, body in sorted(made.archive.objects.items()):
        path = directory / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        paths.append(path)
    return paths


def lines_of(directory: Path) -> list[dict]:
    """Every line of every object, read without any code of ours."""
    return [
        json.loads(line)
        for path in sorted(directory.rglob("*.jsonl.zst"))
        for line in zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes()).splitlines()
    ]


def write_lines(path: Path, lines: Sequence[dict | bytes]) -> None:
    """Write an object of such lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines) + b"\n"
    path.write_bytes(zstandard.ZstdCompressor().compress(text))
