"""Where each mapping stands in each shard, kept on disk so that a restart goes on."""

import json
import shutil
import threading
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Everything up to and with `sequence_number` is resolved; `finished` once a closed shard is done with."""

    sequence_number: str | None = None
    finished: bool = False


class CheckpointStore:
    """One small file per mapping and shard, replaced whole, never half written.

    Parameters
    ----------
    directory : Path
        Made if it does not exist.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def mapping_uuids(self) -> list[str]:
        """Return the mappings that have checkpoints."""
        return sorted(path.name for path in self._directory.iterdir() if path.is_dir())

    def started_at_seconds(self, uuid: str, now: float) -> float:
        """Return when the mapping was first seen: that is what LATEST means for it, ever after."""
        path = self._directory / uuid / "mapping.json"
        if not path.exists():
            _replace(path, {"started_at_seconds": now})
        return float(json.loads(path.read_text())["started_at_seconds"])

    def load(self, uuid: str, shard_id: str) -> Checkpoint:
        """Return the shard's checkpoint; an empty one if nothing was resolved yet."""
        path = self._path(uuid, shard_id)
        return Checkpoint(**json.loads(path.read_text())) if path.exists() else Checkpoint()

    def save(self, uuid: str, shard_id: str, checkpoint: Checkpoint) -> None:
        """Keep the shard's checkpoint. A process killed right after finds it again."""
        _replace(self._path(uuid, shard_id), asdict(checkpoint))

    def finished_shards(self, uuid: str) -> set[str]:
        """Return the shards of the mapping that were read to their end."""
        names = [path.stem for path in (self._directory / uuid).glob("shardId-*.json")]
        return {name for name in names if self.load(uuid, name).finished}

    def forget(self, uuid: str) -> None:
        """Drop everything about a deleted mapping, as Lambda does."""
        shutil.rmtree(self._directory / uuid, ignore_errors=True)

    def _path(self, uuid: str, shard_id: str) -> Path:
        return self._directory / uuid / f"{shard_id}.json"


def _replace(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{threading.get_ident()}")
    temporary.write_text(json.dumps(content))
    temporary.replace(path)
