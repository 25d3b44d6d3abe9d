"""The page on which one says who one is: no password, since it guards nothing but a system on this machine."""

from collections.abc import Mapping
from html import escape

from local.people.persons import PEOPLE, Person

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 30rem; padding: 3rem 1rem; }
h1 { font-size: 1.4rem; }
ul { list-style: none; margin: 1.5rem 0; padding: 0; }
li { margin: 0 0 .75rem; }
button { background: transparent; border: 1px solid; border-radius: .5rem; color: inherit; cursor: pointer;
  font: inherit; padding: .75rem 1rem; text-align: left; width: 100%; }
button:hover, button:focus-visible { outline: 2px solid; outline-offset: 2px; }
b, span { display: block; }
p { opacity: .8; }
"""
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def page(asked: Mapping[str, str]) -> bytes:
    """Return the page; it sends back what was asked of it, with who was chosen.

    Parameters
    ----------
    asked
        The parameters of the authorization request.
    """
    kept = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
    )
    people = "\n".join(f"<li>{_button(one)}</li>" for one in PEOPLE)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to Fraudstream (embedded)</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Sign in to Fraudstream</h1>
<p>This is the sign-in of the embedded system on this machine. Nobody here has a password: choose who you are.
A deployment on AWS sends people to their own company's sign-in instead.</p>
<form method="post" action="/authorize">
{kept}
<ul>
{people}
</ul>
</form>
</main>
</body>
</html>
""".encode()


def refused(why: str) -> bytes:
    """Return the page for a request that cannot be answered by going back to where it came from."""
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Cannot sign in</title><style>{_STYLE}</style></head>
<body><main><h1>Cannot sign in</h1><p>{escape(why)}</p></main></body>
</html>
""".encode()


def _button(one: Person) -> str:
    what = f"<b>{escape(one.name)}, {escape(one.work)}</b><span>{escape(one.may)}</span>"
    return f'<button name="person" value="{escape(one.subject)}">{what}</button>'
