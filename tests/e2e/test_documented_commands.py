"""Every command of the documentation, run as its reader would run it, against a stack that has decided something."""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from local.demo import show_system
from local.demo_data import simulated
from local.processes import ROOT
from local.screen import Screen
from tests.documented import PAGES, Block, blocks
from tests.e2e.conftest import Deployed

pytestmark = pytest.mark.e2e
COMMAND_LINE = ROOT / ".local/venvs/cli/bin"
HELPERS = next(block.text for block in blocks("sh") if block.page.match("runbooks/README.md"))
WITH_COMMANDS = sorted({block.page for block in blocks("sh")})


@pytest.fixture(scope="module")
def environment(deployed: Deployed) -> dict[str, str]:
    """What a reader's shell has: credentials, the AWS CLI, and the ids of a decision and of a flagged card."""
    if not (COMMAND_LINE / "aws").exists():
        pytest.skip("the AWS CLI is not installed; `make test` installs it")
    show_system(deployed.client, deployed.outputs, simulated(transactions=1_500, seed=11), Screen(Console(quiet=True)))
    measured_until = {"as_of": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    deployed.client("lambda").invoke(
        FunctionName=f"{deployed.stack_name}-measure-drift", Payload=json.dumps(measured_until).encode()
    )
    table = deployed.client("dynamodb").scan(TableName=deployed.outputs["DecisionsTableName"])["Items"]
    flagged = next(item for item in table if item["decision"]["S"] != "approve")
    return {
        **os.environ,
        **deployed.stack.info.environment,
        "PATH": f"{COMMAND_LINE}:{os.environ['PATH']}",
        "STACK": deployed.stack_name,
        "TX": flagged["transaction_id"]["S"],
        "CARD": flagged["card_id"]["S"],
        "OUTPUTS": str(deployed.stack.paths.outputs),
    }


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_run(page: Path, environment: dict[str, str]):
    """Each block of a page ends well, in the page's order, in one shell that knows the helpers of the runbooks."""
    for block in blocks("sh"):
        if block.page == page:
            ran = _run(block, environment)
            assert ran.returncode == 0, f"{block.where}\n{block.runnable}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"


def _run(block: Block, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # Where `make local` would answer, and write its outputs, is another place here.
    place = {
        "http://127.0.0.1:4566": environment["AWS_ENDPOINT_URL"],
        "AWS_DEFAULT_REGION=us-east-1": f"AWS_DEFAULT_REGION={environment['AWS_DEFAULT_REGION']}",
        ".local/outputs.json": environment["OUTPUTS"],
    }
    script = f"set -euo pipefail\n{HELPERS}\n{block.runnable}"
    for documented, here in place.items():
        script = script.replace(documented, here)
    return subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_pages_with_commands_are_the_ones_people_work_by():
    """The search finds the blocks it is there for: the README, the API, operations, and every runbook."""
    found = {str(page.relative_to(ROOT)) for page in WITH_COMMANDS}
    assert {"README.md", "docs/api.md", "docs/operations.md"} <= found
    runbooks = {str(page.relative_to(ROOT)) for page in PAGES if page.parent.name == "runbooks"}
    assert len(runbooks - found) == 0


def test_what_cannot_be_run_here_says_why_by_what_it_names():
    """A `shell` block is about docker, a real account, or a placeholder; nothing else is exempt."""
    for block in blocks("shell"):
        assert any(word in block.text for word in ("sam local invoke", "sam delete", "docker", "<", "--profile")), (
            block.where
        )
