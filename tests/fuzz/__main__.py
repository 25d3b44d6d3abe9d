"""Fuzz by coverage: `make fuzz SECONDS=60`, each target for so long; or replay: `python -m tests.fuzz decode FILE`.

Runs under the environment of requirements/fuzz.txt. What a run learned stays in .local/fuzz/<target>/corpus, and the
next one goes on from there. An input for which a truth does not hold is kept in .local/fuzz/<target>/findings. Once it
is understood it belongs into tests/fuzz/findings/<target>, where tests/property/test_poison_findings.py tries it for
good.
"""

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.fuzz.seeds import ROOT, seeds, words
from tests.fuzz.targets import TARGETS

WORK = ROOT / ".local" / "fuzz"
LONGEST_BYTES = {"decode": 4_200, "mask": 512, "histories": 2_048, "answer": 4_096, "rules": 4_096}
_SLOWEST_SECONDS = 10
_executed = re.compile(r"^(?:#|stat::number_of_executed_units:\s*)(\d+)", re.MULTILINE).findall
_coverage = re.compile(r"cov: (\d+) ft: (\d+)").findall


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of one target: inputs tried, branches reached, and inputs that broke a truth."""

    target: str
    executions: int
    coverage: int
    findings: list[Path]
    log: Path


def fuzz(target: str, seconds: int, work: Path = WORK) -> Run:
    """Fuzz one target for some seconds, or until a truth does not hold."""
    place = work / target
    corpus, findings = place / "corpus", place / "findings"
    for directory in (corpus, findings):
        directory.mkdir(parents=True, exist_ok=True)
    for seed in seeds(target):
        (corpus / sha256(seed).hexdigest()[:40]).write_bytes(seed)
    dictionary = place / "words"
    dictionary.write_text("".join(f'"{_quoted(word)}"\n' for word in words(target)))
    known = set(findings.iterdir())
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES[target]}", f"-timeout={_SLOWEST_SECONDS}"]
    options += [f"-dict={dictionary}"] if words(target) else []
    options += [f"-artifact_prefix={findings}/", "-print_final_stats=1", str(corpus)]
    log = place / "log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "tests.fuzz.engine", target, *options]
        ended = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False).returncode
    said = log.read_text(errors="replace")
    executed, covered = _executed(said), _coverage(said)
    new = sorted(set(findings.iterdir()) - known)
    if not executed or (ended and not new):
        raise SystemExit(f"{target} ended with {ended} and told nothing; {log} says why")
    return Run(
        target=target,
        executions=int(executed[-1]),
        coverage=int(covered[-1][0]) if covered else 0,
        findings=new,
        log=log,
    )


def main() -> int:
    """Fuzz or replay; 1 if a truth did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("target", nargs="?", choices=sorted(TARGETS), help="only this one")
    parser.add_argument("inputs", nargs="*", type=Path, help="files to replay instead of fuzzing")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    options = parser.parse_args()
    for path in options.inputs:
        TARGETS[options.target](path.read_bytes())
        print(f"{path}: holds")
    if options.inputs:
        return 0
    found = 0
    for target in [options.target] if options.target else TARGETS:
        run = fuzz(target, options.seconds)
        print(f"{target:10} {run.executions:>10,} executions, {run.coverage:>5} branches, {len(run.findings)} findings")
        for path in run.findings:
            print(f"  {_reason(run.log)}\n  replay: {Path(sys.executable)} -m tests.fuzz {target} {path}")
        found += len(run.findings)
    return 1 if found else 0


def _reason(log: Path) -> str:
    """Return the last line of the traceback that ended a run."""
    lines = log.read_text(errors="replace").splitlines()
    said = [line for line in lines if re.match(r"[\w.]+(Error|Exception)\b", line.strip())]
    return said[-1].strip() if said else f"see {log}"


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    sys.exit(main())
