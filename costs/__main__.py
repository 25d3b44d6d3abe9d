"""The command line: `python -m costs --rate 50`, `python -m costs measure`, `python -m costs page`."""

import argparse
import sys
from collections.abc import Sequence

from costs.bill import DECIDING, PARTS, STANDING, TITLES
from costs.facts import assumptions, prices
from costs.load import Load
from costs.words import bills, surprises, usd


def main(arguments: Sequence[str] | None = None) -> int:
    """Calculate, count anew, or write the page; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["measure"]:
        from costs.measure import main as measure  # noqa: PLC0415 - brings all the benchmarks

        measure()
        return 0
    if given == ["page"]:
        from costs.page import write  # noqa: PLC0415 - the calculator needs none of it

        write()
        return 0
    print(report(_load(_parser().parse_args(given))))
    return 0


def report(load: Load) -> str:
    """Return the bill of a load, beside the peers'."""
    ours, *peers = bills(load)
    lines = [
        (
            f"{load.rate:,g} transactions a second, {load.transactions / 1e6:,.1f} million a month; "
            f"{load.records_per_call:,.0f} records a call, {load.open_shards} shards; endpoint: {load.endpoint}"
        ),
        f"list prices of {prices().region}, {prices().date}, without free tiers; see costs/prices.toml",
        "",
        f"{'':<44}{'a month':>14}{'a million':>14}",
    ]
    for part, meaning in PARTS.items():
        lines.append(f"{meaning:<44}{usd(ours.total(part)):>14}{usd(ours.per_million(part)):>14}")
        for line in ours.lines:
            if line.part == part:
                name = f"  {line.service}: {line.what}"
                lines.append(f"{name:<44}{usd(line.usd):>14}{usd(line.usd / load.transactions * 1e6):>14}")
    lines.append(f"{'all':<44}{usd(ours.total()):>14}{usd(ours.per_million()):>14}")
    lines.append("")
    for who, one in zip(list(TITLES)[1:], peers, strict=True):
        to_decide = one.total(DECIDING, STANDING) / ours.total(DECIDING, STANDING)
        times = f"{one.total() / ours.total():.1f} times ours; without what is kept {to_decide:.1f}"
        lines.append(f"{TITLES[who]:<44}{usd(one.total()):>14}{usd(one.per_million()):>14}   {times}")
    return "\n".join([*lines, "", *(f"! {line}" for line in surprises(load))])


def _load(options: argparse.Namespace) -> Load:
    given = {name: value for name, value in vars(options).items() if name not in ("set", "region")}
    return Load(**given, assumed=assumptions() | dict(options.set))


def _parser() -> argparse.ArgumentParser:
    usual = Load(rate=1)
    parser = argparse.ArgumentParser(prog="make cost", description="What a load costs, beside the peers.")
    parser.add_argument("--rate", type=_positive, required=True, help="transactions a second, all day")
    parser.add_argument("--batch", type=_positive, help="records a call; by default what the rate gives")
    parser.add_argument("--shards", type=int, help="of the stream; 0: on demand; by default what the rate needs")
    parser.add_argument("--endpoint", choices=["serverless", "instances"], default=usual.endpoint)
    types = [
        name.removeprefix("sagemaker_").removesuffix("_hour").replace("_", ".")
        for name in prices().by_name
        if name.startswith("sagemaker_ml_")
    ]
    parser.add_argument("--instance-type", choices=types, default=usual.instance_type, help="others: costs/prices.toml")
    parser.add_argument("--instances", type=int, default=usual.instances, help="at least")
    parser.add_argument("--alert-rate", type=float, default=usual.alert_rate, help="alerts for one transaction")
    parser.add_argument("--label-rate", type=float, default=usual.label_rate, help="labels for one transaction")
    parser.add_argument("--retention-days", type=int, default=usual.archive_days, dest="archive_days", help="archive")
    parser.add_argument("--decision-days", type=int, default=usual.decision_days, help="decisions in the table")
    parser.add_argument("--stream-retention-hours", type=int, default=usual.stream_retention_hours)
    parser.add_argument("--retrains-per-month", type=float, default=usual.retrains_per_month)
    parser.add_argument(
        "--region", choices=[prices().region], default=prices().region, help="costs/prices.toml has one"
    )
    parser.add_argument(
        "--set", type=_assumed, action="append", default=[], metavar="NAME=VALUE", help="see costs/assumptions.toml"
    )
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("a number above 0")
    return value


def _assumed(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    if name not in assumptions():
        raise argparse.ArgumentTypeError(f"one of {', '.join(assumptions())}")
    return name, float(value)


if __name__ == "__main__":
    raise SystemExit(main())
