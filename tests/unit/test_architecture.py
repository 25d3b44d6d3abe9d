"""The import contracts cover the whole layer."""

import tomllib

from local.processes import ROOT


def test_every_module_of_the_core_is_under_the_import_contract():
    """A module added later is not forgotten: all but the adapters."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    covered = set(contracts[0]["source_modules"])
    package = ROOT / "layers/fraud/python/fraudstream"
    modules = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert covered == {f"fraudstream.{name}" for name in modules - {"__init__", "adapters"}}
