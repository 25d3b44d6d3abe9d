"""docs/security.md says what is so: its evidence exists, its tables are the template's."""

import re
from pathlib import Path

import pytest
import yaml

from docs import security_page

ROOT = Path(__file__).parents[2]
PAGE = security_page.FILE.read_text()
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in PAGE.partition("## Controls")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| control")
]
EVIDENCE = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[3])})
RULES = (ROOT / "lint" / "rules" / "architecture.py").read_text()


@pytest.fixture(scope="module")
def resources() -> set[str]:
    """The template's resources by name."""
    return set(re.findall(r"^  ([A-Za-z0-9]+):\n    Type: ", (ROOT / "template.yaml").read_text(), re.MULTILINE))


def test_the_table_of_controls_is_read() -> None:
    """Some twenty rows of four cells, each with evidence and a requirement or an AWS id."""
    assert len(ROWS) >= 15
    assert [row for row in ROWS if len(row) != 4 or "`" not in row[3] or not (row[1] or row[2])] == []


@pytest.mark.parametrize("name", EVIDENCE)
def test_evidence_exists(name: str, resources: set[str]) -> None:
    """A rule of ours, a resource, a file, or a test by its name."""
    if re.fullmatch(r"E9\d{3}", name):
        assert f'id = "{name}"' in RULES
    elif "/" not in name:
        assert name in resources
    else:
        path, _, test = name.partition("::")
        assert (ROOT / path).exists()
        assert not test or re.search(rf"^def {test}\(", (ROOT / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_requirements_are_written_as_their_authors_write_them(row: list[str]) -> None:
    """PCI DSS by three or four numbers, the ids of AWS by service and number."""
    assert all(re.fullmatch(r"\d+(\.\d+){2,3}", number) for number in filter(None, row[1].split(", ")))
    assert all(re.fullmatch(r"[A-Za-z0-9]+\.\d+", number) for number in filter(None, row[2].split(", ")))


def test_wildcards_and_skips_are_those_of_the_template() -> None:
    """Whoever adds or removes one runs `make docs`."""
    assert security_page.page(PAGE) == PAGE


def test_every_wildcard_is_on_the_page() -> None:
    """Counted in the template itself, so that the generator cannot leave one out."""
    sids = re.findall(r"^        (\w+): .*", _wildcards_of_the_template(), re.MULTILINE)
    assert sids
    assert [sid for sid in sids if f"`{sid}`" not in PAGE] == []


def _wildcards_of_the_template() -> str:
    text = (ROOT / "template.yaml").read_text()
    return "\n".join(re.findall(r"^      Wildcards:\n((?:        .*\n)+)", text, re.MULTILINE))


def test_the_generated_tables_follow_the_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wildcard's row holds its resource, statement and reason; skips with one reason share a row."""
    template = yaml.safe_load(
        """
        Resources:
          Role:
            Metadata:
              Wildcards: { LogIn: "No resource level | at all." }
              Skipped: [{ Rules: [A, B], Because: One reason for both of them. }]
        """
    )
    monkeypatch.setattr(security_page, "_template", lambda: template)
    page = security_page.page(PAGE)
    assert "| `Role` | `LogIn` | No resource level \\| at all. |" in page
    assert "| `Role` | `A`, `B` | One reason for both of them. |" in page
