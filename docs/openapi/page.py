"""The table of routes as docs/api.md shows it, between two marks; everything else of the page is written by hand."""

from pathlib import Path

from docs.openapi.route import Route
from docs.openapi.routes import ROUTES

FILE = Path(__file__).parents[1] / "api.md"
BEGIN, END = "<!-- routes: by `make docs` -->\n", "<!-- end of routes -->\n"
_HEAD = "| route | what | answers | refuses with | machines | people's scope |\n|---|---|---|---|---|---|\n"
_SCOPES = {"read": "`JwtReadScope`", "review": "`JwtReviewScope`", "rules": "`JwtRulesScope`", None: "none"}


def table() -> str:
    """Return the table."""
    return _HEAD + "".join(_row(route) for route in ROUTES)


def page(text: str) -> str:
    """Return the page with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def _row(route: Route) -> str:
    answer = route.answer.__name__ if route.answer else "OpenAPI 3.1"
    refusals = ", ".join(f"`{status}`" for status in sorted(route.refusals))
    machines = "no" if route.people_only else "signed"
    said = f"| `{route.key}` | {route.summary} | `{route.status}` {answer} | {refusals}"
    return f"{said} | {machines} | {_SCOPES[route.scope]} |\n"
