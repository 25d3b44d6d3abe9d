"""The whole system on this machine: deploy, train, stream, prove.

Called by `make demo`. It starts the embedded AWS, deploys the real template into it, and then does only what any user
of the system could do through public calls: upload a history, start state machines, put records, read what comes out.
"""

import argparse
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from local import programs
from local.check_all import check_all
from local.clients import Clients, clients_for
from local.demo_data import DemoData, DemoDataError, from_file, simulated
from local.deploy import deploy
from local.deployment.samcli import DeployError
from local.live_view import view_for
from local.machines import ExecutionError
from local.people.persons import invitation
from local.producer import Producer, PutRecordsError
from local.screen import Screen
from local.sending import shipment
from local.stack import DEFAULT_STATE, EmbeddedStack, StackError
from local.stack_info import REGION
from local.stream_plan import Kind
from local.streaming import StalledError, Streaming, watch
from local.summary import Summary, show
from local.tally import percentiles
from local.training_run import NotPromotedError, train
from local.verdict import judge

from jobs import JobError  # isort: skip
from mapping import add_options, from_options  # isort: skip


EXPLAINED = (
    DemoDataError,
    DeployError,
    ExecutionError,
    JobError,
    NotPromotedError,
    PutRecordsError,
    StackError,
    StalledError,
)
"""Errors whose message says what to do; anything else keeps its traceback, because it is a fault of ours."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's options."""
    parser.add_argument("--transactions", type=_positive, default=20_000, help="how many to stream (20000)")
    parser.add_argument("--seed", type=int, default=7, help="of the simulated transactions (7)")
    parser.add_argument("--data", type=Path, help="your own CSV, JSON Lines or Parquet file instead")
    parser.add_argument("--state-dir", type=Path, default=DEFAULT_STATE, help="where the embedded AWS keeps everything")
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running at the end")
    add_options(parser)


def load(options: argparse.Namespace) -> DemoData:
    """Simulate or read the demo's data."""
    if options.data is None:
        return simulated(transactions=options.transactions, seed=options.seed)
    return from_file(options.data, from_options(options), transactions=options.transactions)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return its exit code: 0 if all is proved, 1 if not, 130 if it was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local demo", description=__doc__.partition("\n")[0])
    add_arguments(parser)
    options = parser.parse_args(arguments)
    screen = Screen(console=Console())
    # Ctrl-C reaches make and everything below it; a terminal that closes, or kill, should end as tidily.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        summary = run(options, screen)
    except KeyboardInterrupt:
        screen.console.print("Interrupted: everything that was started is stopped.")
        return 130
    except (*EXPLAINED, BotoCoreError, ClientError) as error:
        screen.console.print(f"[red]{escape(str(error))}[/red]", highlight=False, soft_wrap=True)
        return 1
    return 0 if summary.proved else 1


def run(options: argparse.Namespace, screen: Screen) -> Summary:
    """Start an embedded AWS of its own, show the system in it, and stop it, whatever happens."""
    with screen.step("prepare the data") as step:
        data = load(options)
        step.result = f"{data.source}: {len(data.history):,} to learn from, {len(data.streamed):,} to stream"
    stack = EmbeddedStack(state_dir=options.state_dir, detached=options.keep, say=screen.console.print)
    with screen.step("start the embedded AWS") as step:
        stack.start()
        step.result = stack.endpoint_url
    kept = False
    try:
        with screen.step("build and deploy template.yaml") as step:
            outputs = deploy(stack, say=step.say)
        summary = show_system(clients_for(stack.endpoint_url, REGION), outputs, data, screen)
        written = options.state_dir.resolve() / "summary.json"
        summary.write(written)
        shown = written.relative_to(programs.ROOT) if written.is_relative_to(programs.ROOT) else written
        show(summary, screen.console, shown)
        if options.keep:
            kept = True
            screen.console.print(f"The embedded AWS is left running at {stack.endpoint_url}; `make stop` stops it.")
            screen.console.print(f"The analyst's console: {outputs['ConsoleUrl']}/")
            screen.console.print(f"Sign in there as {invitation()}; nobody has a password.")
        else:
            screen.console.print("Everything stops now; `make demo KEEP=1` leaves it, with the analyst's console.")
        return summary
    finally:
        if not kept:
            stop(stack)


def stop(stack: EmbeddedStack) -> None:
    """Stop the embedded AWS; a second Ctrl-C must not leave half of it running."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        stack.stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
        title = "stream transactions and late labels"
        with screen.step(title, spinner=False) as step, view_for(screen.console) as view:
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
        verdict=judge(data.streamed, data.is_fraud, found.scores, data.known),
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
