"""DataProcessing of a batch transform on CSV: which columns the model sees, and what is written beside its answer.

A filter is what AWS documents for CSV: ``$``, ``$[2]``, ``$[0,-1]`` and ``$[1:]``. A slice with an end is refused:
AWS's guide counts the end in, JSONPath does not. Values go through as the text they were, never as numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from local.sagemaker.errors import JobFailedError, invalid, not_done

_INDEXES = re.compile(r"\$\[(-?\d+(?:,-?\d+)*)\]")
_REST = re.compile(r"\$\[(\d+):\]")
Columns = list[str]
Filter = Callable[[Columns], Columns]


def column_filter(path: str) -> Filter:
    """Return what keeps the columns that a JSONPath names, in the order in which it names them."""
    spaceless = path.replace(" ", "") or "$"
    if spaceless == "$":
        return lambda columns: columns
    if found := _INDEXES.fullmatch(spaceless):
        indexes = [int(index) for index in found[1].split(",")]
        return lambda columns: [columns[index] for index in indexes]
    if found := _REST.fullmatch(spaceless):
        start = int(found[1])
        return lambda columns: columns[start:]
    raise not_done(f"The filter {path!r}")


def check(params: dict[str, Any]) -> None:
    """Refuse what AWS refuses or this does not do: CSV goes in and comes out, split and assembled by lines."""
    processing, given, wanted = params["DataProcessing"], params["TransformInput"], params["TransformOutput"]
    types = {text.partition(";")[0] for text in (given.get("ContentType", ""), wanted.get("Accept", ""))}
    if types != {"text/csv"}:
        raise not_done("DataProcessing unless both ContentType and Accept are text/csv")
    if given.get("SplitType", "None") != "Line" or wanted.get("AssembleWith", "None") != "Line":
        raise invalid("DataProcessing of text/csv needs SplitType Line and AssembleWith Line.")
    for name in ("InputFilter", "OutputFilter"):
        column_filter(processing.get(name, "$"))


class DataProcessing:
    """The three steps for one job: filter the input, join the answer to it, filter the output."""

    def __init__(self, processing: dict[str, Any]) -> None:
        self._input = column_filter(processing.get("InputFilter", "$"))
        self._output = column_filter(processing.get("OutputFilter", "$"))
        self._joins = processing.get("JoinSource", "None") == "Input"

    def request(self, lines: bytes) -> bytes:
        """Return what the model is asked for lines of input."""
        return _written([self._filtered(self._input, row) for row in _rows(lines)])

    def answer(self, lines: bytes, answer: bytes) -> bytes:
        """Return what is written for lines of input and the model's answer to them."""
        rows = _rows(answer)
        if self._joins:
            given = _rows(lines)
            if len(given) != len(rows):
                raise JobFailedError(
                    f"ClientError: the answer has {len(rows)} records for {len(given)} of the input: cannot be joined"
                )
            rows = [before + after for before, after in zip(given, rows, strict=True)]
        return _written([self._filtered(self._output, row) for row in rows])

    @staticmethod
    def _filtered(kept: Filter, row: Columns) -> Columns:
        try:
            return kept(row)
        except IndexError as error:
            raise JobFailedError(f"ClientError: a filter names a column that a row of {len(row)} lacks") from error


def _rows(lines: bytes) -> list[Columns]:
    return [row for row in csv.reader(io.StringIO(lines.decode(), newline="")) if row]


def _written(rows: list[Columns]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()
