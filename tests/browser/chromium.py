"""The machine's own Chromium: found, and started so that it talks to nobody but the pages it is led to."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.browser.driver import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
)


def executable() -> str | None:
    """Return where Chromium is: `CHROMIUM`, else the first of the usual names on the path; None if it is nowhere."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def missing(what: str) -> None:
    """Skip, saying what is missing; where CI is set nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}; where CI is set these tests must run")
    pytest.skip(what)


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium without a window and with a profile of its own, and end it."""
    path = executable()
    if path is None:
        missing("no Chromium is installed; name one by CHROMIUM=/path/to/chromium")
    # Chromium's own sandbox wants a user other than root; the pages are ours.
    sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *sandbox])
        try:
            yield browser
        finally:
            browser.close()
