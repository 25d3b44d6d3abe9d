"""The console's files as browsers are sent them: small, whole, at home, and nothing that a strict policy would stop."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.maker.console import PUBLISHED, build_console
from layers.maker.lean import lean_css, lean_javascript

CONSOLE = Path(__file__).parents[2] / "console"
MOST_SENT_BYTES = 200_000
LEAST_COMPRESSED_BYTES = 1_000
NAMESPACE = "http://www.w3.org/2000/svg"
"""The one address in our files: browsers know it by heart and ask nobody."""
UNSAFE = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|createContextualFragment"
    r"|\beval\b|\bFunction\(|javascript:|srcdoc|\.setAttribute\(\"(?:on|style)"
)
IMPORT = re.compile(
    r"""(?:^|\s)(?:import|export)\s[^;]*?from\s*"([^"]+)"|import\("([^"]+)"\)|^import "([^"]+)\"""", re.MULTILINE
)


def ours(*suffixes: str) -> list[Path]:
    """The files that are written here, not bundled from packages."""
    places = [CONSOLE / name for name in PUBLISHED if name != "vendor"]
    files = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*")))]
    return [file for file in files if file.suffix in suffixes]


def over_the_wire(file: Path) -> int:
    """Bytes that CloudFront sends of a file: it compresses those of a kilobyte or more, at gzip's usual level."""
    content = file.read_bytes()
    return len(content) if len(content) < LEAST_COMPRESSED_BYTES else len(gzip.compress(content, 6))


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What browsers are sent."""
    directory = tmp_path_factory.mktemp("console")
    build_console(CONSOLE, out=directory)
    return directory / "python" / "console"


def test_all_pages_together_are_under_200_kb_as_they_are_sent(sent: Path) -> None:
    """Whoever goes to every page has been sent less than 200 KB, each file compressed by itself."""
    files = [file for file in sent.rglob("*") if file.is_file() and file.suffix != ".txt"]  # no page asks for licences
    assert sum(map(over_the_wire, files)) < MOST_SENT_BYTES


def test_what_is_sent_has_no_comments_but_the_same_lines(sent: Path) -> None:
    """A fault in a browser names the line that stands here."""
    for file in ours(".js", ".css"):
        copy = sent / file.relative_to(CONSOLE)
        assert copy.read_text().count("\n") == file.read_text().count("\n"), file
        assert not re.findall(r"^\s*/\*\*.*\*/$", copy.read_text(), re.MULTILINE), file


def test_only_comments_are_left_out() -> None:
    """What looks like a comment within a line stays."""
    code = 'const a = "// not one"; // stays\nconst glob = `a/**/b`;\n// goes\n  /* goes\n too */\nconst b = 1 / 2;\n'
    assert lean_javascript(code) == 'const a = "// not one"; // stays\nconst glob = `a/**/b`;\n\n\n\nconst b = 1 / 2;\n'
    assert lean_css("/* goes */\na { color: red; }\n") == "\na { color: red; }\n"


@pytest.mark.parametrize("file", ours(".js", ".css", ".html", ".svg"), ids=lambda file: str(file.relative_to(CONSOLE)))
def test_a_file_asks_for_nothing_from_elsewhere(file: Path) -> None:
    """No address of another host stands in any of our files."""
    found = re.findall(r"https?://[^\s\"'`)<>]+|[\"'(]//[a-z]", file.read_text().replace(NAMESPACE, ""))
    assert not found


def test_what_is_bundled_names_addresses_in_comments_and_namespaces_only() -> None:
    """Libraries name licences and namespaces, and ask for nothing."""
    for file in (CONSOLE / "vendor").glob("*.js"):
        code = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
        assert set(re.findall(r"https?://[\w.-]+", code)) <= {"http://www.w3.org"}, file


@pytest.mark.parametrize("file", ours(".js"), ids=lambda file: str(file.relative_to(CONSOLE)))
def test_no_code_turns_text_into_elements_or_code(file: Path) -> None:
    """Whatever a producer wrote is shown as text: nothing here could do otherwise."""
    assert not UNSAFE.findall(file.read_text())


@pytest.mark.parametrize("file", ours(".js"), ids=lambda file: str(file.relative_to(CONSOLE)))
def test_no_markup_has_a_style_or_a_handler_as_text(file: Path) -> None:
    """The policy allows no inline style and no inline handler, so that none can be slipped in."""
    assert not re.findall(r"""\s(?:style|on[a-z]+)=["']""", file.read_text())


def test_the_page_has_nothing_inline() -> None:
    """The page names its files and holds neither code nor style."""
    page = (CONSOLE / "index.html").read_text()
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert not re.findall(r"<script[^>]*>\s*[^<\s]", page)


def imports(file: Path) -> Iterator[str]:
    """What a module imports, at once or later."""
    for match in IMPORT.finditer(file.read_text()):
        yield next(found for found in match.groups() if found)


@pytest.mark.parametrize("file", ours(".js"), ids=lambda file: str(file.relative_to(CONSOLE)))
def test_every_import_is_there(file: Path, sent: Path) -> None:
    """A browser finds each module where it is looked for: a relative name, its ending written out."""
    for name in imports(file):
        assert name.startswith("."), name
        target = (sent / file.relative_to(CONSOLE)).parent / name
        assert target.resolve().is_file(), name


@pytest.mark.parametrize("file", ours(".css"), ids=lambda file: str(file.relative_to(CONSOLE)))
def test_every_style_sheet_that_is_named_is_there(file: Path, sent: Path) -> None:
    """A style sheet refers to others of ours alone."""
    for name in re.findall(r"url\(\"?([^\")]+)", file.read_text()):
        assert ((sent / file.relative_to(CONSOLE)).parent / name).resolve().is_file(), name


def test_what_the_page_names_is_there(sent: Path) -> None:
    """Every file that the page names is sent."""
    for name in re.findall(r"(?:src|href)=\"([^\"]+)\"", (CONSOLE / "index.html").read_text()):
        assert (sent / name).is_file(), name


def test_nothing_but_the_console_is_sent(sent: Path) -> None:
    """Neither tooling nor types nor tests are sent; licences are, with what they are of."""
    suffixes = {file.suffix for file in sent.rglob("*") if file.is_file()}
    assert suffixes == {".html", ".js", ".css", ".svg", ".txt"}
    assert {file.name for file in sent.iterdir()} == set(PUBLISHED)


def test_the_lock_names_no_address_and_pins_each_package_by_its_digest() -> None:
    """Packages come from whatever registry one uses, and are the same from each."""
    lock = json.loads((CONSOLE / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert "resolved" not in (CONSOLE / "package-lock.json").read_text()
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
