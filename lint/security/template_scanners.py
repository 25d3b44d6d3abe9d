"""Scanners of the expanded template: checkov, cdk-nag's packs, and the Control Tower rules of cfn-guard."""

import json
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lint.security.findings import Scan, ScannerFailedError, ScannerFinding, ScannerMissingError
from lint.security.running import run

_HERE = Path(__file__).parent
MODULES = _HERE.parents[1] / ".local" / "node" / "node_modules"
_PACKS = ("AwsSolutionsChecks", "ServerlessChecks", "PCIDSS321Checks", "NIST80053R5Checks", "HIPAASecurityChecks")
_GUARD = MODULES / "@cdklabs" / "cdk-validator-cfnguard"
_GUARD_RULES = _GUARD / "rules" / "control-tower" / "cfn-guard"
_SYSTEMS = {"Linux": "ubuntu", "Darwin": "macos"}
_MACHINES = {"arm64": "aarch64", "AMD64": "x86_64"}
_NAG_RULE = re.compile(r"(?:(AwsSolutions)-|[A-Za-z0-9.]+-)([A-Za-z0-9]+)(\[.*\])?")
_GUARD_RULE = re.compile(r"\[(CT\.[A-Z0-9]+\.PR\.\d+)\]:\s*(.*)")
_RESOURCE = re.compile(r"/Resources/([A-Za-z0-9]+)")


def checkov(template: Path) -> Scan:
    """Run checkov's rules of CloudFormation, without a network."""
    program = Path(sys.executable).with_name("checkov")
    output = run(
        [
            *(str(program), "--file", str(template), "--framework", "cloudformation"),
            *("--skip-download", "--compact", "--output", "json", "--soft-fail"),
        ]
    )
    answer = json.loads(output)
    report = answer if isinstance(answer, dict) else answer[0]
    results = report["results"]
    if results["parsing_errors"]:
        raise ScannerFailedError(f"checkov cannot read {results['parsing_errors']}")
    failed = tuple(
        ScannerFinding(rule=check["check_id"], where=check["resource"].rpartition(".")[2], message=check["check_name"])
        for check in results["failed_checks"]
    )
    made = len(results["passed_checks"]) + len(failed)
    return Scan(tool=f"checkov {report['summary']['checkov_version']}", checks=f"{made} checks", findings=failed)


def cdk_nag(template: Path) -> Scan:
    """Run cdk-nag's packs; a rule that several packs share is named without its pack, so that one skip covers it."""
    _need_node("cdk-nag")
    report = json.loads(
        run(["node", str(_HERE / "nag.cjs"), str(template), *_PACKS], environment={"NODE_PATH": str(MODULES)})
    )
    found = set()
    for pack in report.values():
        for violation in pack["violations"]:
            solutions, rule, detail = _NAG_RULE.fullmatch(violation["rule"]).groups()  # type: ignore[union-attr]
            name = f"{solutions}-{rule}" if solutions else rule
            message = f"{violation['message']} {detail or ''}".strip()
            found.add(ScannerFinding(rule=name, where=violation["resource"], message=message))
    asked = ", ".join(f"{pack.removesuffix('Checks')} {report[pack]['rules']}" for pack in _PACKS)
    version = json.loads((MODULES / "cdk-nag" / "package.json").read_text())["version"]
    return Scan(tool=f"cdk-nag {version}", checks=f"rules: {asked}", findings=tuple(sorted(found)))


def guard(template: Path) -> Scan:
    """Run AWS Control Tower's proactive controls, which are cfn-guard rules."""
    _need_node("cfn-guard")
    system, machine = _SYSTEMS.get(platform.system()), _MACHINES.get(platform.machine(), platform.machine())
    program = _GUARD / "bin" / f"{system}" / machine / "cfn-guard"
    if not program.exists():
        raise ScannerMissingError(f"cfn-guard has no program for {platform.system()} on {platform.machine()}")
    output = run(
        [
            *(str(program), "validate", "--rules", str(_GUARD_RULES), "--data", str(template)),
            *("--structured", "--show-summary", "none", "--output-format", "json"),
        ],
        good=(0, 19),  # 19: rules failed
    )
    (report,) = json.loads(output)
    found = sorted({finding for rule in report["not_compliant"] for finding in _guard_findings(rule["Rule"])})
    asked = sum(len(report[outcome]) for outcome in ("compliant", "not_compliant", "not_applicable"))
    apply = asked - len(report["not_applicable"])
    return Scan(tool="cfn-guard, Control Tower", checks=f"{asked} rules, {apply} apply", findings=tuple(found))


def _guard_findings(rule: dict[str, Any]) -> Iterator[ScannerFinding]:
    """Yield a finding for each resource that fails a rule."""
    named = _GUARD_RULE.search(json.dumps(rule).replace("\\n", "\n"))
    if not named:
        raise ScannerFailedError(f"cfn-guard's rule {rule['name']} does not say which control it is")
    for check in rule["checks"]:
        places = set(_RESOURCE.findall(json.dumps(check)))
        if not places:
            raise ScannerFailedError(f"cfn-guard's rule {rule['name']} does not say what failed")
        for place in places:
            yield ScannerFinding(rule=named[1], where=place, message=named[2].strip())


def _need_node(tool: str) -> None:
    if not shutil.which("node"):
        raise ScannerMissingError(
            f"{tool} needs node and npm, version 20 or newer; install them and run `make check` again"
        )
    if not MODULES.exists():
        raise ScannerMissingError(f"{tool} is not installed: npm was missing when `make check` wanted to; run it again")
