"""The scenarios' charts: pictures that stand alone, and say in words what they show."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from local.proofs import Proof
from local.scenarios.axes import seconds, stacked, upwards
from local.scenarios.figure import Figure, Mark, pin_rows
from local.scenarios.panel import Panel, Span, bands, ranges

from html_report.svg import Axis  # isort: skip

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = Path(__file__).parents[2] / "docs/pictures"
PROOFS = (
    Proof(claim="a < b & c", holds=True, cases=3, found="3 of 3"),
    Proof(claim="it ended", holds=False, cases=1, found="it did not"),
)


def figure(**more: object) -> Figure:
    """Return a chart with one panel of each kind."""
    x = seconds(60)
    counts = {"endpoint": [5] * 60, "rules": [0] * 30 + [4] * 30}
    rates = stacked("Decisions", x, counts, {"endpoint": ("a", "by the model"), "rules": ("b", "by rules")})
    lag = Panel(title="Age", x=x, y=upwards(20)).line([(0, 1), (60, 15)], "c", "oldest").dot(10, 3, "c", "three")
    states = bands("Alarms", x, [("Lag", [Span(start=20, end=40, kind="bad", note="ALARM")])])
    interval = ranges("Difference", Axis(label="", low=-1, high=1, shown=str), [("precision", -0.5, 0.1, 0.4, "b")])
    given = {
        "title": "Chart <1>",
        "about": "What it shows.",
        "x": x,
        "panels": [rates, lag, states, interval],
        "marks": [Mark(at=20.0, text="it fails"), Mark(at=20.2, text="it rings")],
        "facts": [("sent", "1,000 records")],
        "proofs": PROOFS,
    }
    return Figure(**(given | more))


def parsed(document: str) -> ElementTree.Element:
    """Read a picture of ours."""
    return ElementTree.fromstring(document)  # noqa: S314 - nobody else wrote it


def texts(root: ElementTree.Element) -> str:
    """Return all that is written in a picture."""
    return " ".join(root.itertext())


def of_role(root: ElementTree.Element, role: str) -> list[ElementTree.Element]:
    """Return the elements that have a role for who has the picture read out."""
    return [element for element in root.iter() if element.get("role") == role]


def assert_stands_alone(document: str) -> None:
    """A picture is well-formed and has no script, style sheet, font or address elsewhere."""
    root = parsed(document)
    assert root.tag == f"{SVG}svg"
    assert not {element.tag for element in root.iter()} & {f"{SVG}script", f"{SVG}image", f"{SVG}foreignObject"}
    for element in root.iter():
        assert not any(name.endswith("href") or name.startswith("on") for name in element.attrib)
    assert document.count("http") == document.count('xmlns="http://www.w3.org/2000/svg"') == 1
    assert "url(" not in document
    assert "@import" not in document


def test_a_chart_is_well_formed_and_refers_to_nothing_outside() -> None:
    """Whatever it is opened with, it shows the same."""
    assert_stands_alone(figure().render())


def test_a_chart_says_its_figures_and_its_expectations_in_tables() -> None:
    """Who cannot see it is read a table of figures, and one of what was expected and seen."""
    root = parsed(figure().render())
    tables = of_role(root, "table")
    assert [table.get("aria-label") for table in tables] == ["In figures", "Expected, and seen"]
    assert [len(of_role(table, "row")) for table in tables] == [1, 2]
    said = texts(tables[1])
    assert "holds" in said
    assert "FAILS" in said
    assert "a < b & c" in said
    assert "sent: 1,000 records" in root.find(f"{SVG}desc").text


def test_a_chart_has_a_pin_and_a_line_in_words_for_each_event() -> None:
    """Events at the same moment are numbered one above the other, and explained below."""
    root = parsed(figure().render())
    said = texts(root)
    assert said.count("it fails") == 2
    assert said.count("it rings") == 2


def test_a_chart_is_readable_in_light_and_dark() -> None:
    """Every colour class has one for who reads in the dark."""
    style = parsed(figure().render()).find(f"{SVG}style").text
    light, _, dark = style.partition("@media(prefers-color-scheme:dark)")
    for kind in ("fill-a", "fill-b", "fill-c", "fill-soft", "fill-pale", "fill-bad", "line-a", "ink", "paper"):
        assert kind in light
        assert kind in dark


def test_pins_of_one_row_never_overlap() -> None:
    """What is too near the pin before it goes a row down."""
    assert pin_rows([10.0, 20.0, 25.0, 100.0, 101.0]) == [0, 1, 2, 0, 1]


def test_a_chart_without_events_or_figures_is_still_one() -> None:
    """Nothing to say leaves nothing half said."""
    assert_stands_alone(figure(marks=(), facts=(), proofs=(), panels=[]).render())


@pytest.mark.parametrize("path", sorted(PICTURES.glob("scenario-*.svg")), ids=lambda path: path.stem)
def test_the_pictures_in_the_documentation_stand_alone_and_show_stories_that_happened(path: Path) -> None:
    """They were made by this code, from runs in which every expectation held."""
    document = path.read_text(encoding="utf-8")
    assert_stands_alone(document)
    said = texts(parsed(document))
    assert "holds" in said
    assert "FAILS" not in said
