"""Draws of a tuning job's hyperparameters, and the columns that a transform's filter keeps."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.sagemaker.data_processing import DataProcessing, column_filter
from local.sagemaker.errors import AwsError, JobFailedError
from local.sagemaker.search import check_ranges, draw


def continuous(low: str, high: str, scaling: str = "Auto") -> dict[str, Any]:
    return {"ContinuousParameterRanges": [{"Name": "x", "MinValue": low, "MaxValue": high, "ScalingType": scaling}]}


def integer(low: str, high: str, scaling: str = "Auto") -> dict[str, Any]:
    return {"IntegerParameterRanges": [{"Name": "x", "MinValue": low, "MaxValue": high, "ScalingType": scaling}]}


@given(st.integers(0, 10_000), st.sampled_from(["Auto", "Linear", "Logarithmic"]))
def test_a_draw_is_within_its_range(seed: int, scaling: str) -> None:
    """Whatever the scaling; a drawn number reads back as the number that it is."""
    assert 0.001 <= float(draw(continuous("0.001", "0.3", scaling), Random(seed))["x"]) <= 0.3
    assert 2 <= int(draw(integer("2", "9", scaling), Random(seed))["x"]) <= 9
    assert 0.5 <= float(draw(continuous("0.5", "0.99", "ReverseLogarithmic"), Random(seed))["x"]) <= 0.99
    assert draw({"CategoricalParameterRanges": [{"Name": "x", "Values": ["a", "b"]}]}, Random(seed))["x"] in "ab"


def test_a_logarithmic_draw_visits_every_decade_alike() -> None:
    """Half of the draws from 0.0001 to 1 are below 0.01; of linear ones about a hundredth is."""
    random = Random(1)
    drawn = [float(draw(continuous("0.0001", "1", "Logarithmic"), random)["x"]) for _ in range(2_000)]
    assert sum(value < 0.01 for value in drawn) == pytest.approx(1_000, abs=100)
    linear = [float(draw(continuous("0.0001", "1"), random)["x"]) for _ in range(2_000)]
    assert sum(value < 0.01 for value in linear) < 50
    assert len({math.floor(-math.log10(value)) for value in drawn}) >= 4


def test_both_ends_of_an_integer_range_are_drawn() -> None:
    """As AWS has it."""
    random = Random(3)
    assert {draw(integer("2", "4"), random)["x"] for _ in range(100)} == {"2", "3", "4"}


@pytest.mark.parametrize(
    ("ranges", "static"),
    [
        ({}, {}),
        (continuous("2", "1"), {}),
        (continuous("0", "1", "Logarithmic"), {}),
        (continuous("0.5", "1", "ReverseLogarithmic"), {}),
        (continuous("0", "1"), {"x": "1"}),
        (continuous("0", "1") | integer("1", "2"), {}),
    ],
)
def test_a_range_that_cannot_be_drawn_from_is_refused(ranges: dict[str, Any], static: dict[str, str]) -> None:
    """Before any job is started."""
    with pytest.raises(AwsError):
        check_ranges(ranges, static)


COLUMNS = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("$", "abcd"),
        ("", "abcd"),
        ("$[1:]", "bcd"),
        ("$[0,-1]", "ad"),
        ("$[ 2 ]", "c"),
        ("$[-2, 0]", "ca"),
        ("$[9:]", ""),
    ],
)
def test_a_filter_keeps_the_columns_it_names(path: str, kept: str) -> None:
    """In the order in which it names them; a negative index counts from the end."""
    assert "".join(column_filter(path)(COLUMNS)) == kept


@pytest.mark.parametrize("path", ["$.id", "$[1:3]", "$[:2]", "$['a']", "[0]", "$[0", "$[*]"])
def test_a_filter_that_is_not_for_csv_is_refused(path: str) -> None:
    """Rather than read in one way here and in another on AWS."""
    with pytest.raises(AwsError, match="is not supported"):
        column_filter(path)


def test_a_column_that_a_row_lacks_fails_the_job() -> None:
    """And is never taken from another place."""
    with pytest.raises(JobFailedError, match="a column that a row of 2 lacks"):
        DataProcessing({"InputFilter": "$[2]"}).request(b"a,b\n")


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters="\r\n\0")), min_size=1, max_size=4))
def test_a_joined_row_keeps_its_text(fields: list[str]) -> None:
    """Commas and quotes in an id survive the way through the job."""
    import csv
    import io

    out = io.StringIO(newline="")
    csv.writer(out).writerow(["id", *fields])
    joined = DataProcessing({"JoinSource": "Input"}).answer(out.getvalue().encode(), b"0.25\n")
    assert next(csv.reader(io.StringIO(joined.decode(), newline=""))) == ["id", *fields, "0.25"]
