"""`python -m benchmarks.false_alarms`: the figures of docs/watching.md, a few minutes on one core."""

import argparse

from benchmarks.false_alarms import days, hours


def main() -> int:
    """Print both tables as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.false_alarms", description=__doc__)
    parser.add_argument("--worlds", type=int, default=3, help="simulated worlds for drift (3)")
    parser.add_argument("--hours", type=int, default=2_000, help="hours judged of each kind (2,000)")
    options = parser.parse_args()
    print(days.table(options.worlds))
    print()
    print(hours.table(options.hours))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
