"""The image that trains and serves is named in one place, and everything else agrees with it."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "requirements" / "container.in"
TRAINING = ROOT / "training"
ELSEWHERE = ("spark", "tune.py")  # what Glue runs, and what a laptop alone does: they have environments of their own
TAG = re.compile(r"/sagemaker-xgboost:([0-9][0-9A-Za-z.-]*)")


def pinned(name: str) -> dict[str, str]:
    """The exact versions that a requirements file names, by package."""
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z][a-z0-9-]*)==([^\s;]+)", text, re.MULTILINE))


def stated(what: str) -> str:
    """What the head of the place says of the image."""
    found = re.search(rf"^#   {what}: (\S+)$", PLACE.read_text(), re.MULTILINE)
    assert found, f"{PLACE.name} does not say the {what}"
    return found[1]


def test_the_template_takes_the_pinned_image() -> None:
    """Every tag in the template is the pinned one, so that jobs and endpoint run on one image."""
    tags = TAG.findall((ROOT / "template.yaml").read_text())
    assert tags
    assert {f"sagemaker-xgboost:{tag}" for tag in tags} == {stated("image")}


def test_the_images_xgboost_is_that_of_its_tag() -> None:
    """A tag is XGBoost's minor version and a number of SageMaker's own."""
    minor = stated("image").partition(":")[2].partition("-")[0]
    assert {version.rpartition(".")[0] for name, version in pinned("container.in").items() if "xgboost" in name} == {
        minor
    }


def test_what_is_installed_is_what_is_pinned() -> None:
    """The hashed file has every version of the place, to the letter."""
    assert pinned("container.in").items() <= pinned("container.txt").items()


@pytest.mark.parametrize("package", ["xgboost", "xgboost-cpu", "pandas", "pyarrow", "scipy"])
def test_developers_run_training_on_the_images_versions(package: str) -> None:
    """What passes in the tests is what runs in the container; numpy alone is that of the functions."""
    assert pinned("dev.txt")[package] == pinned("container.in")[package]
    assert pinned("dev.txt")["numpy"] == pinned("functions.txt")["numpy"]


def imported_by(path: Path) -> set[str]:
    """The top-level modules that a script imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_job_scripts_import_nothing_that_the_image_lacks() -> None:
    """No third-party module but those of the place, in anything of `training/` that a job may run."""
    scripts = [path for path in TRAINING.rglob("*.py") if path.relative_to(TRAINING).parts[0] not in ELSEWHERE]
    own = {path.stem for path in TRAINING.iterdir()} | {path.stem for path in scripts}
    named = {"scikit-learn": "sklearn", "xgboost-cpu": "xgboost"}
    allowed = {named.get(package, package) for package in pinned("container.in")}
    allowed |= own | sys.stdlib_module_names | {"fraudstream"}
    strangers = {(str(path.relative_to(ROOT)), module) for path in scripts for module in imported_by(path) - allowed}
    assert len(scripts) > 10
    assert not strangers
