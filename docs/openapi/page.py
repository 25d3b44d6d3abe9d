"""The table of routes as docs/api.md shows it, between two marks; everything else of the page is written by hand."""

from pathlib import Path

from docs.openapi.routes import ROUTES, Route

FILE = Path(__file__).parents[1] / "api.md"
BEGIN, END = "<!-- routes: by `make docs` -->\n", "<!-- end of routes -->\n"
_HEAD = "| route | what | answers | refuses with | people's scope |\n|---|---|---|---|---|\n"


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
    scope = {"read": "`JwtReadScope`", "review": "`JwtReviewScope`", None: "none: signed only"}[route.scope]
    return f"| `{route.key}` | {route.summary} | `{route.status}` {answer} | {refusals} | {scope} |\n"
