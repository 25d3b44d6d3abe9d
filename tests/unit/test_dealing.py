"""Test files are dealt to workers whole, the longest first."""

from types import SimpleNamespace

import pytest

pytest.importorskip("xdist")

from local.processes import ROOT
from tests.dealing import LONGEST_FIRST, Dealing, unit_of


class Worker:
    """Notes which tests it is told to run."""

    def __init__(self, tests: list[str]) -> None:
        self.tests, self.dealt = tests, []
        self.shutting_down = False
        self.gateway = SimpleNamespace(id="worker")

    def send_runtest_some(self, numbers: list[int]) -> None:
        self.dealt += [self.tests[number] for number in numbers]

    def shutdown(self) -> None:
        self.shutting_down = True


def dealt(tests: list[str], workers: int) -> list[list[str]]:
    """Return what each worker is told to run first."""
    options = SimpleNamespace(loadscopereorder=True)
    dealing = Dealing(SimpleNamespace(getvalue=lambda _: ["popen"] * workers, option=options))
    nodes = [Worker(tests) for _ in range(workers)]
    for node in nodes:
        dealing.add_node(node)
        dealing.add_node_collection(node, tests)
    dealing.schedule()
    return [node.dealt for node in nodes]


def test_the_longest_files_are_dealt_first_whatever_the_number_of_their_tests():
    """One test that takes a minute begins before thirty that take a second each."""
    short = [f"tests/e2e/test_short.py::test_{number}" for number in range(9)]
    slow = [f"{LONGEST_FIRST[3]}::test_{number}" for number in range(3)]
    slowest = [f"{LONGEST_FIRST[2]}::test_{number}" for number in range(3)]
    assert dealt([*short, *slow, *slowest], workers=2) == [slowest, slow]


def test_all_files_of_a_directory_that_shares_a_stack_go_to_one_worker():
    """Its stack is started once."""
    shared = [f"tests/browser/test_browser_{number}.py::test_it" for number in range(4)]
    others = [f"tests/e2e/test_other.py::test_{number}" for number in range(3)]
    assert dealt([*others, *shared], workers=2) == [shared, others]
    assert unit_of("tests/browser/test_browser_keys.py::test_it") == "tests/browser"


def test_what_is_said_to_take_long_is_there():
    """A file that is renamed keeps its place."""
    assert [name for name in LONGEST_FIRST if not (ROOT / name).exists()] == []
