"""What a browser is sent: little, compressed, with a strict policy, and nothing from anybody else."""

import re

from tests.browser.driver import expect
from tests.browser.visiting import PAGES
from tests.browser.watching import Sent

MOST_BYTES = 200_000


def test_a_visit_to_every_page_is_sent_less_than_200_kb(visit, stage):
    """Page, modules, styles and libraries, compressed as CloudFront does; answers of the API are not counted."""
    flagged = stage.flagged()
    somebody = visit(None)
    sent = Sent(somebody.page)
    somebody.sign_in("Bo")
    for page, heading in PAGES.items():
        somebody.go(f"#/{page}")
        expect(somebody.heading(heading)).to_be_visible()
    somebody.open_transaction(flagged["transaction_id"])
    somebody.settled()
    somebody.go("#/rules")
    somebody.keys("e")
    somebody.settled()
    files = sent.sizes(below=stage.console)
    assert len(files) > 20
    assert sum(files.values()) < MOST_BYTES, sorted(files.items(), key=lambda one: -one[1])[:10]


def test_the_policy_lets_the_page_load_from_its_own_origin_only(visit, stage):
    """No inline script or style, no evaluation, no plugin, no frame around it; the issuer may be asked for tokens."""
    somebody = visit(None)
    answer = somebody.page.goto(stage.console)
    heads = answer.all_headers()
    parts = [part.strip() for part in heads["content-security-policy"].split(";")]
    policy = dict(part.partition(" ")[::2] for part in parts if part)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert set(policy["connect-src"].split()) == {"'self'", stage.issuer}
    assert not re.search(r"unsafe|\*|data:", policy["script-src"])
    assert heads["x-content-type-options"] == "nosniff"
    assert heads["referrer-policy"] in ("no-referrer", "same-origin", "strict-origin-when-cross-origin")
    assert "max-age=" in heads["strict-transport-security"]


def test_an_injected_script_does_not_run(visit):
    """Even if somebody's text became markup, the policy would stop it: inline, evaluated, or from elsewhere."""
    ada = visit("Ada")
    ada.watch.expected += ["policy violation", "Content Security Policy", "Trusted", "violates", "evil.example"]
    ran = ada.page.evaluate(
        """() => new Promise((done) => {
          window.ran = [];
          const script = document.createElement("script");
          script.setAttribute("nonce", "guessed");
          try { script.textContent = "window.ran.push('inline')"; document.body.append(script); } catch {}
          const far = document.createElement("script");
          try { far.src = "https://evil.example/x.js"; document.body.append(far); } catch {}
          const markup = "<img src=x onerror=\\"window.ran.push('attribute')\\">";
          try { document.body.insertAdjacentHTML("beforeend", markup); } catch {}
          setTimeout(() => done(window.ran), 300);
        })"""
    )
    assert ran == []
