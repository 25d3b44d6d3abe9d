"""What every job shares: progress lines, failures with a name, and where the platform looks for both."""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROCESSING = Path("/opt/ml/processing")
"""Where a processing job finds its inputs and leaves its outputs."""

FAILURE_LENGTH = 1_000
"""SageMaker shows the first 1,024 characters of a failure."""


class JobError(Exception):
    """A job cannot go on, for a reason that has a name: its class, without `Error`, is the failure's first word."""


def input_dir(name: str) -> Path:
    """Return the default directory of a processing input."""
    return PROCESSING / "input" / name


def output_dir(name: str) -> Path:
    """Return the default directory of a processing output."""
    return PROCESSING / "output" / name


def progress(step: str, **facts: Any) -> None:
    """Print one line about a step: its name and facts as `key=value`, flushed, for people and log filters."""
    shown = " ".join(f"{name}={_shown(value)}" for name, value in facts.items())
    print(f"{step} {shown}".rstrip(), flush=True)


def run(job: Callable[[Sequence[str] | None], None], argv: Sequence[str] | None, failure_file: Path | None) -> int:
    """Run a job and return its exit code: 0, or 1 with the failure's name and reason on stderr and in a file.

    Only failures with a name are turned into one line. Anything else is a fault of ours and keeps its traceback.

    Parameters
    ----------
    failure_file
        Where the platform reads why a job failed; None when run by hand.
    """
    started = time.monotonic()
    try:
        job(argv)
    except JobError as error:
        name = type(error).__name__.removesuffix("Error")
        failure = f"{name}: {error}"
        print(failure, file=sys.stderr, flush=True)
        if failure_file is not None and failure_file.parent.is_dir():
            failure_file.write_text(failure[:FAILURE_LENGTH], encoding="utf-8")
        return 1
    progress("done", seconds=round(time.monotonic() - started, 1))
    return 0


def processing_failure_file(script: str) -> Path | None:
    """Return where a processing job leaves its failure: `output/message` beside `processing`, wherever that lies.

    A script that runs outside of a job's directories has none.
    """
    path = Path(script).resolve()
    if path.parts[-4:-1] != ("processing", "input", "code"):
        return None
    message = path.parents[3] / "output" / "message"
    message.parent.mkdir(parents=True, exist_ok=True)
    return message


def training_failure_file() -> Path | None:
    """Return where a training job leaves its failure, from the directories the container names; None by hand."""
    output = os.environ.get("SM_OUTPUT_DIR")
    if output is None and (data := os.environ.get("SM_OUTPUT_DATA_DIR")):
        output = str(Path(data).parent)
    return Path(output) / "failure" if output else None


def write_json(path: Path, document: Any) -> None:
    """Write a document for people and programs: indented, keys as given, never NaN (which is not JSON)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def iso(milliseconds: int) -> str:
    """Return epoch milliseconds as RFC 3339, UTC, to the millisecond."""
    moment = datetime.fromtimestamp(milliseconds // 1000, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def milliseconds(moment: str) -> int:
    """Return an RFC 3339 time or date, UTC where it does not say, as epoch milliseconds."""
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    whole = parsed.replace(microsecond=0)
    return int(whole.timestamp()) * 1000 + parsed.microsecond // 1000


def _shown(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return json.dumps(text) if " " in text else text
