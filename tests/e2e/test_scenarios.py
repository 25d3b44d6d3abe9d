"""Scenarios told to their end, each on a stack of its own: their exit codes say whether the story happened.

One is told here: the deployment that goes back (the machines, the registry, the golden rows). `SCENARIOS=all` in the
environment tells all five, as they are told in full; what the others show has tests of its own (test_faults,
test_model_faults, test_cases, test_watching).
"""

import json
import os
from xml.etree import ElementTree

import pytest

from local.scenarios.command import main
from local.scenarios.stories import STORIES

pytestmark = pytest.mark.e2e
ALL = os.environ.get("SCENARIOS") == "all"
TOLD = list(STORIES) if ALL else ["rollback"]


@pytest.mark.parametrize("name", TOLD)
def test_the_story_happens_and_leaves_a_picture_and_its_figures(name, tmp_path, capsys):
    """Exit code 0, every expectation holds, and the picture says so."""
    arguments = [name, "--directory", str(tmp_path), *([] if ALL else ["--quick"])]
    assert main(arguments) == 0, capsys.readouterr().out
    document = json.loads((tmp_path / f"{name}.json").read_text())
    assert document["happened"]
    assert [each["claim"] for each in document["expected"] if not each["holds"]] == []
    assert document["marks"]
    picture = ElementTree.parse(tmp_path / f"{name}.svg").getroot()  # noqa: S314 - it was written just now
    assert "FAILS" not in " ".join(picture.itertext())


def test_the_list_names_every_scenario_with_a_sentence(capsys):
    """`make scenario` alone says what there is to choose from."""
    assert main([]) == 0
    said = capsys.readouterr().out
    assert set(STORIES) == {"drift", "endpoint-down", "spike", "bad-model", "rollback"}
    for story in STORIES.values():
        assert story.name in said
        assert story.about[:40] in said


def test_a_scenario_that_does_not_exist_is_named(capsys):
    """Exit code 2, and the names there are."""
    assert main(["earthquake"]) == 2
    assert "rollback" in capsys.readouterr().out
