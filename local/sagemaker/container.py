"""What a job finds around it: its own /opt/ml, its environment, its inputs and outputs in S3."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from local.sagemaker.errors import JobFailedError
from local.sagemaker.settings import Settings
from local.sagemaker.stack import Stack, parse_uri

# /opt/ml as a whole path component, anywhere in an argument: also after "=" or ":".
_OPT_ML = re.compile(r"(?<![\w./-])/opt/ml(?![\w.-])")
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Container:
    """A directory that stands for ``/opt/ml`` of one container.

    A job of the embedded stack has no file system of its own, so whatever names ``/opt/ml`` on its way
    into the job (arguments, entry point, environment) is rewritten to this directory.
    """

    def __init__(self, settings: Settings, root: Path) -> None:
        self._settings = settings
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def inside(self, text: str) -> str:
        """Return the text with ``/opt/ml`` as this container knows it."""
        return _OPT_ML.sub(lambda _: str(self.root), text)

    def directory(self, path: str) -> Path:
        """Return a directory below ``/opt/ml``, made if it is not there."""
        parts = PurePosixPath(path).parts
        if parts[:3] != ("/", "opt", "ml") or ".." in parts:
            raise JobFailedError(f"ClientError: {path} must be below /opt/ml")
        found = self.root.joinpath(*parts[3:])
        found.mkdir(parents=True, exist_ok=True)
        return found

    def command(self, entry_point: list[str], arguments: list[str]) -> list[str]:
        """Return the command line, with the image's Python replaced by ours."""
        words = [self.inside(word) for word in (*entry_point, *arguments)]
        if re.fullmatch(r"python(3(\.\d+)?)?", Path(words[0]).name):
            words[0] = self._settings.job_python
        return words

    def environment(self, extra: Mapping[str, str], *, isolated: bool = False) -> dict[str, str]:
        """Return the environment: what every process needs, and the way to AWS unless the network is isolated."""
        kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        own = {
            "PATH": f"{Path(self._settings.job_python).parent}:{kept.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
        }
        to_aws = {
            "AWS_REGION": self._settings.region,
            "AWS_DEFAULT_REGION": self._settings.region,
            "AWS_ENDPOINT_URL": self._settings.endpoint_url,
            "AWS_ACCESS_KEY_ID": "sagemaker",  # so that its calls can be told from others'
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        own |= {} if isolated else to_aws
        return kept | own | {name: self.inside(value) for name, value in extra.items()}

    def remove(self) -> None:
        """Remove the directory: what a job leaves in its container is gone with it."""
        shutil.rmtree(self.root, ignore_errors=True)


def download_prefix(stack: Stack, uri: str, directory: Path) -> list[Path]:
    """Download an object, or all objects under a prefix, below ``directory``.

    As on AWS a prefix without a single object ends the job; a "folder" object counts, and is no file.
    """
    bucket, prefix = parse_uri(uri)
    keys = list(stack.keys(bucket, prefix))
    if prefix in keys and not prefix.endswith("/"):
        keys = [prefix]
        base = prefix.rpartition("/")[0]
    else:
        base = prefix if prefix.endswith("/") or not prefix else prefix + "/"
        if not all(key.startswith(base) for key in keys):
            base = prefix.rpartition("/")[0]  # a prefix that ends within a name
    if not keys:
        raise JobFailedError(
            f'ClientError: Data download failed:No S3 objects found under S3 URL "{uri}" given in input data '
            f"source. Please ensure that the bucket exists in the selected region, that objects exist under that "
            f"S3 prefix, and that the role has s3:ListBucket permissions on the bucket."
        )
    downloaded = []
    for key in keys:
        path = directory / key[len(base) :].lstrip("/")
        if not key.endswith("/"):
            stack.download(bucket, key, path)
            downloaded.append(path)
    return downloaded


def upload_directory(stack: Stack, directory: Path, uri: str, kms_key: str | None = None) -> None:
    """Upload every file below ``directory`` under a prefix."""
    bucket, prefix = parse_uri(uri)
    base = f"{prefix.rstrip('/')}/" if prefix else ""
    for path in sorted(p for p in directory.rglob("*") if p.is_file()):
        stack.upload(path, bucket, base + path.relative_to(directory).as_posix(), kms_key)


def pack(directory: Path, archive: Path) -> None:
    """Write ``directory`` as a tar.gz; the same files give the same bytes, so that digests can be compared."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime = entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path in sorted(directory.rglob("*")):
            tar.add(path, arcname=path.relative_to(directory).as_posix(), recursive=False, filter=plain)


def unpack(archive: Path, directory: Path) -> None:
    """Unpack a tar.gz, refusing members that would land outside ``directory``."""
    directory.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(directory, filter="data")
        else:  # Python 3.11 before 3.11.4
            root = directory.resolve()
            if not all((root / member.name).resolve().is_relative_to(root) for member in tar.getmembers()):
                raise tarfile.TarError("a member would land outside the directory")
            tar.extractall(directory)  # noqa: S202
