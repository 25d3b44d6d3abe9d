"""Rules on the page: a mistake where it stands, a change tried and seen, published with a reason, and in force."""

import re

from tests.browser import policy
from tests.browser.driver import expect
from tests.browser.stage import payment
from tests.browser.visiting import Visit

STRICTER = """
  - name: large_by_itself
    because: "Tried by a test <script>alert(1)</script>"
    when: amount >= 5
    outcome: review
"""


def editing(visited: Visit) -> Visit:
    """Open the editor by its key."""
    visited.settled()
    visited.keys("e")
    expect(visited.heading("Edit the rules")).to_be_visible()
    expect(visited.page.get_by_label("The document, YAML")).to_be_visible()
    return visited


def write(visited: Visit, text: str) -> None:
    """Put a whole document into the editor."""
    visited.page.get_by_label("The document, YAML").fill(text)


def test_the_present_document_is_read_as_sentences(visit):
    """Rules with their reasons and conditions, thresholds, lists, and who published what and why."""
    ada = visit("Ada", "#/rules")
    ada.settled()
    expect(ada.main).to_contain_text("Ten times the card's median, and larger than anything in thirty days.")
    expect(ada.main).to_contain_text(policy.REASON)
    expect(ada.region("History")).to_contain_text("Payments at some terminals are always looked at")
    expect(ada.region("History")).to_contain_text("Live")


def test_a_mistake_is_shown_at_its_place_while_one_types(visit):
    """By the stream's own checker: the line, the column, what was probably meant; one click leads there."""
    bo = editing(visit("Bo", "#/rules"))
    text = policy.text("browser-tests.mistaken").replace("card_amount_rank >= 1", "card_amont_rank >= 1")
    write(bo, text)
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "card_amont_rank" in words)
    check = bo.region("Check")
    expect(check).to_contain_text("1 problem")
    expect(check).to_contain_text("did you mean 'card_amount_rank'")
    place = check.get_by_role("button", name=re.compile(f"Line {line}, column"))
    place.click()
    field = bo.page.get_by_label("The document, YAML")
    expect(field).to_be_focused()
    assert field.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)") == "card_amont_rank"
    expect(bo.page.get_by_role("button", name="Publish…")).to_have_attribute("aria-disabled", "true")


def test_a_change_is_tried_published_with_a_reason_and_decides_the_next_transaction(visit, stage):
    """Editor, check, backtest as a picture, publication, history, and a decision by the new version."""
    bo = editing(visit("Bo", "#/rules"))
    version = policy.new_version()
    write(bo, policy.text(version, policy.MORE + STRICTER))
    expect(bo.region("Check")).to_contain_text("Valid")
    expect(bo.region("Changes against live")).to_contain_text("large_by_itself")
    bo.region("Backtest").get_by_text("30 days").click()
    bo.region("Backtest").get_by_role("button", name="Backtest").click()
    expect(bo.region("Backtest")).to_contain_text("Exactly this text was tried over 30 days", timeout=60_000)
    picture = bo.region("What it would have caught, and whom it would have stopped")
    expect(picture).to_contain_text(re.compile(r"\d+ .*transactions"))
    expect(bo.region("Rule by rule")).to_contain_text("large_by_itself")

    bo.page.get_by_role("button", name="Publish…").click()
    dialog = bo.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Say why")
    dialog.get_by_label("Why").fill("Tests want to see more <b>than</b> before")
    dialog.get_by_role("button", name="Publish").click()
    expect(bo.heading("Rules")).to_be_visible()
    expect(bo.region("History")).to_contain_text("Tests want to see more <b>than</b> before")
    decided = [0]

    def by_the_new_rules() -> bool:
        decided[0] += 1
        name = f"published-{decided[0]}"
        [item] = stage.decided(payment(name, terminal_id="elsewhere", amount_minor=600, card_id="card_published"))
        return item["rules_version"] == version and name

    name = stage.eventually(by_the_new_rules, "a decision by the new rules")
    bo.open_transaction(name)
    expect(bo.region("Rules that fired")).to_contain_text("large by itself")
    expect(bo.region("Rules that fired")).to_contain_text("Tried by a test <script>alert(1)</script>")


def test_two_people_who_publish_at_once_lose_nothing(visit, stage, tmp_path):
    """The second is told who was faster, and what they published; the text stays."""
    mine, theirs = policy.new_version(), policy.new_version()
    bo = editing(visit("Bo", "#/rules"))
    write(bo, policy.text(mine))
    expect(bo.region("Check")).to_contain_text("Valid")
    bo.watch.expected.append("409")
    policy.publish(stage.deployed, tmp_path, version=theirs, why="Somebody was faster")
    bo.page.get_by_role("button", name="Publish…").click()
    dialog = bo.page.get_by_role("dialog")
    dialog.get_by_label("Why").fill("As it was")
    dialog.get_by_role("checkbox", name=re.compile("without a backtest")).check()
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Somebody else published meanwhile.")
    expect(dialog).to_contain_text(theirs)
    expect(dialog).to_contain_text("Somebody was faster")
    dialog.get_by_role("button", name="Publish in its place").click()
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(bo.heading("Rules")).to_be_visible()
    expect(bo.main).to_contain_text(mine)


def test_a_draft_outlives_a_reload(visit):
    """Kept in the browser of its author, until it is published or thrown away."""
    bo = editing(visit("Bo", "#/rules"))
    write(bo, policy.text("browser-tests.draft"))
    expect(bo.main).to_contain_text("It is kept in this browser")
    bo.page.wait_for_timeout(500)
    bo.page.reload()
    expect(bo.page.get_by_label("The document, YAML")).to_have_value(re.compile("browser-tests.draft"))
    bo.page.get_by_role("button", name="Discard").click()
    expect(bo.page.get_by_label("The document, YAML")).not_to_have_value(re.compile("browser-tests.draft"))
