"""What is shown while something is away, empty, refused or not allowed: a word on what to do, never a blank page."""

import re

import pytest

from tests.browser.driver import Route, expect
from tests.browser.stage import payment
from tests.browser.visiting import PAGES

AWAY = {"reason": "unavailable", "detail": "the model or a store is away; send the same request again"}


def away(route: Route) -> None:
    """Answer as the API does while a table is away."""
    route.fulfill(status=503, json=AWAY, headers={"retry-after": "1"})


@pytest.mark.parametrize("page", PAGES)
def test_a_page_whose_stores_are_away_says_so_and_comes_back(visit, page):
    """The API's word, a way to try again, the way to other pages; then everything is there."""
    ada = visit("Ada", "#/rules" if page != "rules" else "#/queue")
    ada.settled()
    ada.watch.expected.append("503")
    ada.page.route("**/api/**", away)
    ada.go(f"#/{page}")
    trouble = ada.main.get_by_role("alert").first
    expect(trouble).to_be_visible()
    expect(trouble).to_contain_text(re.compile("away|again|moment", re.IGNORECASE))
    expect(ada.page.get_by_role("navigation", name="Pages")).to_be_visible()
    ada.page.unroute("**/api/**")
    for _ in range(6):  # parts of a page are asked for one by one
        ada.page.wait_for_timeout(300)
        again = ada.main.get_by_role("alert").get_by_role("button").first
        if again.is_visible():
            again.click()
    expect(ada.main.get_by_role("alert")).to_have_count(0)
    ada.settled()
    expect(ada.heading(PAGES[page])).to_be_visible()


def test_what_is_shown_stays_while_news_cannot_be_fetched(visit, stage):
    """The queue keeps what it has, and says that it is from before."""
    stage.decided(payment("stays-1"))
    ada = visit("Ada")
    expect(ada.main).to_contain_text("card_stays-1")
    ada.watch.expected += ["503", "ERR_FAILED", "Failed to load"]
    ada.page.route("**/api/queue*", lambda route: route.abort())
    expect(ada.page.get_by_role("alert").first).to_be_visible(timeout=30_000)
    expect(ada.main).to_contain_text("card_stays-1")


def test_an_empty_queue_says_that_nothing_waits(visit):
    """Not a table without lines."""
    ada = visit(None)
    ada.page.route("**/api/queue*", lambda route: route.fulfill(json={"cases": [], "cursor": None}))
    ada.sign_in("Ada")
    expect(ada.main).to_contain_text(re.compile("nothing waits|nothing .*review|queue is empty", re.IGNORECASE))


def test_a_system_without_models_and_drift_says_what_makes_them(visit):
    """Before the first retraining: the pages are there, and tell what comes."""
    ada = visit(None)

    def answer(path: str, body: object) -> None:
        ada.page.route(f"**/api/{path}", lambda route: route.fulfill(status=200, json=body))

    answer("models", {"champion": None, "models": [], "events": []})
    answer("drift", {"report": None, "history": []})
    ada.sign_in("Ada", "#/models")
    expect(ada.main).to_contain_text(re.compile("no model", re.IGNORECASE))
    ada.go("#/overview")
    expect(ada.main).to_contain_text(re.compile("not (been )?measured|no .*drift", re.IGNORECASE))


def test_a_finding_that_cannot_be_sent_waits_and_is_sent_again(visit, stage):
    """The network is away when the six seconds are over: it is said, kept over a reload, and one key away."""
    stage.decided(payment("unsent-1"))
    ada = visit("Ada", "#/transactions/unsent-1")
    ada.settled()
    ada.watch.expected += ["ERR_", "Failed to load"]
    ada.page.route("**/api/dispositions", lambda route: route.abort())
    ada.keys("f")
    failed = ada.page.get_by_role("alert").filter(has_text="Not sent").first
    expect(failed).to_be_visible(timeout=15_000)
    ada.page.reload()
    expect(failed).to_be_visible()
    ada.page.unroute("**/api/dispositions")
    failed.get_by_role("button", name="Retry").click()
    assert stage.labelled("unsent-1")["label"] == "fraud"


def test_a_refused_finding_says_why(visit, stage):
    """A note with a card's number is refused by the API, and the number is not kept in the page."""
    stage.decided(payment("refused-1"))
    ada = visit("Ada", "#/transactions/refused-1")
    ada.watch.expected.append("422")
    ada.settled()
    ada.note("It was 4111 1111 1111 1111")
    ada.keys("f")
    expect(ada.page.get_by_role("alert").first).to_contain_text(
        re.compile("card.number", re.IGNORECASE), timeout=15_000
    )
    assert "label" not in stage.decision("refused-1")


def test_a_viewer_sees_everything_and_changes_nothing(visit, stage):
    """The page says which scope is missing; keys do nothing; and the API would refuse it anyway."""
    stage.decided(payment("viewed-1"))
    vic = visit("Vic", "#/transactions/viewed-1")
    vic.settled()
    posted = []
    vic.page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    fraud = vic.main.get_by_role("button", name=re.compile("fraud", re.IGNORECASE)).first
    expect(fraud).to_have_attribute("aria-disabled", "true")
    vic.keys("f", "l", "s", "n")
    fraud.click(force=True)
    vic.page.wait_for_timeout(7_000)
    assert [url for url in posted if "/api/" in url] == []
    vic.go("#/rules")
    expect(vic.main).to_contain_text("fraudstream/rules")
    vic.keys("e")
    expect(vic.page.get_by_role("textbox")).to_have_count(0)
    vic.watch.expected.append("403")
    refused = vic.page.evaluate(
        """async () => {
        const {token} = JSON.parse(sessionStorage.getItem("fraudstream.session"));
        const headers = {authorization: `Bearer ${token}`, "content-type": "application/json"};
        const body = JSON.stringify({transaction_id: "viewed-1", disposition: "fraud"});
        return (await fetch("api/dispositions", {method: "POST", headers, body})).status; }"""
    )
    assert refused == 403
    assert "label" not in stage.decision("viewed-1")


def test_a_page_that_there_is_not_leads_back(visit):
    """A mistyped address of the console itself."""
    ada = visit("Ada", "#/nowhere")
    expect(ada.heading("There is no such page")).to_be_visible()
    ada.main.get_by_role("link", name="Go to the queue").click()
    expect(ada.heading("Queue")).to_be_visible()
