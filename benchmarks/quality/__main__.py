"""`python -m benchmarks.quality`: the whole protocol, into results.json and docs/model-quality.md; or one part anew."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openmp  # noqa: F401 (before xgboost)
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION, SCHEMA_HASH

from benchmarks.quality import book, charts, elimination, folds, gates, lab, page, reasons, search
from benchmarks.quality.dates import FOLDS, SIMULATED_SEEDS, VALIDATION
from benchmarks.quality.places import PAGE, RESULTS, VARIABLE, HandbookMissingError, handbook
from benchmarks.results import circumstances, rounded

Say = Callable[[str], None]
_QUICK_TRIALS = 2


def main(arguments: list[str] | None = None) -> int:
    """Measure; return the exit status: 1 where a figure is not what it has to be, 2 without the data."""
    options = _options(arguments)
    if options.part == "page":
        return _page()
    try:
        data = handbook(options.data)
    except HandbookMissingError as error:
        print(error, file=sys.stderr)
        return 2
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        parts = _parts(data, Path(scratch), say, quick=options.quick)
        chosen = [options.part] if options.part else list(parts)
        found = {}
        for name in chosen:
            say(f"--- {name}")
            found[name] = parts[name]() | _of_what()
    if options.quick:
        print(json.dumps(rounded(found), indent=2))
    else:
        _write(found)
        _page()
        say(f"written: {RESULTS.name} and {PAGE.name}")
    wrong = gates.off_the_book(found["baseline"], book.TOLERANCE) if "baseline" in found else []
    if "folds" in found and not options.quick:
        wrong += gates.failures(found["folds"]["mean"])
    for line in wrong:
        say(f"NOT AS IT HAS TO BE: {line}")
    return 1 if wrong else 0


def _parts(data: Path, scratch: Path, say: Say, *, quick: bool) -> dict[str, Callable[[], dict[str, Any]]]:
    weeks = 1 if quick else len(VALIDATION)

    def real() -> list[lab.Week]:
        return lab.handbook_weeks(data, scratch, say, weeks=weeks)

    def simulated() -> list[lab.Week]:
        return lab.simulated_weeks(scratch, say, seeds=SIMULATED_SEEDS[:weeks])

    return {
        "baseline": lambda: book.reproduce(data),
        "book": lambda: {"folds": book.measure_folds(data, FOLDS[:1] if quick else FOLDS)},
        "folds": lambda: folds.measure(data, FOLDS[:1] if quick else FOLDS, scratch, say),
        "search": lambda: search.measure(real(), say, trials=_QUICK_TRIALS if quick else search.TRIALS),
        "reasons": lambda: reasons.measure(real(), say, pairs=reasons.PAIRS[:2] if quick else reasons.PAIRS),
        "elimination": lambda: elimination.measure(real(), simulated(), say, path=not quick),
    }


def _of_what() -> dict[str, Any]:
    """Return when a part was measured and of which features."""
    return {
        "measured": {
            "date": datetime.now(UTC).date().isoformat(),
            "features": len(FEATURE_NAMES),
            "features_version": FEATURES_VERSION,
            "schema_hash": SCHEMA_HASH,
        }
    }


def _write(found: dict[str, Any]) -> None:
    """Write what was measured over what was there of the same parts; to four digits, as nobody measured more."""
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(rounded(before | circumstances() | found), indent=1) + "\n")


def _page() -> int:
    page.write()
    charts.write()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    names = list(_parts(Path(), Path(), print, quick=True))
    parser.add_argument(
        "part",
        nargs="?",
        choices=[*names, "page"],
        help="one part alone, in the place of its last figures; `page` writes the page anew from results.json",
    )
    parser.add_argument("--data", type=Path, help=f"the Handbook's transactions; {VARIABLE} names them if absent")
    parser.add_argument("--quick", action="store_true", help="one fold, few trials, printed and not written")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
