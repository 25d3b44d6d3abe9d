"""From a streamed transaction to the label that the next training learns from; undo, snooze, filters, and live news."""

import re
from datetime import datetime

from tests.browser.driver import Locator, Request, expect
from tests.browser.stage import payment
from tests.browser.visiting import Visit

HELD_MS = 6_000


def row(visited: Visit, card: str) -> Locator:
    """The line of a card in the queue."""
    return visited.main.get_by_role("listitem").filter(has_text=card)


def findings(visited: Visit) -> list[dict[str, object]]:
    """What the page says to the API from now on."""
    said: list[dict[str, object]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/dispositions"):
            said.append(request.post_data_json)

    visited.page.on("request", note)
    return said


def test_a_streamed_transaction_is_reviewed_by_keyboard_alone_and_reaches_the_next_training(visit, stage, tmp_path):
    """Flagged, shown, opened, confirmed with a note, held back, sent, on the decision, archived, read by prepare."""
    ada = visit("Ada")
    ada.settled()
    stage.decided(payment("review-1", terminal_id="block-review", amount_minor=912_345))
    expect(row(ada, "card_review-1")).to_be_visible(timeout=20_000)

    ada.keys("/")
    ada.page.keyboard.type("card_review-1")
    ada.keys("Enter")
    expect(row(ada, "card_")).to_have_count(1)
    ada.keys("j", "Enter")
    expect(ada.page).to_have_url(f"{stage.console}#/transactions/review-1")
    expect(ada.region("Rules that fired")).to_contain_text("Nothing good comes from there.")
    said = findings(ada)
    ada.note("The holder was asleep at the time.")
    ada.keys("f")
    expect(ada.page.get_by_role("button", name="Undo").first).to_be_visible()
    assert said == []
    item = stage.labelled("review-1")
    assert (item["label"], item["label_source"]) == ("fraud", "analyst")
    expect(ada.main).to_contain_text("fraud, says an analyst")
    assert [one["note"] for one in said] == ["The holder was asleep at the time."]

    def learned() -> bool:
        frame = stage.archive(tmp_path).frame.set_index("transaction_id")
        label, since = frame.loc["review-1", ["label", "label_time"]]
        return label == "fraud" and since == datetime.fromisoformat(item["label_time"])

    stage.eventually(learned, "the label in what the next training reads")
    ada.keys("b")
    expect(ada.heading("Queue")).to_be_visible()
    expect(row(ada, "card_review-1")).to_have_count(0)


def test_what_is_undone_is_never_sent(visit, stage):
    """Within the six seconds, by one key; the case is back, and nothing of it went over the wire."""
    stage.decided(payment("undone-1"))
    ada = visit("Ada", "#/queue?text=card_undone-1")
    expect(row(ada, "card_undone-1")).to_be_visible()
    said = findings(ada)
    ada.keys("j", "f")
    expect(row(ada, "card_undone-1")).to_have_count(0)
    ada.keys("u")
    expect(row(ada, "card_undone-1")).to_be_visible()
    ada.page.wait_for_timeout(HELD_MS + 1_000)
    assert said == []
    assert "label" not in stage.decision("undone-1")


def test_a_whole_case_is_found_legitimate_and_the_opposite_corrects_it(visit, stage):
    """Three transactions of one card by one key; said again of one of them, the later finding holds."""
    card = "card_whole"
    stage.decided(*(payment(f"whole-{number}", card_id=card, terminal_id="review-whole") for number in range(3)))
    ada = visit("Ada", f"#/queue?text={card}")
    expect(row(ada, card)).to_contain_text("3 open transactions")
    ada.keys("j", "l")
    expect(row(ada, card)).to_have_count(0)
    assert [stage.labelled(f"whole-{number}")["label"] for number in range(3)] == ["legitimate"] * 3
    ada.open_transaction("whole-1")
    expect(ada.main).to_contain_text("legitimate, says an analyst")
    ada.main.get_by_role("button", name=re.compile("fraud", re.IGNORECASE)).first.click()
    stage.eventually(lambda: stage.decision("whole-1")["label"] == "fraud", "the later finding")
    assert stage.decision("whole-2")["label"] == "legitimate"


def test_leaving_the_page_sends_what_is_held(visit, stage):
    """Whoever closes the tab has said it."""
    stage.decided(payment("left-1"))
    ada = visit("Ada", "#/transactions/left-1")
    ada.settled()
    ada.keys("f")
    expect(ada.page.get_by_role("button", name="Undo").first).to_be_visible()
    ada.page.close(run_before_unload=True)
    assert stage.labelled("left-1")["label"] == "fraud"


def test_a_snoozed_case_is_hidden_until_it_is_put_back(visit, stage):
    """Put aside for everybody, shown to who asks for what is aside, and woken."""
    card = "card_snoozed-1"
    stage.decided(payment("snoozed-1"))
    ada = visit("Ada", f"#/queue?text={card}")
    expect(row(ada, card)).to_be_visible()
    ada.keys("j", "s", "1")
    expect(row(ada, card)).to_have_count(0)
    other = visit("Bo", f"#/queue?text={card}")
    other.settled()
    expect(row(other, card)).to_have_count(0)
    other.page.get_by_role("checkbox", name="Snoozed too").check()
    expect(row(other, card)).to_contain_text("Snoozed")
    other.keys("j")
    other.page.get_by_role("button", name="Snoozed").click()
    other.page.get_by_role("button", name="Put back now").click()
    expect(row(ada, card)).to_be_visible(timeout=20_000)


def test_the_queue_is_filtered_and_the_view_is_in_the_address(visit, stage):
    """By card or terminal, severity, rule and amount; a reload and a shared link show the same."""
    stage.decided(
        payment("filter-1", terminal_id="block-filter", amount_minor=700_000),
        payment("filter-2", terminal_id="review-filter", amount_minor=100),
    )
    ada = visit("Ada", "#/queue?text=filter")
    expect(row(ada, "card_filter-")).to_have_count(2)
    ada.page.get_by_label("Severity").select_option(label="Blocked")
    expect(row(ada, "card_filter-")).to_have_count(1)
    expect(row(ada, "card_filter-1")).to_be_visible()
    assert "severity=high" in ada.page.url
    ada.page.reload()
    expect(row(ada, "card_filter-")).to_have_count(1)
    ada.page.get_by_role("button", name="Clear").click()
    ada.page.get_by_label("Card or terminal").fill("review-filter")
    expect(row(ada, "card_filter-")).to_have_count(1)
    expect(row(ada, "card_filter-2")).to_be_visible()
    ada.page.get_by_label("Card or terminal").fill("filter")
    ada.page.get_by_label("At stake, at least").fill("5000")
    expect(row(ada, "card_filter-")).to_have_count(1)
    ada.page.get_by_label("At stake, at least").fill("")
    ada.page.get_by_label("Rule").select_option(value="at_a_block_terminal")
    expect(row(ada, "card_filter-1")).to_be_visible()
    ada.page.get_by_label("Card or terminal").fill("nothing is called so")
    expect(ada.main).to_contain_text(re.compile("no case|nothing", re.IGNORECASE))


def test_the_queue_has_the_riskiest_first_or_the_oldest_or_the_largest(visit, stage):
    """By risk what was blocked stands before what is reviewed; by age and amount as they say."""
    stage.decided(payment("order-1", terminal_id="review-order", amount_minor=100))
    stage.decided(payment("order-2", terminal_id="block-order", amount_minor=9_000_000))
    ada = visit("Ada", "#/queue?text=-order")
    names = ada.main.get_by_role("listitem").filter(has_text="card_order-").get_by_role("link")
    expect(names).to_have_text(["card_order-2", "card_order-1"])
    ada.page.get_by_role("button", name="Age").click()
    expect(names).to_have_text(["card_order-1", "card_order-2"])
    ada.page.get_by_role("button", name="Amount at stake").click()
    expect(names).to_have_text(["card_order-2", "card_order-1"])


def test_news_comes_without_a_reload_and_moves_nothing_under_the_hand(visit, stage):
    """A case that belongs above the one with the focus waits, or goes above without taking the focus along."""
    stage.decided(payment("news-1", terminal_id="review-news"))
    ada = visit("Ada", "#/queue?text=-news")
    expect(row(ada, "card_news-1")).to_be_visible()
    ada.keys("j")
    expect(row(ada, "card_news-1")).to_have_attribute("aria-current", "true")
    place = row(ada, "card_news-1").bounding_box()
    stage.decided(payment("news-2", terminal_id="block-news"))
    news = ada.page.get_by_text(re.compile("new", re.IGNORECASE)).first
    expect(news).to_be_visible(timeout=20_000)
    assert row(ada, "card_news-1").bounding_box() == place
    expect(row(ada, "card_news-1")).to_have_attribute("aria-current", "true")
