"""Command line: `python -m simulator transactions.parquet --days 30 --seed 11`."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from simulator.output import FORMATS, as_table, write
from simulator.settings import Settings
from simulator.simulate import simulate


def main(arguments: list[str] | None = None) -> int:
    """Write one simulated file and say what is in it; return the exit status."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.output.suffix not in FORMATS:
        parser.error(f"{chosen.output.name}: the name must end in {', '.join(FORMATS)}")
    try:
        settings = Settings(
            seed=chosen.seed,
            start=chosen.start,
            days=chosen.days,
            cards=chosen.cards,
            terminals=chosen.terminals,
            daily_transactions=chosen.daily_transactions,
            fraud_share=chosen.fraud_share,
        )
    except ValueError as error:
        parser.error(str(error))
    simulation = simulate(settings)
    try:
        write(as_table(simulation, with_truth=chosen.with_truth), chosen.output)
    except OSError as error:
        parser.error(f"{chosen.output} cannot be written: {error.strerror}")
    truth = simulation.truth
    patterns = truth["pattern"].value_counts().sort_index()
    print(f"{chosen.output}: {len(truth):,} transactions, {truth['is_fraud'].sum():,} frauds", end="")
    print(f" ({truth['is_fraud'].mean():.2%}): " + ", ".join(f"{name} {count}" for name, count in patterns.items()))
    return 0


def _parser() -> argparse.ArgumentParser:
    defaults = Settings()
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Simulate card transactions with four fraud patterns and late labels. Equal options, equal file.",
    )
    parser.add_argument("output", type=Path, help=f"file to write; its ending chooses the format: {', '.join(FORMATS)}")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="of all random choices (default %(default)s)")
    parser.add_argument("--start", type=_utc_day, default=defaults.start, help="first day, UTC (default 2026-01-05)")
    parser.add_argument("--days", type=int, default=defaults.days, help="(default %(default)s)")
    parser.add_argument("--cards", type=int, default=defaults.cards, help="(default %(default)s)")
    parser.add_argument("--terminals", type=int, default=defaults.terminals, help="(default %(default)s)")
    parser.add_argument(
        "--daily-transactions", type=int, default=defaults.daily_transactions, help="genuine ones (default %(default)s)"
    )
    parser.add_argument(
        "--fraud-share", type=float, default=defaults.fraud_share, help="below 0.01 (default %(default)s)"
    )
    parser.add_argument("--with-truth", action="store_true", help="add the columns is_fraud and pattern")
    return parser


def _utc_day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
