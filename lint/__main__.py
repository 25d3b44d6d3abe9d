import sys
from collections import Counter
from pathlib import Path

from cfnlint.api import lint_file
from cfnlint.config import ManualArgs
from cfnlint.decode import decode

from lint.machines import expressions
from lint.machines.check import RULES, check_file
from lint.resources import of_type

_ROOT = Path(__file__).parents[1]
_RULES = _ROOT / "lint" / "rules"


def main() -> int:
    """Check the template and the state machines; print what was checked and what is wrong; return the exit code."""
    template = _ROOT / "template.yaml"
    problems = [
        f"{match.rule.id} {template.name}:{match.linenumber}: {match.message}"
        for match in lint_file(template, ManualArgs(append_rules=[str(_RULES)]))
    ]
    document, _ = decode(str(template))
    resources = document["Resources"]
    kinds = Counter(resource["Type"] for resource in resources.values())
    ours = "functions, streams, encryption, permissions, alarms, runbooks, buckets, topics and queues"
    print(f"lint: {template.name}: {len(resources)} resources of {len(kinds)} types, cfn-lint and ours ({ours})")
    for name, properties in of_type(resources, "AWS::Serverless::StateMachine"):
        path = _ROOT / properties["DefinitionUri"]
        findings = list(check_file(path, properties.get("DefinitionSubstitutions", {})))
        print(f"lint: {path.relative_to(_ROOT)} ({name}): {len(RULES)} rules")
        problems += [f"{path.relative_to(_ROOT)}: {finding}" for finding in findings]
    if expressions.jsonata is None:
        print("lint: jsonata-python is not installed, so expressions were balanced but not parsed", file=sys.stderr)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"lint: {len(problems)} problems" if problems else "lint: nothing to complain about")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
