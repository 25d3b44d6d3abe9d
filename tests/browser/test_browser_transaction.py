"""The page of one transaction: what was decided, why, what surrounds it, and how to decide it again."""

import re

from tests.browser.driver import expect
from tests.browser.policy import REASON
from tests.browser.stage import payment


def test_a_scored_transaction_is_explained_from_score_to_command(visit, stage):
    """Score, thresholds, reasons in words, both timelines with it among them, and what it was decided by."""
    flagged = stage.flagged()
    score = float(flagged["fraud_score"])
    ada = visit("Ada", f"#/transactions/{flagged['transaction_id']}")
    why = ada.region("Score")
    expect(why).to_contain_text(re.compile(r"review from \d?\.?\d+"))
    expect(why).to_contain_text(re.compile(r"block from"))
    assert any(abs(float(found) - score) < 0.006 for found in re.findall(r"\d?\.\d+|\d", why.inner_text()))
    for reason in flagged["reasons"]:
        expect(why).to_contain_text(reason["text"].rstrip("."))
    expect(ada.region("This card, 30 days")).to_contain_text("this payment")
    expect(ada.region("This terminal, 30 days")).to_contain_text("this payment")
    expect(ada.region("Similar recent cases")).to_contain_text(re.compile(r"cases? (looked at|of other cards)"))
    decided = ada.region("Decided by")
    expect(decided).to_contain_text(flagged["model_version"])
    expect(decided).to_contain_text("live now")
    expect(decided).to_contain_text(flagged["rules_version"])
    expect(decided).to_contain_text(f"make explain TX={flagged['transaction_id']}")


def test_the_rules_that_fired_are_told_with_their_reason(visit, stage):
    """By the version that decided, whatever is live by now; the reason is text, whatever its author wrote."""
    stage.decided(payment("fired-1"))
    ada = visit("Ada", "#/transactions/fired-1")
    rules = ada.region("Rules that fired")
    expect(rules).to_contain_text("at a review terminal")
    expect(rules).to_contain_text(REASON)
    expect(rules).to_contain_text('starts_with(terminal_id, "review-")')
    assert rules.locator("img").count() == 0


def test_cases_of_other_cards_that_look_alike_are_found(visit, stage):
    """Two cards at one terminal, the same rule: each is shown beside the other, with what became of it."""
    first = payment("alike-1", terminal_id="review-alike")
    second = payment("alike-2", terminal_id="review-alike")
    stage.decided(first, second)
    ada = visit("Ada", "#/transactions/alike-2")
    similar = ada.region("Similar recent cases")
    expect(similar).to_contain_text("same terminal")
    similar.get_by_role("link").first.click()
    expect(ada.page).to_have_url(stage.console + "#/transactions/alike-1")


def test_what_nobody_decided_is_said_to_be_unknown(visit):
    """A mistyped id, or one whose decision is not kept any more, is no broken page."""
    ada = visit("Ada")
    ada.watch.expected.append("404")
    ada.go("#/transactions/nobody-decided-this")
    expect(ada.main).to_contain_text("nobody-decided-this")
    expect(ada.main.get_by_role("link", name=re.compile("queue", re.IGNORECASE)).first).to_be_visible()
