"""The automated audit of accessibility: axe-core, of the version that the console's lock names."""

from pathlib import Path
from typing import Any

from local.processes import ROOT
from tests.browser.chromium import missing
from tests.browser.driver import Page

SCRIPT = ROOT / ".local/console/node_modules/axe-core/axe.min.js"
_RUN = """() => axe.run(document, {
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})"""


def violations(page: Page) -> list[str]:
    """Audit the page as it is now, and return what is wrong with it: rule, help, and the first places, a line each."""
    if not SCRIPT.exists():
        missing(f"axe-core is not installed at {SCRIPT.relative_to(ROOT)}; `make test` installs it where npm is")
    page.evaluate(_without_module(SCRIPT))
    found: dict[str, Any] = page.evaluate(_RUN)
    return [_line(violation) for violation in found["violations"]]


def _without_module(path: Path) -> str:
    # evaluate() takes an expression or a function; the file is statements.
    return f"() => {{ {path.read_text(encoding='utf-8')} }}"


def _line(violation: dict[str, Any]) -> str:
    places = "; ".join(f"{node['target']} {node['failureSummary']}" for node in violation["nodes"][:3])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {places}"
