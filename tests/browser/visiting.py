"""Somebody at the console: a browser of their own, signed in the way people sign in, and what they look for."""

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from tests.browser.driver import Locator, Page, expect
from tests.browser.watching import Watch

Theme = Literal["light", "dark"]
LAPTOP, PHONE = (1440, 900), (360, 740)
PAGES = {
    "queue": "Queue",
    "overview": "Overview",
    "models": "Models",
    "rules": "Rules",
}
"""Pages that are reached without an id, with their headings."""


@dataclass
class Visit:
    """A person at the console.

    Attributes
    ----------
    page
        The browser's page.
    home
        Address of the console, ending with a slash.
    watch
        What goes wrong on any page of this browser.
    """

    page: Page
    home: str
    watch: Watch

    def sign_in(self, person: str, path: str = "#/queue") -> "Visit":
        """Open a page of the console as nobody, choose who one is at the issuer's, and be brought back to it."""
        self.page.goto(self.home + path)
        self.choose(person)
        return self

    def choose(self, person: str, *, seconds: int | None = None) -> None:
        """Go from the console's invitation to the issuer's page, and choose who one is there, and for how long."""
        asked = self.page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).first
        there = self.page.get_by_role("button", name=re.compile(f"^{person}"))
        expect(asked.or_(there).first).to_be_visible()
        if not there.is_visible():
            asked.click()
        if seconds is not None:
            expect(there).to_be_visible()
            self.page.goto(f"{self.page.url}&token_seconds={seconds}")
        there.click()
        expect(self.page.get_by_role("banner")).to_contain_text(person)

    def go(self, path: str) -> "Visit":
        """Open another page of the console, as a link or a bookmark does."""
        self.page.goto(self.home + path)
        expect(self.page.locator("main h1").first).to_be_visible()
        return self

    def open_transaction(self, transaction_id: str) -> "Visit":
        """Open the page of a transaction, as the link in an alert does."""
        return self.go(f"#/transactions/{quote(transaction_id, safe='')}")

    @property
    def main(self) -> Locator:
        """What is on the page beside head and navigation."""
        return self.page.get_by_role("main")

    def heading(self, text: str) -> Locator:
        """The first heading, which says where one is."""
        return self.page.get_by_role("heading", level=1, name=text)

    def region(self, heading: str) -> Locator:
        """The part of the page below a heading of the second level."""
        titled = self.page.get_by_role("heading", name=heading, level=2)
        return self.main.locator("section", has=titled).last

    def keys(self, *names: str) -> None:
        """Press keys, one after the other."""
        for name in names:
            self.page.keyboard.press(name)

    def note(self, text: str) -> None:
        """Write a note for the next finding, by keyboard, and leave the field."""
        self.keys("n")
        field = self.page.get_by_role("textbox", name="Note, kept with the finding")
        expect(field).to_be_focused()
        self.page.keyboard.insert_text(text)
        self.keys("Enter")

    def focus_stop(self) -> dict[str, Any]:
        """Say what has the focus: its name, whether it is in the head, and whether one sees that it has it."""
        return dict(
            self.page.evaluate(
                """() => {
                const here = document.activeElement, style = getComputedStyle(here);
                const name = here.getAttribute("aria-label") ?? here.title ?? "";
                return {
                  name: here.getAttribute("aria-label") || here.textContent.trim().replace(/\\s+/g, " ") || name,
                  inside: here.closest("header, .skip") ? "H" : "M",
                  seen: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
                    || style.boxShadow !== "none",
                }; }"""
            )
        )

    def settled(self) -> None:
        """Wait until nothing is being loaded any more."""
        expect(self.page.locator(".skeleton")).to_have_count(0)

    def strange(self) -> list[str]:
        """Return elements and attributes that no page of ours has: somebody's text became markup."""
        return list(
            self.page.evaluate(
                """() => [...document.querySelectorAll("*")].filter((one) =>
                ["IMG", "IFRAME", "OBJECT", "EMBED"].includes(one.tagName)
                || (one.tagName === "SCRIPT" && !one.src)
                || [...one.attributes].some(({name}) => name.startsWith("on"))
                || /^\\s*javascript:/i.test(one.getAttribute("href") ?? ""))
                .map((one) => one.outerHTML.slice(0, 120))"""
            )
        )

    def sideways(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(
            self.page.evaluate("() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        )
