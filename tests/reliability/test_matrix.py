"""The table of what holds is the one the tests made, and every row of it is shown by some test."""

import ast
import json
import tomllib
from pathlib import Path

from docs.reliability_page import MATRIX, RESULTS, reliability_page

ROOT = Path(__file__).parents[2]
MATRIX_ROWS = tomllib.loads(MATRIX.read_text())


def marked_tests() -> dict[str, dict[str, list[int]]]:
    """Return the rows that each marked test names, as its source says."""
    found: dict[str, dict[str, list[int]]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        module = ast.parse(path.read_text())
        constants = {
            target.id: node.value
            for node in module.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and (rows := _rows(node, constants)):
                found[f"{path.relative_to(ROOT)}::{node.name}"] = rows
    return found


def _rows(function: ast.FunctionDef, constants: dict[str, ast.expr]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "proves":
            for keyword in mark.keywords:
                value = constants[keyword.value.id] if isinstance(keyword.value, ast.Name) else keyword.value
                rows[keyword.arg] = sorted({*rows.get(keyword.arg, []), *ast.literal_eval(value)})
    return rows


def test_every_fault_and_every_invariant_is_shown_by_a_test():
    """A row nobody tests is a wish."""
    for kind in ("faults", "invariants"):
        shown = {row for rows in marked_tests().values() for row in rows.get(kind, [])}
        assert {int(number) for number in MATRIX_ROWS[kind]} == shown


def test_the_last_run_ran_exactly_the_tests_there_are_and_none_failed():
    """A test added or renamed since asks for `make reliability`."""
    recorded = json.loads(RESULTS.read_text())["tests"]
    assert {
        name: {kind: rows for kind in ("faults", "invariants") if (rows := test[kind])}
        for name, test in recorded.items()
    } == marked_tests()
    assert [name for name, test in recorded.items() if test["outcome"] == "failed"] == []


def test_the_page_is_what_the_results_generate():
    """Nobody edits figures by hand."""
    assert (ROOT / "docs" / "reliability.md").read_text() == reliability_page()
