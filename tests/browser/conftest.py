"""One stack, one Chromium, and people who sign in, for all tests of the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # Playwright may be missing: then the files of these tests are skipped, and this one must load
    from tests.browser.driver import Browser
    from tests.browser.stage import Stage
    from tests.browser.visiting import Visit

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which tests write pictures into the documentation."""
    parser.addoption("--pictures", action="store_true", help="write docs/pictures/console-*.png anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the console: all of them run the whole embedded stack."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium."""
    from tests.browser.chromium import started

    with started() as browser:
        yield browser


@pytest.fixture(scope="package")
def stage(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stack that has learned, decided and measured; made only where there is a browser to look at it."""
    from tests.browser.stage import staged

    with staged(tmp_path_factory.mktemp("console")) as stage:
        yield stage


@pytest.fixture
def visit(chromium: Browser, stage: Stage) -> Iterator[Callable[..., Visit]]:
    """Open the console as somebody, in a browser of their own; at the end nothing may have gone wrong in any."""
    from tests.browser.visiting import LAPTOP, Visit
    from tests.browser.watching import Watch

    opened: list[Visit] = []

    def open_as(
        person: str | None = "Ada",
        path: str = "#/queue",
        *,
        theme: str = "light",
        size: tuple[int, int] = LAPTOP,
        audited: bool = False,  # the audit injects a script, which the page's policy would refuse
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            locale="en-GB",
            timezone_id="UTC",
            bypass_csp=audited,
            reduced_motion="reduce" if audited else "no-preference",  # colours half way are nobody's choice
        )
        context.set_default_timeout(20_000)
        watch = Watch((stage.console_origin, stage.issuer), expected=["/favicon.ico"]).over(context)
        visited = Visit(context.new_page(), stage.console, watch)
        opened.append(visited)
        return visited.sign_in(person, path) if person else visited

    yield open_as
    wrong = [line for visited in opened for line in visited.watch.unexpected()]
    for visited in opened:
        visited.page.context.close()
    assert wrong == []
