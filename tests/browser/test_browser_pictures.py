"""The pictures of the documentation, made anew by `make pictures`; a run without `--pictures` draws them for nobody."""

from pathlib import Path

import pytest

from local.processes import ROOT
from tests.browser import policy
from tests.browser.driver import expect
from tests.browser.visiting import PHONE, Visit

PICTURES = ROOT / "docs/pictures"
SIZE = (1280, 860)
MOST_BYTES = 250_000


@pytest.fixture
def keep(request: pytest.FixtureRequest, tmp_path: Path):
    """Write what is in the window to a picture; into the documentation where that was asked for."""
    directory = PICTURES if request.config.getoption("--pictures", default=False) else tmp_path

    def write(visited: Visit, name: str, *, height: int = SIZE[1]) -> None:
        visited.settled()
        size = visited.page.viewport_size
        visited.page.set_viewport_size({"width": size["width"], "height": height})
        visited.page.mouse.move(0, 0)
        visited.page.wait_for_timeout(300)  # what moves has come to rest
        picture = visited.page.screenshot(path=directory / f"console-{name}.png", animations="disabled", caret="hide")
        assert len(picture) < MOST_BYTES
        assert visited.strange() == []

    return write


def test_the_queue_is_drawn_on_a_laptop_a_phone_and_in_the_dark(visit, keep):
    """With a case chosen, so that its transactions are beside the list."""
    for name, theme, size in (("queue", "light", SIZE), ("queue-dark", "dark", SIZE), ("queue-phone", "light", PHONE)):
        ada = visit("Ada", theme=theme, size=size)
        expect(ada.main.get_by_role("listitem").first).to_be_visible()
        if size == SIZE:
            ada.keys("j")
        keep(ada, name, height=size[1])


def test_a_transaction_and_the_overview_and_the_models_are_drawn(visit, stage, keep):
    """One that the model flagged, with reasons."""
    ada = visit("Ada", size=SIZE)
    ada.open_transaction(stage.flagged()["transaction_id"])
    keep(ada, "transaction", height=1_180)
    ada.go("#/overview")
    keep(ada, "overview", height=1_500)
    ada.go("#/models")
    keep(ada, "models", height=1_100)


def test_a_change_of_the_rules_is_drawn_with_its_backtest(visit, keep):
    """The editor above, what the change would have done below."""
    bo = visit("Bo", "#/rules?edit", size=SIZE)
    lower = policy.MORE + '\n  - name: large_at_night\n    because: "Large, and at night."\n'
    lower += "    when: amount >= 100 and hour_of_day < 6\n    outcome: review\n"
    bo.page.get_by_label("The document, YAML").fill(policy.text("2026-11-25.1", lower))
    expect(bo.region("Check")).to_contain_text("Valid")
    bo.region("Backtest").get_by_text("30 days").click()
    bo.region("Backtest").get_by_role("button", name="Backtest").click()
    expect(bo.region("Backtest")).to_contain_text("was tried over", timeout=60_000)
    bo.page.get_by_role("link", name="See what it would have done").click()
    keep(bo, "rules", height=1_100)
