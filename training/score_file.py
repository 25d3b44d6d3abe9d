"""Processing job and command: the transactions of files get the features that the stream would have served them.

Each row sees what happened strictly before it: the history (`--archive`, `--raw`: what was archived and uploaded), and
the other rows of the files. A transaction that is in the history too is scored once, as the file has it.

Without a model `rows.csv` is written for Batch Transform: `transaction_id,<features>`, no header, floats to the bit,
nan for what is missing. With `--model` each file is scored here, and `<name>.scores.csv` stands beside it:
`transaction_id,fraud_score,decision`, by the thresholds that the model was shipped with. Both ways give the same bits.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from files import is_data_file
from fraudstream.features import SCHEMA_HASH
from fraudstream.offline import compute_features
from history import NoTransactionsError, read_history
from jobs import JobError, input_dir, output_dir, processing_failure_file, progress, run
from mapping import Mapping, add_options, from_options
from numpy.typing import NDArray
from past import join_past
from raw_data import WITHOUT_TERMINAL, read_raw_file, to_transactions

_UNSAFE = set(',"\r\n')
_ROWS_AT_ONCE = 20_000
_REPORT_SECONDS = 2.0


class NothingToScoreError(JobError):
    """There is no file of transactions where one was to be scored."""


class MissingHistoryError(JobError):
    """The archive or the uploaded history that was named is not there."""


class WrongModelError(JobError):
    """The model has other features than are computed here."""


class UnsafeIdError(JobError):
    """An id cannot travel in a line of Batch Transform's CSV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A file's rows in their order, with their features."""

    path: Path
    transaction_id: NDArray[np.object_]
    features: NDArray[np.float32]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, processing_failure_file(__file__))


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    model = _model(options.model) if options.model else None
    files = _files(options)
    scored = _featured(files, options)
    if model is None:
        _write_rows(options.output / "rows.csv", scored)
        return
    import inference  # noqa: PLC0415 (brings XGBoost, which rows alone do not need)

    for file in scored:
        score = np.concatenate(
            [inference.score(model, part) for part in _portions(file.features)] or [np.empty(0, np.float64)]
        )
        _write_scores(_beside(file.path, options.scores), file, score, review=model.review, block=model.block)


def _featured(files: list[Path], options: argparse.Namespace) -> list[Scored]:
    """Read the files and what was before them; return each file's features."""
    own = options.input / "mapping.json"
    if own.is_file() and not (options.mapping or options.column or options.constant):
        options.mapping = own
    mapping = from_options(options)
    read = [read_raw_file(path, mapping) for path in files]
    for file in read:
        progress("file", name=file.name, rows=file.rows)
        if file.without_terminal:
            progress("warning", text=WITHOUT_TERMINAL.format(file.name))
    history = _history(options)
    progress("history", transactions=0 if history is None else len(history))
    log, rows = join_past([file.frame for file in read], history)
    repeated = sum(len(file.frame) for file in read) - len(np.unique(rows))
    if repeated:
        progress("warning", text=f"{repeated} rows repeat a transaction_id: each is scored as the first that has it")
    features = compute_features(to_transactions(log), workers=os.cpu_count() or 1)
    progress("features", rows=len(rows), features=features.shape[1])
    ends = np.cumsum([len(file.frame) for file in read])[:-1]
    return [
        Scored(path=path, transaction_id=file.frame["transaction_id"].to_numpy(object), features=features[mine])
        for path, file, mine in zip(files, read, np.split(rows, ends), strict=True)
    ]


def _history(options: argparse.Namespace) -> pd.DataFrame | None:
    """Return what happened before; None where there is nothing."""
    for name in ("archive", "raw"):
        directory = getattr(options, name)
        if directory is not None and not directory.is_dir():
            raise MissingHistoryError(f"--{name} {directory} is not a directory")
    mapping = Mapping.load(options.raw_mapping) if options.raw_mapping else None
    archive, raw = options.archive or input_dir("archive"), options.raw or input_dir("raw")
    try:
        return read_history(archive, raw, mapping).frame
    except NoTransactionsError:
        return None


def _model(directory: Path) -> "inference.Model":  # noqa: F821 (imported where a model is used)
    """Load the model of a directory or a model.tar.gz, as the endpoint does."""
    import openmp  # noqa: F401, PLC0415 (before xgboost)
    from bundle import BundleError, find_model, load  # noqa: PLC0415 (bundle brings XGBoost)

    if directory.is_file():
        place = Path(tempfile.mkdtemp(prefix="model-"))
        (place / "model.tar.gz").symlink_to(directory.resolve())
        directory = place
    found = find_model(directory)
    if found is None:
        raise BundleError(f"{directory} holds no model.tar.gz")
    model = load(found)
    if model.schema_hash != SCHEMA_HASH:
        raise WrongModelError(
            f"model {model.version} has features of schema {model.schema_hash}, and {SCHEMA_HASH} is computed here"
        )
    return model


def _files(options: argparse.Namespace) -> list[Path]:
    """Return the files to score, in order of names; a mapping and earlier scores are none."""
    if options.input.is_file():
        return [options.input]
    if not options.input.is_dir():
        raise NothingToScoreError(f"{options.input} is neither a file nor a directory")
    own = {options.mapping, options.input / "mapping.json"}
    files = sorted(
        path
        for path in options.input.rglob("*")
        if path.is_file() and is_data_file(path) and path not in own and not path.name.endswith(".scores.csv")
    )
    if not files:
        raise NothingToScoreError(f"{options.input} holds no CSV, JSON Lines or Parquet file")
    return files


def _write_rows(path: Path, scored: list[Scored]) -> None:
    """Write what Batch Transform reads; ids that its CSV would break on are refused."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done, total = 0, sum(len(file.features) for file in scored)
    reported = time.monotonic()
    with path.open("w", encoding="utf-8", newline="") as out:
        for file in scored:
            for start, part in enumerate(_portions(file.features)):
                ids = file.transaction_id[start * _ROWS_AT_ONCE :][: len(part)].tolist()
                for identifier in ids:
                    if not _UNSAFE.isdisjoint(identifier):
                        raise UnsafeIdError(
                            f"{file.path.name}: transaction_id {identifier!r} has a comma, a quote or a line's end, "
                            "which Batch Transform's CSV cannot carry; score it by hand with --model"
                        )
                rows = part.astype(np.float64).tolist()
                out.writelines(
                    f"{identifier},{','.join(map(repr, row))}\n" for identifier, row in zip(ids, rows, strict=True)
                )
                done += len(part)
                if time.monotonic() - reported >= _REPORT_SECONDS:
                    reported = time.monotonic()
                    progress("writing", done=done, of=total)
    progress("rows", rows=total, output=path)


def _write_scores(path: Path, file: Scored, score: NDArray[np.float64], *, review: float, block: float) -> None:
    """Write a file's scores, exact to the bit, and what is decided by the model's thresholds alone."""
    outcome = np.where(score >= block, "block", np.where(score >= review, "review", "approve"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("transaction_id", "fraud_score", "decision"))
        writer.writerows(zip(file.transaction_id.tolist(), map(repr, score.tolist()), outcome.tolist(), strict=True))
    decided = {name: int((outcome == name).sum()) for name in ("approve", "review", "block")}
    progress("scores", rows=len(score), output=path, **decided)


def _beside(path: Path, directory: Path | None) -> Path:
    name = path.name
    while Path(name).suffix in (".gz", ".zst", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".pq"):
        name = Path(name).stem
    return (directory or path.parent) / f"{name}.scores.csv"


def _portions(features: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [features[start : start + _ROWS_AT_ONCE] for start in range(0, len(features), _ROWS_AT_ONCE)]


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, default=input_dir("input"), help="a file of transactions, or a directory")
    parser.add_argument("--archive", type=Path, help="the past: the archive's objects; a job's own input if absent")
    parser.add_argument("--raw", type=Path, help="the past: uploaded history; a job's own input if absent")
    parser.add_argument("--raw-mapping", type=Path, help="how that is read; mapping.json beside it if absent")
    parser.add_argument("--model", type=Path, help="score here, with this model.tar.gz or model directory")
    parser.add_argument("--output", type=Path, default=output_dir("rows"), help="where rows.csv goes (without --model)")
    parser.add_argument("--scores", type=Path, metavar="DIR", help="where scores go; beside each file if absent")
    add_options(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
