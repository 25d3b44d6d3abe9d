"""The feature registry and what follows from it."""

from fraudstream.features import FEATURE_NAMES, REGISTRY
from fraudstream.wording import in_words

from docs.generate import features_page
from local.processes import ROOT


def test_the_features_page_is_up_to_date():
    """`make docs` was run after the registry changed."""
    assert (ROOT / "docs/features.md").read_text() == features_page()


def test_each_feature_has_one_name_and_a_meaning():
    """Names are unique and in the model's order."""
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES) == len(REGISTRY)
    assert all(feature.unit and feature.meaning for feature in REGISTRY)


def test_each_feature_can_be_said_in_words():
    """Whatever raises a score can be read by a person, missing values included."""
    for name in FEATURE_NAMES:
        assert any(character.isdigit() for character in in_words(name, 3.0)), name
        assert "unknown" in in_words(name, None)
        assert "unknown" in in_words(name, float("nan"))
