"""Leaving out of a layer what no function ever reads."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

# Every service a function talks to, by botocore's name. A client of another raises UnknownServiceError on its first
# use, so a test compares this list with the clients the code makes.
SERVICES = frozenset(
    {
        "cloudfront",
        "cloudwatch",
        "dynamodb",
        "kinesis",
        "lambda",
        "s3",
        "sagemaker",
        "sagemaker-runtime",
        "sns",
        "sqs",
        "ssm",
        "stepfunctions",
        "sts",
    }
)

_UNREAD_DIRECTORIES = (
    "bin",
    "boto3/examples",
    "numpy/_core/include",
    "numpy/_pyinstaller",
    "numpy/f2py",
    "numpy/random/lib",
    "pyarrow/include",
    "pyarrow/includes",
    "pyarrow/src",
)
# zstandard carries a second build of itself for interpreters other than CPython.
_UNREAD_FILES = ("*.pyi", "*.pxd", "*.pxi", "*.pyx", "*.a", "*.h", "*.c", "zstandard/_cffi*")
# Of Arrow what speaks to other machines or reads other formats: there are Parquet files on the function's own disk.
# libarrow_substrait stays, every module is linked with it. Of three copies of a library one is loaded by name.
_UNREAD_ARROW = (
    "libarrow_flight*", "libarrow_python_flight*", "_flight.*",
    "_azurefs.*", "_gcsfs.*", "_hdfs.*", "_s3fs.*",
    "_cuda.*", "_dataset_orc.*", "_feather.*", "_orc.*", "_substrait.*", "_pyarrow_cpp_tests.*",
    "libarrow_python*.so", "libarrow_python*.so.*.0.0",
)  # fmt: skip
# Of a distribution's metadata: its version, its entry points, and its licence, which travels with the code.
_KEPT_METADATA = ("METADATA", "entry_points.txt", "licenses", "LICENSE", "LICENSES", "NOTICE", "AUTHORS", "COPYING")


def prune(packages: Path) -> None:
    """Remove tests, headers, stubs, other services' models, documentation and installation records from packages."""
    for directory in _UNREAD_DIRECTORIES:
        shutil.rmtree(packages / directory, ignore_errors=True)
    for directory in [*packages.rglob("tests"), *packages.rglob("__pycache__")]:
        shutil.rmtree(directory, ignore_errors=True)
    for pattern in _UNREAD_FILES:
        for path in packages.rglob(pattern):
            path.unlink()
    for pattern in _UNREAD_ARROW:
        for path in (packages / "pyarrow").glob(pattern):
            path.unlink()
    _prune_models(packages / "botocore" / "data")
    _prune_models(packages / "boto3" / "data")
    for metadata in packages.glob("*.dist-info"):
        for path in metadata.iterdir():
            if not path.name.startswith(_KEPT_METADATA):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _prune_models(data: Path) -> None:
    """Keep the models of our services, and the files about endpoints and retries that all of them share."""
    for path in data.glob("*"):
        if path.is_dir() and path.name not in SERVICES:
            shutil.rmtree(path)
    for model in data.rglob("service-2.json.gz"):
        wordless = json.dumps(_without_documentation(json.loads(gzip.decompress(model.read_bytes()))))
        model.write_bytes(gzip.compress(wordless.encode(), mtime=0))


def _without_documentation(value: Any, is_prose: bool = False) -> Any:  # noqa: FBT001, FBT002 - of its own recursion
    """Empty what a model tells its readers, most of what a cold start would unpack; botocore wants the key."""
    if isinstance(value, dict):
        return {name: _without_documentation(inner, name == "documentation") for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_documentation(inner) for inner in value]
    return "" if is_prose and isinstance(value, str) else value
