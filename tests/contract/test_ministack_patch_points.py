"""ministack still is what our plugins replace and call; one test for each place."""

import json
import subprocess
import sys
import types

import pytest

from local.alarms.base_plugin import PATCH_POINTS as ALARM_PATCH_POINTS
from local.aws.patch_points import PatchPoint, PatchPointError
from local.aws.plugins import PATCH_POINTS
from local.processes import ROOT
from local.services import interpreter

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def problems():
    """What the embedded AWS's own interpreter finds, as it does at every start."""
    command = [interpreter("aws"), "-m", "local.aws", "--check"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert answer.stdout, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize("point", [*PATCH_POINTS, *ALARM_PATCH_POINTS], ids=lambda point: point.name)
def test_the_place_is_as_expected(problems, point):
    """It exists, with the parameters and the nature that the plugin relies on."""
    assert problems[point.name] is None


def test_every_place_was_looked_at(problems):
    """Nothing is replaced that is not checked, whichever plugin names it."""
    assert {point.name for point in PATCH_POINTS} <= problems.keys()
    assert not any(problems.values())


@pytest.fixture
def emulator(monkeypatch):
    """Stand in for a module of another version of ministack."""

    def handle(method, path):
        """Answer."""

    async def handle_async(method, path):
        """Answer."""

    module = types.ModuleType("another_ministack")
    module.handle, module.handle_async, module.HANDLERS = handle, handle_async, []
    monkeypatch.setitem(sys.modules, "another_ministack", module)
    return module


@pytest.mark.parametrize(
    ("attribute", "expected", "message"),
    [
        ("gone", {"parameters": ()}, "another_ministack.gone is missing"),
        ("handle", {"parameters": ("method",)}, r"takes \('method', 'path'\), not \('method',\)"),
        ("handle", {"parameters": ("method", "path"), "is_async": True}, "is not async"),
        ("handle_async", {"parameters": ("method", "path")}, "is async"),
        ("HANDLERS", {"kind": "dict"}, "is a list, not a dict"),
    ],
)
def test_a_change_is_refused_with_its_purpose(emulator, attribute, expected, message):
    """Another version fails at the start, saying what is different and what it was for."""
    point = PatchPoint(module="another_ministack", attribute=attribute, purpose="to answer", **expected)
    with pytest.raises(PatchPointError, match=message) as caught:
        point.replace(None)
    assert "to answer" in str(caught.value)
    assert getattr(emulator, "handle", None)


def test_what_is_as_expected_is_replaced(emulator):
    """The new value is in the module afterwards."""
    point = PatchPoint(module="another_ministack", attribute="handle", purpose="", parameters=("method", "path"))
    point.replace(len)
    assert emulator.handle is len
