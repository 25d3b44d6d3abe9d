"""Reports are whole by themselves, escape what they are given, and say the verdict first."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from html_report.evaluation import render
from html_report.html import page, table, tag, text
from html_report.svg import Axis, Plot, bars, round_step

from tests.unit.test_training_evaluate import evaluate, root

__all__ = ["root"]
VOID = {"meta"}


class Outline(HTMLParser):
    """Whether every element is closed, and which there are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(name)
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name


@pytest.fixture(scope="module")
def written(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("report")
    assert evaluate(root, output, "strong", "weak") == 0
    return output


def outline(html: str) -> Outline:
    parsed = Outline()
    parsed.feed(html)
    assert not parsed.open
    return parsed


def test_a_report_asks_nothing_of_anybody(written: Path) -> None:
    """No script, no request: it reads the same in ten years, from a bucket or a mail."""
    html = (written / "report.html").read_text()
    assert not re.search(r"<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:", html)


def test_a_report_is_well_formed_and_its_charts_have_titles(written: Path) -> None:
    """Each chart says in words what it shows, for those who do not see it."""
    html = (written / "report.html").read_text()
    seen = outline(html).seen
    charts = re.findall(r"<svg .*?</svg>", html, re.DOTALL)
    assert seen.count("svg") == len(charts) == 6
    assert all("<title>" in chart and "<desc>" in chart and 'role="img"' in chart for chart in charts)
    assert not re.search(r"\b(nan|inf|None)\b", "".join(charts))


def test_the_verdict_stands_before_every_figure(written: Path) -> None:
    """In plain words, with the reason that evaluation.json gives."""
    html = (written / "report.html").read_text()
    told = json.loads((written / "evaluation.json").read_text())
    reason = str(text(told["reason"]))
    assert html.index("takes the champion") < html.index(reason[1:]) < html.index("<svg")
    assert f"{told['challenger']['all_rows']['average_precision']:.3f}" in html


def test_what_is_not_markup_is_escaped_wherever_it_stands(written: Path) -> None:
    """A model's name and a reason come from elsewhere."""
    told = json.loads((written / "evaluation.json").read_text())
    evil = "</title><script>alert('&\"')</script>"
    told["model_version"] = told["reason"] = told["champion"]["model_version"] = told["schema_hash"] = evil
    told["segments"][0]["segment"] = told["explanation"]["features"][0]["typical"] = evil
    told["explanation"]["features"][0]["feature"] = told["drift"]["model_version"] = evil
    html = render(told)
    assert "<script" not in html
    outline(html)


def test_a_report_without_champion_drift_or_measure_still_reads(written: Path) -> None:
    """A first model has nobody beside it; invalid scores have no figures at all."""
    told = json.loads((written / "evaluation.json").read_text())
    first = told | {"champion": None, "difference": None, "guards": [], "drift": None}
    first["curves"] = {"challenger": told["curves"]["challenger"]}
    assert "Against the champion" not in render(first)
    invalid = {"model_version": "m", "thresholds": told["thresholds"]}
    nothing = first | {"challenger": invalid, "curves": {}, "explanation": None, "segments": [], "promote": False}
    assert "It is not fit to decide" in render(nothing)
    outline(render(nothing))


def test_markup_is_kept_and_text_is_not_trusted() -> None:
    """Attributes are escaped as well."""
    assert tag("p", tag("b", "<"), "&", title='"') == '<p title="&quot;"><b>&lt;</b>&amp;</p>'
    assert "<table>" in table(("a", "b"), [("x", 1)], caption="c")
    assert page("<", tag("p", "x")).startswith("<!DOCTYPE html>")


def test_ticks_are_round_and_within_the_axis() -> None:
    """Also on an axis of powers of ten, and on one without length."""
    axis = Axis(label="", low=0, high=0.37, shown=str)
    assert axis.ticks() == pytest.approx([0, 0.1, 0.2, 0.3])
    assert Axis(label="", low=1e-3, high=1, shown=str, log=True).ticks() == pytest.approx([1e-3, 1e-2, 1e-1, 1])
    assert Axis(label="", low=2, high=2, shown=str).place(2) == 0
    assert [round_step(rough) for rough in (0.03, 3, 7, 0)] == pytest.approx([0.05, 5, 10, 1])


def test_points_beyond_an_axis_are_drawn_at_its_end() -> None:
    """A chart never leaves its frame."""
    unit = Axis(label="", low=0, high=1, shown=str)
    chart = Plot("t", "d", unit, unit).line([(-1, -1), (2, 2)], "ours").dot((5, 5), "dot", "far").render()
    path = re.search(r'd="(M[^"]+)" class="ours"', chart)
    assert path is not None
    assert [float(number) for number in re.findall(r"[\d.]+", path[1])] == [52, 220, 380, 10]
    assert "<rect" in bars("t", "d", [("nothing", 0.0, "0", "bar")])
