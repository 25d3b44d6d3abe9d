"""The rules of the tests' stack: those that ship, and two that let a test choose what becomes of a payment."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

from local.deployed import Deployed
from local.processes import ROOT

REASON = "Payments at these terminals are looked at <img src=x onerror=alert(1)>."
MORE = f"""
  - name: at_a_review_terminal
    because: "{REASON}"
    when: starts_with(terminal_id, "review-")
    outcome: review

  - name: at_a_block_terminal
    because: Nothing good comes from there.
    when: starts_with(terminal_id, "block-")
    outcome: block
"""


def new_version() -> str:
    """Return a name that no version has."""
    return f"tests-{uuid.uuid4().hex[:8]}"


def text(version: str, more: str = MORE) -> str:
    """Return the policy that ships under another version, with more rules behind its own."""
    shipped = (ROOT / "rules/default.yaml").read_text(encoding="utf-8")
    lines = [f"version: {version}" if line.startswith("version:") else line for line in shipped.splitlines()]
    at = lines.index("lists:") - 1
    while lines[at].startswith("#") or not lines[at]:  # comments above `lists:` belong to it
        at -= 1
    return "\n".join([*lines[: at + 1], *more.rstrip().splitlines(), *lines[at + 1 :]]) + "\n"


def publish(deployed: Deployed, directory: Path, *, version: str, why: str) -> None:
    """Publish the tests' rules as an operator does."""
    file = directory / "rules.yaml"
    file.write_text(text(version), encoding="utf-8")
    subprocess.run(
        [
            *(sys.executable, "-m", "operate", "rules", "--stack", deployed.stack_name, "publish", str(file)),
            *("--why", why, "--author", "tests"),
        ],
        cwd=ROOT,
        env={**os.environ, **deployed.stack.info.environment},
        check=True,
        capture_output=True,
    )


def look_often(deployed: Deployed) -> None:
    """Have the stream look for newer rules every second, and not every half minute."""
    functions, name = deployed.client("lambda"), f"{deployed.stack_name}-score-transactions"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    often = {"Variables": variables | {"RULES_REFRESH_SECONDS": "1"}}
    functions.update_function_configuration(FunctionName=name, Environment=often)
