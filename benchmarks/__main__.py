"""`python -m benchmarks`: everything, into results.json and docs/performance.md; or one part, to look at."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks import (
    batch_sizes,
    contention,
    hot_path,
    initialisation,
    lengths,
    offline,
    results,
    shards,
)
from benchmarks.contestants import BY_NAME

_OURS_AND_FLOOR = ["fraudstream", "floor"]
Say = Callable[[str], None]


def main(arguments: list[str] | None = None) -> int:
    """Measure; return the exit status."""
    options = _options(arguments)
    if options.part == "page":
        return _page()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {text}", file=sys.stderr, flush=True)

    parts = _parts(options)
    if options.part:
        print(json.dumps(results.rounded(parts[options.part](say)), indent=2))
        return 0
    found = results.circumstances() | {"quick": options.quick}
    for name, measure in parts.items():
        say(f"--- {name}")
        found[name] = measure(say)
    results.write({name: section for name, section in found.items() if section is not None})
    say("written: benchmarks/results.json")
    return _page()


def _parts(options: argparse.Namespace) -> dict[str, Callable[[Say], Any]]:
    quick = options.quick
    rounds = options.rounds or (2 if quick else 5)
    names = options.only or (_OURS_AND_FLOOR if options.part else list(BY_NAME))
    return {
        "hot-path": lambda say: hot_path.measure(names, rounds=rounds, say=say),
        "history-lengths": lambda say: lengths.measure(rounds=rounds, say=say),
        "batch-sizes": lambda say: batch_sizes.measure(share=0.3 if quick else 1, say=say),
        "shards": lambda say: shards.measure(records=1_000 if quick else 4_000, say=say),
        "initialisation": lambda say: initialisation.measure(times=3 if quick else 9, say=say),
        "contention": lambda say: contention.measure(say=say),
        "offline": lambda say: offline.measure(rounds=1 if quick else 3, say=say),
    }


def _page() -> int:
    """Write the page and its charts from results.json."""
    from benchmarks import charts, page  # noqa: PLC0415 - the charts' library takes a second

    page.write()
    charts.write()
    print("written: docs/performance.md and its charts", file=sys.stderr)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "part",
        nargs="?",
        choices=[*_parts(argparse.Namespace(quick=True, rounds=1, only=None, part=None)), "page"],
        help="one part alone, printed and not written; `page` writes the page anew from results.json",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds: to see that it runs, not to publish")
    parser.add_argument("--rounds", type=int, help="of hot-path and history-lengths (default 5)")
    parser.add_argument("--only", nargs="+", choices=list(BY_NAME), help="contestants of hot-path (alone: ours, floor)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
