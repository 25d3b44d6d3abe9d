"""The feature registry and what follows from it."""

from fraudstream.features import FEATURE_NAMES, REGISTRY

from docs.generate import features_page
from local.processes import ROOT


def test_the_features_page_is_up_to_date():
    """`make docs` was run after the registry changed."""
    assert (ROOT / "docs/features.md").read_text() == features_page()


def test_each_feature_has_one_name_and_a_meaning():
    """Names are unique and in the model's order."""
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES) == len(REGISTRY)
    assert all(feature.unit and feature.meaning for feature in REGISTRY)
