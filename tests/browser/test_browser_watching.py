"""Overview and models: how the system does, and what decides, as an analyst sees it after a training and a stream."""

import re

from tests.browser.driver import expect


def test_the_overview_counts_what_was_streamed(visit):
    """Decisions, rates, delays, cost, alarms and drift: figures, not dashes, and each picture has a name."""
    ada = visit("Ada", "#/overview")
    ada.settled()
    for part in ("Alert rate", "Fraud rate", "Iterator age", "Endpoint latency", "Drift by feature", "Cost"):
        expect(ada.main.get_by_text(part, exact=True).first).to_be_visible()
    expect(ada.main).to_contain_text(re.compile(r"\$\d"))
    unnamed = ada.main.locator("canvas").evaluate_all(
        "(all) => all.filter((one) => !one.closest('[aria-label], [aria-labelledby], figure')).length"
    )
    assert unnamed == 0


def test_another_span_is_chosen_and_kept_in_the_address(visit):
    """Six hours; a reload shows the same."""
    ada = visit("Ada", "#/overview")
    ada.settled()
    ada.page.get_by_role("link", name=re.compile(r"6 h|6 hours")).click()
    ada.settled()
    address = ada.page.url
    assert "6" in address.partition("overview")[2]
    ada.page.reload()
    ada.settled()
    assert ada.page.url == address


def test_the_champion_stands_first_with_what_it_is_worth(visit, stage):
    """The model that decides, its figures and curves, and when it went live."""
    version = stage.flagged()["model_version"]
    ada = visit("Ada", "#/models")
    ada.settled()
    expect(ada.main).to_contain_text(version)
    expect(ada.main).to_contain_text(re.compile("champion", re.IGNORECASE))
    expect(ada.main).to_contain_text(re.compile("live", re.IGNORECASE))
    ada.main.get_by_role("link", name=version).first.click()
    ada.settled()
    expect(ada.main).to_contain_text(re.compile("precision", re.IGNORECASE))
    expect(ada.main.locator("canvas, svg").first).to_be_visible()
