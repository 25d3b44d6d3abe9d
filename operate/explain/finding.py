"""Which artefact made a decision: by the model version that the decision names."""

import hashlib
from collections.abc import Iterator

from botocore.exceptions import ClientError

from operate.explain.artefact import Artefact, load_archive
from operate.explain.errors import ExplainError
from operate.objects import read_object
from operate.registry import champion, packages
from operate.target import Target

DIGEST = "artefact_sha256"
"""Where the state machine notes the artefact's digest, among a package's properties."""


def find_artefact(target: Target, model_version: str) -> Artefact:
    """Return the artefact of a version: the champion's, or the one the registry has under that version.

    What is registered with a digest must have it still: the program inside is about to run.

    Raises
    ------
    ExplainError
        If no version is registered so, its artefact is gone, or is not what was registered.
    """
    seen = 0
    for version, url, digest in _known(target):
        seen += 1
        if version == model_version:
            return _fetch(target, url, digest)
    raise ExplainError(
        f"no model {model_version} in the registry of {target.name} ({seen} looked at): if its package was deleted, "
        f"its artefact may still be in s3://{target.outputs['ModelsBucketName']}/models/; "
        "fetch that model.tar.gz and give --model"
    )


def _known(target: Target) -> Iterator[tuple[str, str, str]]:
    """Yield version, artefact and digest: the registry's, and then the champion's, in case its package is gone."""
    for package in packages(target):
        yield package.model_version, package.model_data_url, package.properties.get(DIGEST, "")
    current = champion(target)
    if current.model_data_url:
        yield current.model_version, current.model_data_url, ""


def _fetch(target: Target, url: str, digest: str) -> Artefact:
    try:
        content = read_object(target.client("s3"), url)
    except ClientError as error:
        raise ExplainError(f"the artefact {url} cannot be read: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if digest and found != digest:
        raise ExplainError(f"the artefact {url} is not what was registered: its SHA-256 is {found}, not {digest}")
    return load_archive(content, url)
