"""The whole system on this machine: deploy, train, stream, prove.

Called by `make demo`. It starts the embedded AWS, deploys the real template into it, and then does only what any user
of the system could do through public calls: upload a history, start state machines, put records, read what comes out.
"""

import argparse
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from local import programs
from local.check_all import check_all
from local.clients import Clients, clients_for
from local.demo_data import DemoData, from_file, simulated
from local.live_view import view_for
from local.producer import Producer
from local.screen import Screen
from local.sending import shipment
from local.stream_plan import Kind
from local.streaming import Streaming, watch
from local.summary import Summary, show
from local.tally import percentiles
from local.training_run import train
from local.verdict import judge

from mapping import add_options, from_options  # isort: skip

SUMMARY_PATH = programs.ROOT / ".local" / "summary.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's options."""
    parser.add_argument("--transactions", type=_positive, default=20_000, help="how many to stream (20000)")
    parser.add_argument("--seed", type=int, default=7, help="of the simulated transactions (7)")
    parser.add_argument("--data", type=Path, help="your own CSV, JSON Lines or Parquet file instead")
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running at the end")
    add_options(parser)


def load(options: argparse.Namespace) -> DemoData:
    """Simulate or read the demo's data."""
    if options.data is None:
        return simulated(transactions=options.transactions, seed=options.seed)
    return from_file(options.data, from_options(options), transactions=options.transactions)


def show_system(client: Clients, outputs: Mapping[str, str], data: DemoData, screen: Screen) -> Summary:
    """Train on the history, stream what comes after it, prove what must hold, and sum up.

    Parameters
    ----------
    client, outputs
        A deployed stack that has seen no transaction yet.
    """
    evaluation = train(client, outputs, data, screen)
    shipped = shipment(data, now=datetime.now(UTC))
    producer = Producer(client("kinesis"), outputs["TransactionStreamName"])
    watched = watch(client, outputs)
    try:
        with screen.step("stream transactions and late labels") as step, view_for(screen.console) as view:
            streaming = Streaming(producer, watched, view)
            tally = streaming.run(shipped)
            step.result = f"{len(shipped.records):,} records"
        with screen.step("prove it") as step:
            account, found, proofs = check_all(
                client, outputs, receipts=producer.receipts, alerts=tally.alerts, say=step.say
            )
            step.result = f"{sum(proof.holds for proof in proofs)} of {len(proofs)} proofs hold"
    finally:
        watched.alerts.remove()
    return Summary(
        source=data.source,
        account=account,
        labels_sent=shipped.count(Kind.LABEL),
        alerts=len(tally.alerts),
        alert_deliveries=tally.deliveries,
        by_decision=tally.by("decision"),
        by_scored_by=tally.by("scored_by"),
        by_quarantine_reason=dict(sorted(Counter(line["reason"] for line in found.quarantined.values()).items())),
        evaluation=evaluation,
        verdict=judge(data.streamed, data.is_fraud, found.scores),
        decided_after_ms=percentiles(tally.decided_after_ms),
        archived_after_ms=percentiles(tally.archived_after_ms),
        stream_seconds=streaming.seconds,
        step_seconds=screen.seconds,
        proofs=proofs,
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


__all__ = ["SUMMARY_PATH", "Console", "add_arguments", "clients_for", "load", "show", "show_system"]
