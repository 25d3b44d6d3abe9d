"""How `make test` deals test files to its workers: whole, and the longest first, so that none is left at the end."""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

LONGEST_FIRST = (
    "tests/e2e/test_whole_path.py",
    "tests/browser",
    "tests/e2e/test_model_faults.py",
    "tests/e2e/test_documented_commands.py",
    "tests/e2e/test_console_reading.py",
    "tests/e2e/test_api_generated.py",
    "tests/e2e/test_faults.py",
    "tests/e2e/test_scenarios.py",
    "tests/e2e/test_permissions.py",
    "tests/e2e/test_watching.py",
    "tests/e2e/test_model_paths.py",
    "tests/e2e/test_pausing.py",
    "tests/integration/test_prepare_spark.py",
    "tests/e2e/test_console_rules.py",
    "tests/e2e/test_card_numbers_nowhere.py",
    "tests/e2e/test_rules_live.py",
    "tests/e2e/test_chargebacks.py",
    "tests/e2e/test_interrupting_the_demo.py",
    "tests/e2e/test_erasing.py",
    "tests/e2e/test_cases.py",
    "tests/integration/test_redrive_stack.py",
    "tests/integration/test_stream_mapping.py",
)
"""What takes longer than fifteen seconds, in order (`pytest --durations=0`); a directory goes to one worker, whole."""

SHARED = {"tests/e2e/test_backtest.py": "tests/e2e/test_whole_path.py"}
"""Files that look at the stack of another one, and therefore run before it on its worker."""


def unit_of(nodeid: str) -> str:
    """Return what is dealt as one: the test's file, or the directory whose tests share a stack.

    Examples
    --------
    >>> unit_of("tests/e2e/test_api.py::test_one"), unit_of("tests/browser/test_browser_queue.py::test_two")
    ('tests/e2e/test_api.py', 'tests/browser')
    """
    file = nodeid.partition("::")[0]
    file = SHARED.get(file, file)
    return next((name for name in LONGEST_FIRST if file.startswith(f"{name}/")), file)


class Dealing(LoadFileScheduling):
    """Deals the longest unit that is left, and of the others those with the most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
        longest = min(self.workqueue, key=lambda unit: rank.get(unit, len(rank)))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)
