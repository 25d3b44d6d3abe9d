"""What must not happen on any page while a test looks elsewhere: errors, violations, dialogs, requests to strangers."""

import gzip
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.browser.driver import BrowserContext, ConsoleMessage, Dialog, Page, Request

_TELL = """document.addEventListener("securitypolicyviolation", (event) =>
  tellViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


@dataclass
class Watch:
    """Collects, over all pages of a browser context, what should have been nothing.

    Attributes
    ----------
    home
        Origins that pages may talk to.
    wrong
        What happened that must not, a line each.
    expected
        Parts of lines that a test brings about itself, such as the browser's message about a 503.
    """

    home: Collection[str]
    wrong: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> "Watch":
        """Watch every page of a context from now on."""
        context.expose_binding("tellViolation", lambda _, text: self.wrong.append(f"policy violation: {text}"))
        context.add_init_script(_TELL)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.wrong.append(f"page error: {error.error}"))
        context.on("request", self._request)
        context.on("dialog", self._dialog)
        return self

    def unexpected(self) -> list[str]:
        """Return what happened and no test said it would bring about."""
        return [line for line in self.wrong if not any(part in line for part in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.wrong.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" not in self.home:
            self.wrong.append(f"request to a stranger: {request.method} {request.url[:200]}")

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.type} {dialog.message!r}")
        dialog.dismiss()


class Sent:
    """Notes what a page asks for, and says what it weighs as CloudFront sends it: gzip, from 1,000 bytes on."""

    def __init__(self, page: Page) -> None:
        self._asked: set[str] = set()
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self._asked.add(request.url.partition("#")[0])

    def sizes(self, below: str) -> dict[str, int]:
        """Return the size of each file whose address begins so, the API's answers left out, bytes."""
        found = {}
        for url in sorted(self._asked):
            if url.startswith(below) and not url.startswith(f"{below}api/"):
                with urllib.request.urlopen(url.partition("?")[0], timeout=30) as answer:
                    body = answer.read()
                found[url.partition("?")[0]] = len(body) if len(body) < 1_000 else len(gzip.compress(body, 6))
        return found
