"""The pages for everybody: an automated audit, both themes, a phone's width, and no mouse."""

import pytest

from tests.browser.axe import violations
from tests.browser.driver import expect
from tests.browser.visiting import PAGES, PHONE


@pytest.fixture(scope="module")
def places(stage) -> dict[str, str]:
    """Every page by its path, filled."""
    flagged = stage.flagged()
    models = [flagged["model_version"]]
    return {
        **{page: f"#/{page}" for page in PAGES},
        "transaction": f"#/transactions/{flagged['transaction_id']}",
        "model": f"#/models/{models[0].replace('/', '%2F')}",
        "a version of the rules": f"#/rules/{flagged['rules_version']}",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_audit_of_every_page_finds_nothing(visit, places, theme):
    """axe-core: names, roles, contrast, order of headings, landmarks; the dialogs and the editor too."""
    bo = visit("Bo", theme=theme, audited=True)
    found = {}
    for page, path in places.items():
        bo.go(path)
        bo.settled()
        found[page] = violations(bo.page)
    bo.keys("?")
    expect(bo.page.get_by_role("dialog")).to_be_visible()
    found["keys"] = violations(bo.page)
    bo.keys("Escape")
    bo.go("#/rules")
    bo.settled()
    bo.keys("e")
    expect(bo.page.get_by_role("textbox").first).to_be_visible()
    found["editor"] = violations(bo.page)
    assert {page: lines for page, lines in found.items() if lines} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_before_signing_in_passes_the_audit(visit, theme):
    """And a phone shows all of it."""
    somebody = visit(None, theme=theme, size=PHONE, audited=True)
    somebody.page.goto(somebody.home)
    expect(somebody.heading("Review what was flagged")).to_be_visible()
    assert violations(somebody.page) == []
    assert somebody.sideways() == 0


def test_no_page_is_wider_than_a_phone(visit, places):
    """At 360 pixels: what is wide scrolls in a part of its own."""
    bo = visit("Bo", size=PHONE)
    wide = {}
    for page, path in places.items():
        bo.go(path)
        bo.settled()
        wide[page] = bo.sideways()
    bo.go("#/rules")
    bo.settled()
    bo.page.get_by_role("button", name="Edit").click()
    expect(bo.page.get_by_role("textbox").first).to_be_visible()
    wide["editor"] = bo.sideways()
    assert {page: by for page, by in wide.items() if by} == {}


def test_pages_follow_the_system_s_theme_until_somebody_chooses(visit):
    """The switch has a name, and the choice outlives a reload."""
    ada = visit("Ada", theme="dark")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    dark = ada.page.evaluate(ground)
    ada.page.get_by_role("button", name="Show it light").click()
    light = ada.page.evaluate(ground)
    assert light != dark
    ada.page.reload()
    expect(ada.page.get_by_role("button", name="Show it dark")).to_be_visible()
    assert ada.page.evaluate(ground) == light


def test_focus_is_seen_and_goes_through_the_page_in_order(visit):
    """From the link that skips the head, through it, into the page: each stop has an outline and a name."""
    ada = visit("Ada", "#/rules")
    ada.settled()
    ada.page.reload()
    expect(ada.heading("Rules")).to_be_visible()
    ada.settled()
    ada.keys("Tab", "Enter")
    assert ada.page.evaluate("() => document.activeElement.id") == "main"
    ada.page.reload()
    expect(ada.heading("Rules")).to_be_visible()
    ada.settled()
    stops = []
    for _ in range(14):
        ada.keys("Tab")
        stops.append(ada.focus_stop())
    assert stops[0]["name"] == "Skip to the page"
    assert [stop for stop in stops if not stop["seen"] or not stop["name"]] == []
    assert ada.page.locator("[tabindex]:not([tabindex='0'], [tabindex='-1'])").count() == 0
    names = [stop["name"] for stop in stops]
    head = [names.index(name) for name in ("Queue", "Overview", "Models", "Rules", "Sign out")]
    assert head == sorted(head)
    assert [stop["inside"] for stop in stops[1:]] == sorted((stop["inside"] for stop in stops[1:]), key="HM".index)


def test_a_dialog_keeps_the_focus_and_gives_it_back(visit):
    """Tab goes round within it; Escape closes it, and one is where one was."""
    ada = visit("Ada")
    opener = ada.page.get_by_role("button", name="Keys")
    opener.focus()
    ada.keys("Enter")
    dialog = ada.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    for _ in range(4):
        ada.keys("Tab")
        assert ada.page.evaluate("() => document.activeElement.closest('dialog, body').localName") in ("dialog", "body")
        assert not ada.page.evaluate("() => document.activeElement.matches('#main *, header *')")
    ada.keys("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_motion_rests_where_somebody_asked_for_that(visit):
    """With `prefers-reduced-motion` nothing moves for longer than a blink."""
    ada = visit("Ada")
    ada.page.emulate_media(reduced_motion="reduce")
    longest = ada.page.evaluate(
        """() => Math.max(...[...document.querySelectorAll("*")].flatMap((one) => {
          const style = getComputedStyle(one);
          return [style.transitionDuration, style.animationDuration].flatMap((text) => text.split(",").map(parseFloat));
        }))"""
    )
    assert longest <= 0.01
