"""Files that lie in S3 or here, through the file systems that Spark has."""

import shutil
from pathlib import Path
from typing import Any

from jobs import JobError
from pyspark.sql import SparkSession


class MissingInputError(JobError):
    """A file that was named is not there."""


class Places:
    """Reads and writes single files wherever Spark can.

    Parameters
    ----------
    work
        A directory of this machine for what is fetched, and what is to be put.
    """

    def __init__(self, spark: SparkSession, work: Path) -> None:
        self._jvm: Any = spark._jvm  # noqa: SLF001 (PySpark has no other way to Hadoop's file systems)
        self._settings = spark._jsc.hadoopConfiguration()  # noqa: SLF001
        self._work = work

    def root(self, uri: str) -> str:
        """Return a place as Spark calls what lies below it."""
        return self._system(uri).makeQualified(self._path(uri)).toString().rstrip("/")

    def exists(self, uri: str) -> bool:
        """Tell whether there is a file, or anything below a prefix."""
        return bool(self._system(uri).exists(self._path(uri)))

    def has(self, uri: str, name: str) -> bool:
        """Tell whether a file lies directly below a place."""
        return self.exists(f"{uri.rstrip('/')}/{name}")

    def fetch(self, uri: str, name: str) -> Path:
        """Return a copy of a file of this machine: the file named, or the one of that name directly below.

        Raises
        ------
        MissingInputError
            If neither is there.
        """
        below = f"{uri.rstrip('/')}/{name}"
        found = below if self.exists(below) else uri
        if not self.exists(found) or self._system(found).getFileStatus(self._path(found)).isDirectory():
            raise MissingInputError(f"{uri} is not there, nor {name} below it")
        target = self.local("input") / name
        self._system(found).copyToLocalFile(False, self._path(found), self._path(target.as_uri()), True)  # noqa: FBT003
        return target

    def local(self, name: str) -> Path:
        """Return a directory of this machine."""
        directory = self._work / name
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def put(self, directory: Path, uri: str) -> None:
        """Copy a directory of this machine to a place, over what was there."""
        root = self.root(uri)
        if root.startswith("file:"):  # Hadoop would leave checksums beside the files
            shutil.copytree(directory, root.removeprefix("file:"), dirs_exist_ok=True)
            return
        system = self._system(uri)
        for path in sorted(each for each in directory.rglob("*") if each.is_file()):
            target = f"{root}/{path.relative_to(directory).as_posix()}"
            system.copyFromLocalFile(False, True, self._path(path.as_uri()), self._path(target))  # noqa: FBT003

    def _path(self, uri: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(uri)

    def _system(self, uri: str) -> Any:
        return self._path(uri).getFileSystem(self._settings)
