"""Who comes to the console: signed in by the issuer, brought back to where they were, and out again."""

import re

from tests.browser.driver import expect
from tests.browser.stage import payment


def test_nobody_sees_anything_before_signing_in_and_then_sees_what_they_came_for(visit, stage):
    """A link in an alert leads to its page by way of the issuer's, and no token is in any address."""
    stage.decided(payment("signing-in-1"))
    somebody = visit(None)
    addresses = []
    somebody.page.on("framenavigated", lambda frame: addresses.append(frame.url))
    asked = []
    somebody.page.on("request", lambda request: asked.append(request.url))
    somebody.page.goto(stage.console + "#/transactions/signing-in-1")
    expect(somebody.page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE))).to_be_visible()
    assert not [address for address in asked if "/api/" in address]
    somebody.choose("Ada")
    expect(somebody.main).to_contain_text("signing-in-1")
    expect(somebody.page).to_have_url(stage.console + "#/transactions/signing-in-1")
    assert not [address for address in addresses if "token" in address]
    expect(somebody.page.get_by_role("banner")).to_contain_text("Ada")


def test_a_reload_keeps_the_session_and_another_tab_begins_without_one(visit):
    """It ends with the tab."""
    ada = visit("Ada", "#/rules")
    ada.page.reload()
    expect(ada.heading("Rules")).to_be_visible()
    other = ada.page.context.new_page()
    other.goto(ada.home)
    expect(other.get_by_role("button", name=re.compile("sign in", re.IGNORECASE))).to_be_visible()


def test_who_signs_out_is_out(visit):
    """Neither the button back nor a reload shows the pages again."""
    ada = visit("Ada")
    ada.page.get_by_role("button", name="Sign out").click()
    again = ada.page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE))
    expect(again).to_be_visible()
    ada.page.reload()
    expect(again).to_be_visible()
    assert ada.page.evaluate("() => Object.values(sessionStorage).join()").count("eyJ") == 0


def test_who_is_refused_by_the_issuer_is_told_so(visit):
    """The issuer's reason is shown, and signing in can be tried again."""
    somebody = visit(None)
    somebody.page.goto(somebody.home)
    somebody.page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()
    unknown = somebody.page.get_by_role("button", name=re.compile("^Ada"))
    unknown.evaluate("(button) => { button.value = 'mallory@fraudstream.example'; }")
    unknown.click()
    expect(somebody.page.get_by_role("alert")).to_contain_text("nobody of that name")
    somebody.choose("Ada")
    expect(somebody.heading("Queue")).to_be_visible()


def test_an_answer_that_was_not_asked_for_signs_nobody_in(visit):
    """A link with somebody else's code is no session: whoever sends it would have one work in their name."""
    somebody = visit(None)
    somebody.page.goto(f"{somebody.home}?code=stolen&state=guessed")
    expect(somebody.page.get_by_role("alert")).to_contain_text("was not begun in this tab")
    assert "code=" not in somebody.page.url


def test_a_session_that_ends_keeps_the_page_and_sends_what_waited_after_the_next(visit, stage):
    """The finding said in the last second reaches the table, and one is back on the same page."""
    stage.decided(payment("signing-in-2"))
    ada = visit(None)
    ada.page.goto(f"{stage.console}#/transactions/signing-in-2")
    ada.choose("Ada", seconds=6)
    expect(ada.main).to_contain_text("signing-in-2")
    ada.settled()
    ada.keys("f")
    over = ada.page.get_by_role("dialog", name="Your session has ended")
    expect(over).to_be_visible()
    expect(ada.page.get_by_role("main")).to_contain_text("signing-in-2")
    ada.choose("Ada")
    expect(ada.page).to_have_url(stage.console + "#/transactions/signing-in-2")
    assert stage.labelled("signing-in-2")["label"] == "fraud"


def test_a_token_that_the_api_refuses_ends_the_session_once(visit, stage):
    """Whatever the clock says: one question, no loop of requests."""
    ada = visit("Ada")
    asked = []
    ada.watch.expected.append("401")
    ada.page.route("**/api/**", lambda route: (asked.append(route.request.url), route.fulfill(status=401, json={})))
    ada.page.reload()
    expect(ada.page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    ada.page.wait_for_timeout(1_000)
    assert len(asked) < 6
