"""What scanners say is read right: a finding is neither lost nor put on another resource."""

import json
from pathlib import Path
from typing import Any

import pytest

from lint.security import code_scanners, template_scanners
from lint.security.code_scanners import NOT_FOR_SECRETS, bandit, excused_everywhere, secrets
from lint.security.findings import ScannerFailedError, ScannerMissingError
from lint.security.running import run
from lint.security.template_scanners import cdk_nag, checkov, guard

TEMPLATE = Path("template.json")


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have every program say something, and nothing run."""

    def script(answer: object, *, listed: str = "") -> None:
        def answered(command: list[str], **_: object) -> str:
            return listed if command[0] == "git" else json.dumps(answer)

        for module in (template_scanners, code_scanners):
            monkeypatch.setattr(module, "run", answered)
        monkeypatch.setattr(template_scanners, "_need_node", lambda _: None)

    return script


def test_checkov_names_the_resource_without_its_type(says):
    """Failed checks become findings, passed ones are counted."""
    failed = {"check_id": "CKV_AWS_1", "resource": "AWS::S3::Bucket.Archive", "check_name": "Ensure something"}
    results = {"failed_checks": [failed], "passed_checks": [{}, {}], "parsing_errors": []}
    says([{"results": results, "summary": {"checkov_version": "3"}}])
    scan = checkov(TEMPLATE)
    assert [str(finding) for finding in scan.findings] == ["CKV_AWS_1 Archive: Ensure something"]
    assert scan.checks == "3 checks"


def test_a_template_that_checkov_cannot_read_has_not_passed(says):
    """No findings in a file that was not understood would look like success."""
    results = {"failed_checks": [], "passed_checks": [], "parsing_errors": ["template.json"]}
    says({"results": results, "summary": {"checkov_version": "3"}})
    with pytest.raises(ScannerFailedError):
        checkov(TEMPLATE)


def test_the_same_rule_of_several_packs_is_one_rule(says, monkeypatch, tmp_path):
    """Named without its pack, but for those of AwsSolutions, whose names are too short to stand alone."""
    (tmp_path / "cdk-nag").mkdir()
    (tmp_path / "cdk-nag" / "package.json").write_text('{"version": "3"}')
    monkeypatch.setattr(template_scanners, "MODULES", tmp_path)
    rules = {
        "AwsSolutionsChecks": ["AwsSolutions-IAM5[Resource::*]"],
        "ServerlessChecks": ["Serverless-LambdaDLQ"],
        "PCIDSS321Checks": ["PCI.DSS.321-LambdaInsideVPC"],
        "NIST80053R5Checks": ["NIST.800.53.R5-LambdaInsideVPC"],
        "HIPAASecurityChecks": ["HIPAA.Security-LambdaDLQ"],
    }
    says(
        {
            pack: {"rules": 9, "violations": [{"rule": rule, "resource": "Role", "message": "wrong"} for rule in named]}
            for pack, named in rules.items()
        }
    )
    assert {finding.rule for finding in cdk_nag(TEMPLATE).findings} == {
        "AwsSolutions-IAM5",
        "LambdaDLQ",
        "LambdaInsideVPC",
    }


def _guard_report(*places: str) -> list[dict[str, Any]]:
    checks = [{"Clause": {"value": {"path": place}}} for place in places]
    inner = {
        "Rule": {"messages": {"custom_message": "\n  [CT.S3.PR.2]: Require logging\n  [FIX]: do"}, "checks": checks}
    }
    rule = {"Rule": {"name": "s3_logging", "checks": [inner]}}
    return [{"not_compliant": [rule], "compliant": ["a"], "not_applicable": ["b", "c"]}]


def test_guard_names_the_control_and_every_resource_that_fails(says, monkeypatch, tmp_path):
    """The control's id stands in the message, the resource in the path of what was looked at."""
    monkeypatch.setattr(template_scanners, "_GUARD", tmp_path)
    monkeypatch.setattr(template_scanners.Path, "exists", lambda _: True)
    says(_guard_report("/Resources/Archive/Properties", "/Resources/Models/Properties/X"))
    scan = guard(TEMPLATE)
    assert [(f.rule, f.where) for f in scan.findings] == [("CT.S3.PR.2", "Archive"), ("CT.S3.PR.2", "Models")]
    assert scan.checks == "4 rules, 2 apply"
    says(_guard_report("nowhere"))
    with pytest.raises(ScannerFailedError):
        guard(TEMPLATE)


def test_without_node_a_scanner_says_that_it_is_missing(monkeypatch):
    """Missing is no success: the caller tells it, and fails where CI is set."""
    monkeypatch.setattr(template_scanners.shutil, "which", lambda _: None)
    with pytest.raises(ScannerMissingError, match="needs node"):
        cdk_nag(TEMPLATE)


def test_bandit_takes_what_ruff_was_told_and_nothing_else(says, monkeypatch, tmp_path):
    """A `noqa: S301` excuses B301 on its own lines; another number, or another line, does not."""
    monkeypatch.setattr(code_scanners, "_ROOT", tmp_path)
    (tmp_path / "a.py").write_text("one()  # noqa: S301 - ours\ntwo()  # noqa: S101, S310 - ours\nthree()\n")
    found = [("B301", 1), ("B310", 2), ("B301", 2), ("B301", 3)]
    results = [
        {
            "test_id": test,
            "filename": str(tmp_path / "a.py"),
            "line_number": line,
            "line_range": [line],
            "issue_text": "bad",
        }
        for test, line in found
    ]
    says({"results": results, "metrics": {"_totals": {"loc": 3}, "a.py": {}}})
    assert [(f.rule, f.where) for f in bandit().findings] == [("B301", "a.py:2"), ("B301", "a.py:3")]


def test_a_secret_is_a_finding_at_its_line(says, monkeypatch, tmp_path):
    """And counted are the files that were really read."""
    monkeypatch.setattr(code_scanners, "_ROOT", tmp_path)
    (tmp_path / "a.py").write_text("x")
    found = {"a.py": [{"type": "AWS Access Key", "line_number": 7}]}
    says({"results": found, "plugins_used": [1, 2], "version": "1"}, listed="a.py\ngone.py\ndocs/sbom/b.json\n")
    scan = secrets()
    assert [(f.rule, f.where) for f in scan.findings] == [("AWS Access Key", "a.py:7")]
    assert scan.checks == "2 kinds in 1 files"


def test_what_is_not_scanned_says_why():
    """Patterns of files, and bandit's rules in pyproject.toml."""
    assert all(reason.endswith(".") and len(reason) > 20 for reason in NOT_FOR_SECRETS.values())
    lines = (Path(__file__).parents[2] / "pyproject.toml").read_text().splitlines()
    for rule in excused_everywhere():
        (line,) = (line for line in lines if f'"{rule}"' in line)
        assert "  # " in line


def test_a_program_that_breaks_is_told_with_what_it_said():
    """An exit code that means neither clean nor findings is no result."""
    with pytest.raises(ScannerFailedError, match="out of order"):
        run(["sh", "-c", "echo out of order >&2; exit 3"])
    assert run(["sh", "-c", "echo fine; exit 19"], good=(0, 19)) == "fine\n"
