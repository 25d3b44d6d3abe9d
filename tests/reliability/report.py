"""A run of the tests that prove something, gathered into docs/reliability.json: `make reliability`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.reliability.proof import take_cases

RESULTS = Path(__file__).parents[2] / "docs" / "reliability.json"
MARK = "proves"
_WORST_FIRST = ("failed", "skipped", "passed")


class Report:
    """A pytest plugin: runs marked tests only, and writes what they proved once all have run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tests: dict[str, dict[str, object]] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what proves nothing."""
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker(MARK)])
        items[:] = [item for item in items if item.get_closest_marker(MARK)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Add a test's outcome and cases to those of its other parameters."""
        report = yield
        if report.when == "call" or report.outcome != "passed":
            self._add(item, report.outcome, take_cases() if report.when == "call" else 0)
        return report

    def pytest_sessionfinish(self) -> None:
        """Write the results."""
        results = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "tests": dict(sorted(self._tests.items()))}
        self._path.write_text(json.dumps(results, indent=1) + "\n")

    def _add(self, item: pytest.Item, outcome: str, cases: int) -> None:
        marks = list(item.iter_markers(MARK))
        name = item.nodeid.partition("[")[0]
        test = self._tests.setdefault(
            name,
            {
                "faults": sorted({row for mark in marks for row in mark.kwargs["faults"]}),
                "invariants": sorted({row for mark in marks for row in mark.kwargs["invariants"]}),
                "cases": 0,
                "outcome": outcome,
            },
        )
        test["cases"] += cases
        test["outcome"] = min(test["outcome"], outcome, key=_WORST_FIRST.index)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that turns the report on."""
    parser.addoption("--reliability", action="store_true", help="run what proves the fault matrix, and report it")


def pytest_configure(config: pytest.Config) -> None:
    """Turn the report on where asked for."""
    if config.getoption("--reliability") and not config.getoption("--collect-only"):
        config.pluginmanager.register(Report(RESULTS))
