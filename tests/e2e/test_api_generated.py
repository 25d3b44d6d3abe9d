"""Requests made from the description of the API, valid ones and others, against the deployed stack over HTTP.

The tester is Schemathesis: it reads openapi.json and tries, for every field, values within the schema and outside it,
at its bounds, missing, of other types, and holds every answer to the description. The same requests every time.
"""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docs.openapi.document import FILE
from docs.openapi.routes import ROUTES
from local.processes import ROOT
from tests.e2e.conftest import Deployed
from tests.e2e.people import Issuer, people_stack
from tests.reliability.proof import proves, tried
from tests.samples import transaction

pytestmark = pytest.mark.e2e
EXAMPLES = 20
"""Random ones of each operation and kind, besides those of the description and those at the bounds of every field."""
NOT_OURS = (
    # What a schema cannot say (a check digit, a clock, whether an id is known) makes valid requests fail, rightly.
    "positive_data_acceptance",
    # A method that a route does not have is answered 404 by API Gateway, as every path that is none.
    "unsupported_method",
    "allow_header_conformance",
    # Nothing is deleted here, and nothing created under an address of its own.
    "use_after_free",
    "ensure_resource_availability",
    "object_level_authorization",
)
SLOWEST_SECONDS = "30"
"""What API Gateway waits. The tester's own ten seconds would be a test of how busy the machine is at a cold start."""
SIGNED_ONLY = ("ignored_auth", "missing_required_header")
"""The embedded AWS takes any Authorization header for a signature, so these are asked with tokens instead."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployed, Issuer]]:
    """A stack with both APIs, in which a transaction of the examples' card was decided and flagged."""
    with people_stack(tmp_path_factory.mktemp("stack")) as (deployed, issuer):
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        card = {"card_id": "tok_9f86d081884c7d65", "amount_minor": 2_000_000}
        body = json.dumps(transaction(1, event_time=now, **card)).encode()
        request = urllib.request.Request(deployed.outputs["ApiUrl"] + "/transactions", body, {"Authorization": "any"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.loads(answer.read())["decision"] != "approve"
        yield deployed, issuer


def run(url: str, credentials: str, *more: str, without: tuple[str, ...], report: Path) -> None:
    """Run the tester on an API; fail with what it found, and count its requests."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(FILE), "--url", url),
        *("--header", f"Authorization: {credentials}", "--checks", "all", "--exclude-checks", ",".join(without)),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--generation-deterministic"),
        *("--continue-on-failure", "--no-color", "--warnings", "off", "--request-timeout", "60"),
        *("--max-response-time", SLOWEST_SECONDS),
        *("--report-ndjson-path", str(report), *more),
    ]
    ran = subprocess.run(command, cwd=report.parent, capture_output=True, text=True, timeout=900, check=False)
    assert ran.returncode == 0, ran.stdout[-6_000:] + ran.stderr[-2_000:]
    generated = re.search(r"([\d,]+) generated", ran.stdout)
    assert generated, ran.stdout[-2_000:]
    cases = int(generated.group(1).replace(",", ""))
    assert cases > EXAMPLES * 7
    tried(cases)


@proves(faults=[31])
def test_the_api_of_machines_answers_as_described(served: tuple[Deployed, Issuer], tmp_path: Path) -> None:
    """Malformed, replayed, odd: a status of the description, in its form; never a server error."""
    url = served[0].outputs["ApiUrl"]
    others = [part for route in ROUTES if route.people_only for part in ("--exclude-operation-id", route.name)]
    run(url, "anything", *others, without=NOT_OURS + SIGNED_ONLY, report=tmp_path / "requests.ndjson")


@proves(faults=[31])
def test_the_api_of_people_answers_as_described(served: tuple[Deployed, Issuer], tmp_path: Path) -> None:
    """The same with a token; and without one, or with another, nothing is answered."""
    deployed, issuer = served
    others = [part for route in ROUTES if not route.scope for part in ("--exclude-operation-id", route.name)]
    token = f"Bearer {issuer.token()}"
    report = tmp_path / "requests.ndjson"
    run(deployed.outputs["PeopleApiUrl"], token, *others, without=NOT_OURS, report=report)


def test_the_tester_knows_the_checks_that_are_left_out() -> None:
    """A name that it does not know would leave out nothing."""
    load = "import json; from schemathesis import checks as c; c.load_all_checks()"
    program = f"{load}; print(json.dumps(c.CHECKS.get_all_names()))"
    known = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True).stdout
    assert set(NOT_OURS + SIGNED_ONLY) <= set(json.loads(known))
