"""Playwright, which drives the browser; without it every file of these tests is skipped and says why."""

import os

import pytest

if not os.environ.get("CI"):  # where CI is set its absence is an error
    pytest.importorskip("playwright", reason="Playwright is not installed; `make test` installs it")

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
    Response,
    Route,
    expect,
    sync_playwright,
)

expect.set_options(timeout=15_000)  # a machine that runs three stacks at once is slow at times

__all__ = [
    "Browser",
    "BrowserContext",
    "ConsoleMessage",
    "Dialog",
    "Locator",
    "Page",
    "Request",
    "Response",
    "Route",
    "expect",
    "sync_playwright",
]
