"""The import contracts cover the whole layer."""

import tomllib
from collections import Counter

from local.processes import ROOT


def test_every_module_of_the_core_is_under_the_import_contract():
    """A module added later is not forgotten: all but the adapters."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    covered = set(contracts[0]["source_modules"])
    package = ROOT / "layers/fraud/python/fraudstream"
    modules = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert covered == {f"fraudstream.{name}" for name in modules - {"__init__", "adapters"}}


def test_no_two_files_of_tests_have_one_name():
    """`pytest tests` imports them by name: the second would be taken for the first."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
