"""The performance page and what it follows from."""

import pytest

from benchmarks import page, results
from benchmarks.places import CHARTS, PAGE
from benchmarks.stamp import digest
from benchmarks.tables import TABLES

SECTION_OF = {name: name for name in ("hot-path", "batch-sizes", "shards", "initialisation")}


@pytest.fixture(scope="module")
def found():
    """What was measured last."""
    return results.read()


def test_the_performance_page_is_what_the_results_generate(found):
    """Nobody changed a figure by hand, and the page was written after the last run."""
    assert PAGE.read_text() == page.page(found)


def test_what_is_published_comes_of_a_full_run(found):
    """A quick run is for trying things."""
    assert found["quick"] is False


@pytest.mark.parametrize("chart", SECTION_OF)
def test_each_chart_was_drawn_from_the_results_of_the_page(found, chart):
    """A chart names the digest of the figures it shows; it leads nowhere and takes the page's own ink."""
    svg = (CHARTS / f"{chart}.svg").read_text()
    assert f"<!-- of results {digest(found[SECTION_OF[chart]])} -->" in svg
    assert f"performance/{chart}.svg" in PAGE.read_text()
    assert "currentColor" in svg
    assert "<script" not in svg
    assert "<metadata" not in svg


def test_the_results_name_no_machine_and_no_place(found):
    """Whoever reads them learns what was measured on, not where."""
    text = repr(found)
    assert not [word for word in ("/home", "/work", "/root", "/tmp", "/Users", "http") if word in text]  # noqa: S108


def test_a_number_that_was_not_measured_stops_the_page(found):
    """A template that asks for an unknown name fails, it does not leave a gap."""
    with pytest.raises(page.PageError, match="no_such_number"):
        page.page(found, "{{no_such_number}}")


def test_every_table_stands_on_the_page(found):
    """Nothing is measured and then kept back."""
    text = PAGE.read_text()
    for make in TABLES.values():
        assert page.table(*make(found)) in text


def test_the_engine_over_a_whole_log_has_a_place_on_the_page(found):
    """Where it was measured; where it was not, there is no empty heading."""
    with_it = page.page({**found, "offline": {"markdown": "| an engine | 1.5 |"}})
    without = page.page({name: section for name, section in found.items() if name != "offline"})
    assert "## A whole log at once\n\n| an engine | 1.5 |\n\n## Run it again" in with_it
    assert "A whole log" not in without
