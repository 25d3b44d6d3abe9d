"""What strangers and colleagues wrote is text: no script runs, nothing is loaded, nothing is pushed out of place."""

import re

import pytest

from tests.browser.driver import expect
from tests.browser.stage import payment
from tests.browser.visiting import PHONE

MARKUP = "<img src=x onerror=alert(1)>"
SCRIPT = "<script>alert(2)</script>"
ATTRIBUTE = '"><svg onload=alert(3)>'
ADDRESS = "javascript:alert(4)"
TEMPLATE = "${alert(5)}{{7*7}}"
LONG = "W" * 64
FIELDS = {
    "markup": {"terminal_id": f"review-{MARKUP}", "merchant_city": SCRIPT, "merchant_category": ATTRIBUTE},
    "script": {"terminal_id": f"review-{SCRIPT}", "merchant_city": ADDRESS, "merchant_category": TEMPLATE},
    "attribute": {"terminal_id": f"review-{ATTRIBUTE}", "merchant_city": MARKUP, "device_id": SCRIPT},
    "address": {"terminal_id": f"review-{ADDRESS}", "merchant_city": ATTRIBUTE, "merchant_category": SCRIPT},
    "long": {"terminal_id": f"review-{LONG}"[:64], "merchant_city": LONG, "merchant_category": LONG + LONG},
    "right to left": {"terminal_id": "review-שלום עולם abc", "merchant_city": "مدينة (12.50)", "device_id": "א" * 64},
}
"""By what they try: fields of a transaction that its sender chooses. Direction marks are refused by the contract."""
IDS = {"markup": MARKUP, "script": "<b onmouseover=alert(6)>", "attribute": '"><i>', "address": ADDRESS, "long": LONG}
"""Ids of transactions, where they may be what the fields are; `/` and `#` are for the test below."""


@pytest.fixture(scope="module")
def sent(stage) -> dict[str, str]:
    """One flagged transaction for each, its name by what it tries."""
    names = {what: IDS.get(what, f"strange {what}") for what in FIELDS}
    cards = {what: f"card_{number}" + ("x" * 58 if what == "long" else "") for number, what in enumerate(FIELDS)}
    stage.decided(*(payment(names[what], card_id=cards[what][:64], **fields) for what, fields in FIELDS.items()))
    return names


@pytest.mark.parametrize("what", FIELDS)
def test_a_stranger_s_words_stay_words_on_the_page_of_a_transaction(visit, stage, sent, what):
    """Every field as it was sent, in a window as narrow as a phone, without anything beyond its edge."""
    ada = visit("Ada", size=PHONE)
    ada.watch.expected += ["404"] if "/" in FIELDS[what]["terminal_id"] else []  # API Gateway takes no `/` in a name
    ada.open_transaction(sent[what])
    terminal = FIELDS[what]["terminal_id"]
    expect(ada.main).to_contain_text(terminal)
    expect(ada.main).to_contain_text(FIELDS[what]["merchant_city"])
    expect(ada.region("Decided by")).to_contain_text(re.compile(r"explain( --)? |explain TX="))
    ada.settled()
    assert ada.strange() == []
    assert ada.sideways() == 0


def test_a_stranger_s_words_stay_words_in_the_queue(visit, sent):
    """All of them at once, on a phone and on a laptop."""
    for size in ((1440, 900), PHONE):
        ada = visit("Ada", size=size)
        for what in sent:
            expect(ada.main).to_contain_text("card_" if what == "long" else "card_0")
        ada.settled()
        assert ada.strange() == []
        assert ada.sideways() == 0


def test_an_id_that_is_an_address_is_looked_up_and_never_followed(visit, stage):
    """`/`, `?`, `#` and `%` in an id, or a whole path, lead to a plain word on the page of a transaction."""
    for name in ("a/../../rules", "https://evil.example/x", "?next=//evil.example", "%2e%2e%2f", "#/rules"):
        ada = visit("Ada")
        ada.watch.expected += ["404", "400", "403"]
        ada.open_transaction(name)
        expect(ada.page.get_by_role("heading", level=1)).not_to_have_text("Rules")
        assert ada.page.url.startswith(stage.console)


def test_a_note_is_text_wherever_it_is_read(visit, stage):
    """Written by one analyst as markup, kept to the letter."""
    stage.decided(payment("noted-1"))
    ada = visit("Ada", "#/transactions/noted-1")
    ada.settled()
    ada.note(f"{MARKUP}{SCRIPT}")
    ada.keys("f")
    ada.settled()
    assert ada.strange() == []
    assert stage.labelled("noted-1")["label"] == "fraud"
