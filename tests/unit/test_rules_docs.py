"""docs/rules.md: its examples are valid, its names exist, and its mistake is told as it says."""

import re
from pathlib import Path

import pytest
from fraudstream.errors import PolicyError
from fraudstream.policy.functions import FUNCTIONS
from fraudstream.policy.names import DERIVED

from operate.rules.command import DEFAULT_FILE
from operate.rules.reading import read_rules_text
from tests.policies import named_list, policy, rule

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
EXAMPLES = re.search(r"Examples, each a `when`:\n\n```yaml\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
LISTS = [named_list("NO", name="risky_countries", of="merchant_country", effect="none")]


@pytest.mark.parametrize("when", EXAMPLES)
def test_an_example_is_a_valid_expression(when):
    """Whoever copies it has a rule."""
    assert policy(rule(when), lists=LISTS).voices


def test_every_function_and_derived_name_is_told():
    """The page is the reference."""
    assert all(f"{name}" in PAGE for name in (*FUNCTIONS, *DERIVED))


def test_the_mistake_is_told_as_the_page_shows_it():
    """Line, column, suggestion and caret, of the file that ships with one letter left out."""
    text = DEFAULT_FILE.read_text().replace("card_amount_rank >= 1", "card_amont_rank >= 1")
    with pytest.raises(PolicyError) as raised:
        read_rules_text(text)
    head, shown, carets = str(raised.value).split("\n")
    place, _, what = head.partition(": ")
    assert f".local/ours.yaml:{place}: {what}" in PAGE
    at = carets.index("^")
    assert shown[at : at + carets.count("^")] == "card_amont_rank"
    assert f"\n{shown.partition(' and card_count_30d')[0]}" in PAGE
