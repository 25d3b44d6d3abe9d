"""Bills as tables, and what in them surprises people."""

from collections.abc import Sequence
from dataclasses import replace

from costs.bill import DECIDING, FRAUDSTREAM, KEEPING, PARTS, STANDING, TITLES, TUTORIAL, WITH_STATE, Bill, Line, bill
from costs.facts import prices
from costs.load import Load

RATES = (1, 10, 50, 200, 1_000, 5_000)
_SHORT_DAYS = 90
_WATCHING = "CloudWatch"


def usd(value: float) -> str:
    """Return dollars with as many decimals as matter."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 0.005 or value == 0 else f"{value:.4f}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, all columns but the first flush right."""
    marks = ["---", *["--:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, marks, *rows])


def itemised(bills: Sequence[Bill]) -> str:
    """Return every line of the first bill and what stands for it in the others: dollars for a million transactions."""
    first = bills[0]
    rows: list[list[str]] = []
    for part, meaning in PARTS.items():
        rows.append([f"**{meaning}**", *(f"**{usd(one.per_million(part))}**" for one in bills)])
        names = dict.fromkeys(_name(line) for one in bills for line in one.lines if line.part == part)
        rows += [[name, *(usd(_of(one, part, name)) for one in bills)] for name in names]
    rows.append(["**all**", *(f"**{usd(one.per_million())}**" for one in bills)])
    rows.append(["**all, a month**", *(f"**{usd(one.total())}**" for one in bills)])
    load = first.load
    header = f"dollars a million at {load.rate:,g}/s, {load.endpoint}"
    return table([header, *(TITLES[who] for who in (FRAUDSTREAM, TUTORIAL, WITH_STATE))], rows)


def compared(endpoint: str) -> str:
    """Return dollars a million over the rate, beside the peers, and how they compare."""
    rows = []
    for rate in RATES:
        load = Load(rate=rate, endpoint=endpoint)
        ours, simple, same = bills(load)
        deciding = [one.per_million(DECIDING, STANDING) for one in (ours, simple, same)]
        rows.append(
            [
                f"{rate:,}",
                f"{load.records_per_call:,.0f}",
                *map(usd, deciding),
                f"{deciding[1] / deciding[0]:.1f}",
                f"{deciding[2] / deciding[0]:.1f}",
                *(usd(one.per_million()) for one in (ours, simple, same)),
                usd(ours.total()),
            ]
        )
    header = [
        "transactions a second",
        "records a call",
        "Fraudstream",
        "(a)",
        "(b)",
        "(a) : ours",
        "(b) : ours",
        "ours with keeping",
        "(a) with keeping",
        "(b) with keeping",
        "ours a month",
    ]
    return table(header, rows)


def bills(load: Load) -> tuple[Bill, Bill, Bill]:
    """Return ours, (a) and (b)."""
    return bill(load, FRAUDSTREAM), bill(load, TUTORIAL), bill(load, WITH_STATE)


def price_table() -> str:
    """Return every price with its status and source."""
    rows = [
        [f"`{name}`", f"{price.usd:.10f}".rstrip("0").rstrip("."), price.unit, price.status, price.source]
        for name, price in prices().by_name.items()
    ]
    return table(["price", "dollars", "for one", "status", "source"], rows)


def surprises(load: Load) -> list[str]:
    """Return a line for each thing that costs what nobody expected, at this load."""
    ours, simple, _ = bills(load)
    said = []
    if load.endpoint == "instances":
        idle = sum(line.usd for line in ours.lines if line.what.endswith(" instances"))
        said.append(f"The endpoint's instances cost ${usd(idle)} a month, with or without a transaction.")
    else:
        instances = bill(replace(load, endpoint="instances"))
        idle = sum(line.usd for line in instances.lines if line.what.endswith(" instances"))
        said.append(f"With EndpointKind=instances, ${usd(idle)} a month would be due for them even when idle.")
    kept = bill(replace(load, decision_days=_SHORT_DAYS)).total()
    said.append(
        f"Keeping costs ${usd(ours.per_million(KEEPING))} a million, deciding ${usd(ours.per_million(DECIDING))}: "
        f"decisions stay in the table for {load.decision_days} days, with point-in-time recovery. "
        f"Kept for {_SHORT_DAYS} days, the month costs ${usd(kept)} instead of ${usd(ours.total())}."
    )
    stream = {line.what: line.usd for line in ours.lines if line.service == "Kinesis"}
    if load.shards != 0 and load.stream_retention_hours > 24:
        said.append(
            f"Keeping the stream for {load.stream_retention_hours} hours costs ${usd(stream['kept beyond a day'])} a "
            f"month beside ${usd(stream['shards'])} for its shards; StreamRetentionHours=24 is free."
        )
    watching = sum(line.usd for line in ours.lines if line.service == _WATCHING and line.part == STANDING)
    logs = sum(line.usd for line in ours.lines if line.service == _WATCHING and line.part != STANDING)
    said.append(f"Alarms, metrics and dashboard cost ${usd(watching)} a month, logs ${usd(logs)}.")
    keys = sum(line.usd for line in ours.lines if line.service == "KMS")
    said.append(f"The key and its use cost ${usd(keys)} a month: bucket keys and five-minute caches spare the rest.")
    if ours.per_million(DECIDING, STANDING) > simple.per_million(DECIDING, STANDING):
        said.append(
            "At this rate batches hold so little that deciding costs more than peer (a), which remembers nothing."
        )
    doubtful = sum(line.usd for line in ours.lines if prices().by_name[line.price].status != "confirmed")
    said.append(f"${usd(doubtful)} of the month rest on prices that could not be confirmed.")
    return said


def _name(line: Line) -> str:
    what = "endpoint's instances" if line.what.endswith(" instances") else line.what
    return f"{line.service}: {what}"


def _of(one: Bill, part: str, name: str) -> float:
    usd_a_month = sum(line.usd for line in one.lines if line.part == part and _name(line) == name)
    return usd_a_month / one.load.transactions * 1e6
